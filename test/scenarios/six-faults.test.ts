import { expect, test } from '@jest/globals';
import { play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';
import { sixFaults } from '../support/six-faults.js';

const freshDatabase = databases();

const DUE = 30;

test.concurrent.each(sixFaults)('all are asked once and recorded as sent although $fault', async ({ happen }) => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(DUE / 2, 'north');
    scenario.addDueOrders(DUE / 2, 'europe');
    await happen(scenario);

    await scenario.untilAccepted(DUE);
    const lines = await scenario.untilAgreed();
    expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
    expect(scenario.posts).toBe(DUE);
  });
});
