import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { fastRates, play, type Scenario } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();
const DUE = 50;
/** One request a second: a minute of work, so that there is something to stop. */
const simulator = { rates: { ...fastRates, createSolicitation: { rate: 1, burst: 5 } }, latencyMs: 50 };

test.concurrent.each([
  ['one account', ['north']],
  ['all accounts', []],
])(
  'pausing %s while 50 orders are due stops the requests of two processes within two seconds; resuming goes on',
  async (_name, named) => {
    const settings = await freshDatabase();
    await play({ simulator, settings }, async (scenario) => {
      scenario.addDueOrders(DUE);
      const workers = [scenario.startWorker(), scenario.startWorker()];
      await scenario.until('both processes ask', () => workers.every((worker) => worker.logged('asked').length > 0));

      const paused = await scenario.askonce('pause', ...named, '--reason', 'the seller changes its prices');
      expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining('north') });
      // The command itself took a moment; two seconds from its end are what a person waits.
      await pause(2_000);
      const posts = scenario.posts;
      expect(posts).toBeLessThan(DUE);
      await pause(3_000);
      expect(scenario.posts).toBe(posts);

      // It holds for a process that is started later, too, and is shown.
      await workers[0]?.stop();
      await scenario.startWorker().waitForLog('started');
      await shownEverywhere(scenario);
      expect(scenario.posts).toBe(posts);

      expect(await scenario.askonce('resume', ...named, '--reason', 'prices are done')).toMatchObject({ code: 0 });
      // Whoever took their wake-ups for lost would wait for half a minute.
      await scenario.until('asking goes on', () => scenario.posts > posts);
      await scenario.untilAccepted(DUE);
      await scenario.untilAgreed();
      expect(await actions(settings.DATABASE_URL)).toMatchObject([
        { action: 'pause', via: 'command', because: 'the seller changes its prices' },
        { action: 'resume', via: 'command', because: 'prices are done' },
      ]);
    });
  },
);

test('an account is paused before its first worker has started', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(3, 'north');
    scenario.addDueOrders(3, 'europe');
    expect(await scenario.askonce('migrate')).toMatchObject({ code: 0 });
    expect(await scenario.askonce('pause', 'north', '--reason', 'not yet')).toMatchObject({
      stdout: 'Paused: north.\n',
    });
    await scenario.startedWorker();
    await scenario.untilAccepted(3);
    expect(scenario.truth.accounts.find(({ account }) => account === 'north')).toMatchObject({ posts: 0 });
  });
});

async function shownEverywhere(scenario: Scenario): Promise<void> {
  const { accounts } = await scenario.status();
  const reason = 'the seller changes its prices';
  expect(accounts.find(({ account }) => account === 'north')?.paused).toMatchObject({ reason });

  const plan = JSON.parse((await scenario.askonce('plan', '--orders', '--json')).stdout);
  const open = plan.orders.filter(({ account }: { account: string }) => account === 'north');
  expect(open.length).toBeGreaterThan(0);
  for (const order of open) expect(order).toMatchObject({ decision: 'hold', askAt: null, reason: 'account-paused' });
  expect(
    plan.days.every(({ account, ask }: { account: string; ask: number }) => account !== 'north' || ask === 0),
  ).toBe(true);

  const why = await scenario.askonce('why', open[0].orderId);
  expect(why.stdout).toContain(`: ${reason}.`);
}

async function actions(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query('SELECT action, via, because FROM operator_action ORDER BY id')).rows;
  } finally {
    await client.end();
  }
}
