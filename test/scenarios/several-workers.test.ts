import { expect, test } from '@jest/globals';
import { play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** Amazon's own rates, the default of the simulator: one request a second, five at once after a rest. */
const amazonsRates = { rates: {} };

test.concurrent('two workers on one ledger keep to one pace and ask nobody twice, although one of them is killed', async () => {
  await twoWorkers(await freshDatabase());
});

testOnRedis(
  'two workers on one Redis keep to one pace and ask nobody twice, although one of them is killed',
  async () => {
    const database = await freshDatabase();
    await withRedis((redis) => twoWorkers({ ...database, REDIS_URL: redis.url }));
  },
);

async function twoWorkers(settings: Settings): Promise<void> {
  await play({ simulator: amazonsRates, settings: { ...settings, DISCOVER_EVERY: '1m' } }, async (scenario) => {
    scenario.addDueOrders(14);
    const [first] = await Promise.all([scenario.startedWorker(), scenario.startedWorker()]);
    await scenario.untilAccepted(7);
    await first.kill();
    await scenario.untilAccepted(14);
    const lines = await scenario.untilAgreed();
    expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
    expect(scenario.posts).toBe(14);
    expect(tooFast(scenario)).toEqual([]);
  });
}

/** Spans in which more requests arrived than a bucket of five that gains one a second holds. */
function tooFast({ truth }: Scenario): string[] {
  const times = truth.orders
    .flatMap(({ posts }) => posts.map(({ at }) => Date.parse(at)))
    .sort((one, other) => one - other);
  return times.flatMap((from, start) =>
    times.slice(start).flatMap((to, index) => {
      const seconds = (to - from) / 1000;
      return index + 1 > 5 + seconds ? [`${index + 1} requests in ${seconds} s`] : [];
    }),
  );
}
