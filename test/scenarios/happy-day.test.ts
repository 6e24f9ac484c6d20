import { expect, test } from '@jest/globals';
import { europe, north, play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** 200 orders in all situations: too young, eligible, too old, cancelled, under way, asked elsewhere, ... */
const everydayOrders = { ordersPerAccount: 100, pageSize: 20, seed: 7 };

test.concurrent('a happy day with the queue on Postgres: all that are due are asked once, nobody else is', async () => {
  await happyDay(await freshDatabase());
});

testOnRedis('a happy day with the queue on Redis: all that are due are asked once, nobody else is', async () => {
  const database = await freshDatabase();
  await withRedis((redis) => happyDay({ ...database, REDIS_URL: redis.url }));
});

test.concurrent('a happy day with nothing but the embedded Postgres: all that are due are asked once, nobody else is', async () => {
  await happyDay({});
});

test.concurrent('a dry run asks nobody and says so; live on the same ledger, all that are due are asked', async () => {
  // A worker that never asks never learns how fast it might: it looks at Amazon's own pace.
  await play(
    {
      simulator: { ...everydayOrders, ordersPerAccount: 15 },
      settings: { ...(await freshDatabase()), SEND_MODE: 'dry-run' },
    },
    async (scenario) => {
      const dry = await scenario.startedWorker();
      const due = longEligible(scenario).length;
      await scenario.until(
        'all that are due were looked at',
        () => new Set(dry.logged('would-ask').map(({ orderId }) => orderId)).size >= due,
      );
      expect(await scenario.status()).toMatchObject({
        mode: 'dry-run',
        accounts: [{ counts: { sent: 0 } }, { counts: { sent: 0 } }],
      });
      expect(await dry.stop()).toMatchObject({ code: 0 });
      expect(scenario.posts).toBe(0);

      await scenario.configure({ SEND_MODE: 'live' });
      scenario.startWorker();
      await scenario.untilAccepted(due);
      await scenario.untilAgreed();
      expect(longEligible(scenario).filter(({ accepted }) => accepted !== 1)).toEqual([]);
      expect(await scenario.status()).toMatchObject({ mode: 'live' });
    },
  );
});

test.concurrent('a seller who is configured as two accounts has each buyer asked once', async () => {
  const again = { ...north, name: 'north-again', refreshToken: 'Atzr|north-again', sameSellerAs: 'north' };
  await play({ accounts: [north, again, europe], settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(20);
    scenario.startWorker();
    await scenario.untilAccepted(20);
    const lines = await scenario.untilAgreed();
    expect(lines).toHaveLength(20);
    expect(scenario.posts).toBe(20);
  });
});

async function happyDay(settings: Settings): Promise<void> {
  await play({ simulator: everydayOrders, settings }, async (scenario) => {
    const worker = scenario.startWorker();
    await scenario.untilAccepted(longEligible(scenario).length);
    const lines = await scenario.untilAgreed();

    expect(lines).toHaveLength(200);
    expect(longEligible(scenario).filter(({ accepted }) => accepted !== 1)).toEqual([]);
    const refused = scenario.truth.orders
      .flatMap(({ posts }) => posts)
      .filter(({ decision }) => decision !== 'accepted');
    expect(refused).toEqual([]);
    expect(await worker.stop()).toMatchObject({ code: 0 });
  });
}

/** Delivered so long ago that the slowest parcel of our estimate has arrived, too, and not asked by anybody else. */
function longEligible({ truth }: Scenario) {
  const tenDaysAgo = Date.parse(truth.at) - 10 * 86_400_000;
  return truth.orders.filter(
    ({ standing, accepted, deliveredAt }) =>
      (standing === 'open' || accepted > 0) && deliveredAt !== null && Date.parse(deliveredAt) < tenDaysAgo,
  );
}
