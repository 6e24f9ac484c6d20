import { expect, test } from '@jest/globals';
import { fastRates, play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();

test.concurrent('SIGTERM under load ends within ten seconds, and every answer in flight is on record', async () => {
  const simulator = { latencyMs: 300, rates: { ...fastRates, createSolicitation: { rate: 10, burst: 10 } } };
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(20, 'north');
    scenario.addDueOrders(20, 'europe');
    const worker = scenario.startWorker();
    await scenario.untilAccepted(6);
    const { code, seconds } = await worker.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThanOrEqual(10);

    const lines = await scenario.export();
    expect(lines.filter(({ state }) => state === 'sending' || state === 'unknown')).toEqual([]);
    expect(lines.filter(({ state }) => state === 'sent')).toHaveLength(scenario.accepted);

    scenario.startWorker();
    await scenario.untilAccepted(40);
    await scenario.untilAgreed();
  });
}, 120_000);

test.concurrent('SIGTERM does not wait longer than ten seconds for an answer that never comes', async () => {
  const settings = { ...(await freshDatabase()), REQUEST_TIMEOUT: '20s', CLAIM_LEASE: '60s' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(1);
    scenario.simulator.faults.add({ kind: 'hang', moment: 'after', operations: ['createSolicitation'], times: 1 });
    const worker = scenario.startWorker();
    await scenario.untilAccepted(1);
    const { code, seconds } = await worker.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThanOrEqual(10);
    expect(await scenario.export()).toMatchObject([{ state: 'unknown', posts: 1 }]);

    scenario.startWorker();
    expect(await scenario.untilAgreed()).toMatchObject([{ state: 'sent', how: 'inferred', posts: 1 }]);
  });
}, 120_000);

test.concurrent('a second SIGTERM ends the worker at once', async () => {
  const settings = { ...(await freshDatabase()), REQUEST_TIMEOUT: '20s', CLAIM_LEASE: '60s' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(1);
    scenario.simulator.faults.add({ kind: 'hang', operations: ['createSolicitation'] });
    const worker = scenario.startWorker();
    await scenario.until('a request hangs', () => scenario.posts === 1);
    worker.signal('SIGTERM');
    await worker.waitForLog('stopping');
    expect((await worker.stop()).seconds).toBeLessThanOrEqual(1);
  });
}, 120_000);
