import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { fastRates, play } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** Slow enough that an accident happens in the middle of the work. */
function asksPerSecond(rate: number) {
  return { rates: { ...fastRates, createSolicitation: { rate, burst: 10 } } };
}

test.concurrent('a worker that is killed five times at any moment asks everybody once', async () => {
  const random = new SeededRandom('killed five times');
  const simulator = { ...asksPerSecond(12), latencyMs: 40 };
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(30, 'north');
    scenario.addDueOrders(30, 'europe');
    let worker = await scenario.startedWorker();
    for (let kills = 0; kills < 5; kills += 1) {
      await scenario.untilAccepted(Math.min(scenario.accepted + 1, 60));
      await pause(random.between(0, 600));
      await worker.kill();
      worker = await scenario.startedWorker();
    }
    await scenario.untilAccepted(60);
    const lines = await scenario.untilAgreed();
    expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
  });
});

test.concurrent('a worker that is killed while it reads orders goes on reading soon after', async () => {
  const simulator = {
    pageSize: 3,
    faults: [{ kind: 'delay' as const, ms: 400, operations: ['searchOrders' as const] }],
  };
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(24);
    const worker = scenario.startWorker();
    await scenario.untilAccepted(3);
    await worker.kill();
    scenario.startWorker();
    await scenario.untilAccepted(24);
    await scenario.untilAgreed();
  });
});

testOnRedis('a Redis that is emptied in the middle costs nobody a request', async () => {
  const database = await freshDatabase();
  await withRedis(async ({ url }) => {
    await play({ simulator: asksPerSecond(2), settings: { ...database, REDIS_URL: url } }, async (scenario) => {
      scenario.addDueOrders(20);
      scenario.startWorker();
      await scenario.untilAccepted(5);
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
      await scenario.untilAccepted(20);
      await scenario.untilAgreed();
    });
  });
});

testOnRedis('a Redis that ends and comes back empty costs nobody a request', async () => {
  const database = await freshDatabase();
  await withRedis(async (redis) => {
    await play({ simulator: asksPerSecond(2), settings: { ...database, REDIS_URL: redis.url } }, async (scenario) => {
      scenario.addDueOrders(20);
      scenario.startWorker();
      await scenario.untilAccepted(5);
      await redis.stop();
      await redis.start();
      await scenario.untilAccepted(20);
      await scenario.untilAgreed();
    });
  });
});

test.concurrent('a Postgres that cuts every connection once a second for ten seconds stops nothing for good', async () => {
  const database = await freshDatabase();
  await play({ simulator: asksPerSecond(3), settings: database }, async (scenario) => {
    scenario.addDueOrders(30);
    scenario.startWorker();
    await scenario.untilAccepted(3);
    const client = new pg.Client({ connectionString: database.DATABASE_URL });
    await client.connect();
    for (let second = 0; second < 10; second += 1) {
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await pause(1_000);
    }
    await client.end();
    await scenario.untilAccepted(30);
    await scenario.untilAgreed();
  });
});

test.concurrent('the embedded Postgres is killed, and the worker brings it back and goes on', async () => {
  await play({ simulator: asksPerSecond(3) }, async (scenario) => {
    scenario.addDueOrders(20);
    scenario.startWorker();
    await scenario.untilAccepted(3);
    process.kill(await postmasterIn(scenario.folder), 'SIGKILL');
    await scenario.untilAccepted(20);
    await scenario.untilAgreed();
  });
});

async function postmasterIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  const file = files.find((path) => path.endsWith('postmaster.pid'));
  if (file === undefined) throw new Error(`no Postgres serves in ${folder}`);
  return Number.parseInt(await readFile(join(folder, file), 'utf8'), 10);
}
