import { expect, test } from '@jest/globals';
import { play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();

test('an account whose authorisation was revoked is paused while the other goes on, and goes on itself once resumed', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(10, 'north');
    scenario.addDueOrders(10, 'europe');
    scenario.simulator.faults.add({ kind: 'token-refused', error: 'revoked', account: 'north' });
    const worker = scenario.startWorker();
    await worker.waitForLog('account-paused');
    await scenario.untilAccepted(10);
    const before = await scenario.status();
    expect(before.accounts.find(({ account }) => account === 'north')?.paused).toMatchObject({
      by: 'askonce',
      reason: expect.stringContaining('authorise the application again'),
    });
    expect(before.accounts.find(({ account }) => account === 'europe')).toMatchObject({
      paused: null,
      counts: { sent: 10 },
    });

    scenario.simulator.faults.clear();
    expect(await scenario.askonce('resume', 'north')).toMatchObject({ code: 0 });
    await scenario.untilAccepted(20);
    await scenario.untilAgreed();
  });
});
