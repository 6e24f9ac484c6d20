import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { onRedis } from './on-redis.js';
import { type TestPostgres, testPostgres } from './postgres.js';
import { type RedisServer, startRedisServer } from './redis-server.js';

/** A hundred connections each: enough for the workers of a few scenarios at a time. */
const SERVERS = 2;

/** Postgres for the scenarios of one file: each call gives one of them an empty database, as a setting. */
export function databases(): () => Promise<{ DATABASE_URL: string }> {
  let servers: TestPostgres[] = [];
  let count = 0;
  beforeAll(async () => {
    servers = await Promise.all(Array.from({ length: SERVERS }, testPostgres));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
  });
  return async () => {
    const server = servers[count++ % servers.length];
    if (server === undefined) throw new Error('databases are there once the tests run');
    return { DATABASE_URL: (await server.freshDatabase()).url };
  };
}

/** A test that runs beside the others of its file and needs a Redis server; see `onRedis`. */
export const testOnRedis = onRedis === describe ? test.concurrent : test.concurrent.skip;

/** Calls `use` with a Redis of its own and ends it afterwards. */
export async function withRedis(use: (redis: RedisServer) => Promise<void>): Promise<void> {
  const redis = await startRedisServer();
  try {
    await use(redis);
  } finally {
    await redis.stop();
  }
}
