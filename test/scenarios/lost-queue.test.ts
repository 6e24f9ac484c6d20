import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { fastRates, play, type Settings } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** Slow enough that the queue still holds most of them when it is lost. */
const simulator = { rates: { ...fastRates, createSolicitation: { rate: 2, burst: 10 } } };
/** Looked after by other means, it would take far longer until all rings again than from one sweep to the next. */
const settings = { SWEEP_EVERY: '5s', DISCOVER_EVERY: '1m' };

test.concurrent('a queue in Postgres whose tables were emptied rings again at once for all that it held', async () => {
  const database = await freshDatabase();
  await loseTheQueue(database, () => emptyTables(database.DATABASE_URL));
});

test.concurrent('a queue in Postgres that was dropped rings again at once for all that it held', async () => {
  const database = await freshDatabase();
  await loseTheQueue(database, () => run(database.DATABASE_URL, 'DROP SCHEMA bullmq CASCADE'));
});

testOnRedis('a Redis that was emptied rings again at once for all that it held', async () => {
  const database = await freshDatabase();
  await withRedis(async ({ url }) => {
    await loseTheQueue({ ...database, REDIS_URL: url }, async () => {
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
    });
  });
});

testOnRedis(
  'a Redis that ended while nobody ran, and came back empty, rings at once for all that it had held',
  async () => {
    const database = await freshDatabase();
    await withRedis(async (redis) => {
      await play({ simulator, settings: { ...database, ...settings, REDIS_URL: redis.url } }, async (scenario) => {
        scenario.addDueOrders(30);
        const before = await scenario.startedWorker();
        await scenario.untilAccepted(3);
        await before.kill();
        await redis.stop();
        await redis.start();

        const worker = await scenario.startedWorker();

        await worker.waitForLog('queue-lost');
        await scenario.untilAccepted(30);
        await scenario.untilAgreed();
        expect(scenario.posts).toBe(30);
      });
    });
  },
);

async function loseTheQueue(queue: Settings, lose: () => Promise<void>): Promise<void> {
  await play({ simulator, settings: { ...queue, ...settings } }, async (scenario) => {
    scenario.addDueOrders(30);
    const workers = await Promise.all([scenario.startedWorker(), scenario.startedWorker()]);
    expect(workers.flatMap((worker) => worker.logged('queue-lost'))).toEqual([]);
    await scenario.untilAccepted(3);

    await lose();

    await scenario.untilAccepted(30);
    await scenario.untilAgreed();
    expect(scenario.posts).toBe(30);
    expect(workers.flatMap((worker) => worker.logged('queue-lost'))).not.toEqual([]);
  });
}

async function emptyTables(url: string): Promise<void> {
  await run(
    url,
    `DO $$ BEGIN EXECUTE (
      SELECT 'TRUNCATE ' || string_agg(format('bullmq.%I', tablename), ', ') FROM pg_tables
      WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'
    ); END $$`,
  );
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
