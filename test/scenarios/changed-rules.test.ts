import { expect, test } from '@jest/globals';
import { play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();

test('SIGHUP brings changed rules into force: what a rule held is asked once the rule has gone', async () => {
  const settings = { ...(await freshDatabase()), FULFILLED_BY: 'MERCHANT' };
  await play({ settings }, async (scenario) => {
    const orders = scenario.addDueOrders(5);
    const worker = await scenario.startedWorker();
    await scenario.until('the orders are held', async () => {
      const held = (await scenario.export()).filter(
        ({ state, reason }) => state === 'skipped' && reason === 'fulfilled-by',
      );
      return held.length === orders.length;
    });
    expect(scenario.posts).toBe(0);

    await scenario.configure({ FULFILLED_BY: '' });
    process.kill(worker.pid, 'SIGHUP');

    await scenario.untilAccepted(orders.length);
    await scenario.untilAgreed();
  });
});

test('SIGHUP with a wrong setting is refused in the log, and the worker goes on as before', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    const worker = await scenario.startedWorker();
    await scenario.configure({ ASK_WEEKDAYS: 'someday' });
    process.kill(worker.pid, 'SIGHUP');
    const refused = await worker.waitForLog('configuration-refused');
    expect(refused['error']).toContain('ASK_WEEKDAYS');

    scenario.addDueOrders(3);

    await scenario.untilAccepted(3);
    await scenario.configure();
    await scenario.untilAgreed();
  });
});

test('SIGHUP to a database that cannot be had ends the worker with status 1, for its supervisor to start it again', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    const worker = await scenario.startedWorker();
    await scenario.configure({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', LEDGER_GONE_EXIT: '1s' });

    worker.signal('SIGHUP');

    await worker.waitForLog('ledger-gone');
    expect(await worker.stop()).toMatchObject({ code: 1 });
  });
});
