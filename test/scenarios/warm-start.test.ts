import { expect, test } from '@jest/globals';
import { play, type Scenario } from '../support/scenario.js';

/** Three where the machine is quiet. Who waited for the next regular look at Amazon or at the ledger would need ten minutes. */
const FIRST_REQUEST_SECONDS = 30;
const IDLE_MIB = 150;

test('started again on its embedded ledger, the worker asks the first buyer at once', async () => {
  await play(
    { simulator: { rates: {} }, settings: { DISCOVER_EVERY: '10m', SWEEP_EVERY: '10m' } },
    async (scenario) => {
      scenario.addDueOrders(20);
      await fillLedger(scenario);

      expect(await secondsToFirstRequest(scenario)).toBeLessThan(FIRST_REQUEST_SECONDS);
    },
  );
});

test(`an idle worker on its embedded Postgres needs at most ${IDLE_MIB} MiB`, async () => {
  await play({ settings: { SWEEP_EVERY: '30s', DISCOVER_EVERY: '5m' } }, async (scenario) => {
    scenario.addDueOrders(10);
    const worker = scenario.startWorker();
    await scenario.untilAccepted(10);
    // The engine gives memory back only some seconds after the work has ended.
    const resident = async () => (await worker.residentMiB()) ?? 0;
    await scenario
      .until(`${IDLE_MIB} MiB`, async () => (await resident()) <= IDLE_MIB)
      .catch(async () => {
        expect(await resident()).toBeLessThanOrEqual(IDLE_MIB);
      });
  });
});

async function fillLedger(scenario: Scenario): Promise<void> {
  await scenario.configure({ ROLES: 'discover' });
  const worker = scenario.startWorker();
  await scenario.until('both accounts are read', () => worker.logged('orders-read').length === 2);
  await worker.stop();
  await scenario.configure();
}

async function secondsToFirstRequest(scenario: Scenario): Promise<number> {
  const before = scenario.posts;
  const worker = scenario.startWorker();
  await scenario.until('the first request', () => scenario.posts > before);
  const seconds = (Date.now() - worker.startedAt) / 1000;
  await worker.stop();
  return seconds;
}
