import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../test/support/redis-server.js';
import { Cable } from './cable.js';
import { startPostgres } from './postgres-server.js';
import type { Accident, Ground, Scene } from './scene.js';

const LONG_EVERY = 5;
const LONG_MS = 20_000;

/** Every wake-up, every lock and all recurring work is gone, and the connections stay. */
export const redisFlushed = onRedis('redis-flushed', 2, undefined, async ({ redis }) => {
  const client = new Redis(redis.url);
  await client.flushall();
  await client.quit();
});

/** Killed, and started again without data. */
export const redisRestarted = onRedis('redis-restarted', 2, /ECONNRE|not connected/, async ({ redis, accident }) => {
  await redis.stop();
  await pause(accident.random.between(0, 2_000));
  await redis.start();
});

/** Cannot be reached for up to 20 s: it stands still, or nobody is let in. */
export const redisUnreachable = onRedis('redis-unreachable', 1, /no answer within|ECONNRE/, async (ground) => {
  const { redis, cable, accident } = ground;
  const halted = accident.number % 2 === 0;
  if (halted) redis.pause();
  else cable.unplug();
  await pause(accident.number % LONG_EVERY === LONG_EVERY - 1 ? LONG_MS : accident.random.between(1_000, 4_000));
  if (halted) redis.resume();
  else cable.plugIn();
});

/** The network falls silent: nothing arrives, nobody is told, and what was connected then never hears again. */
export const redisSilent: Scene = {
  ...onRedis('redis-silent', 1, /no answer within/, async ({ cable, accident }) => {
    cable.silence();
    await pause(accident.random.between(1_000, 4_000));
    cable.plugIn();
  }),
  oneOf: 5,
};

interface RedisGround {
  readonly redis: RedisServer;
  readonly cable: Cable;
  readonly accident: Accident;
}

function onRedis(
  name: string,
  workers: 1 | 2,
  mustSay: RegExp | undefined,
  strike: (ground: RedisGround) => Promise<void>,
): Scene {
  return {
    name,
    workers,
    ...(mustSay !== undefined && { mustSay }),
    async prepare(): Promise<Ground> {
      const [server, redis] = await Promise.all([startPostgres(), startRedisServer()]);
      const cable = new Cable(Number(new URL(redis.url).port));
      const port = await cable.open();
      return {
        settings: { DATABASE_URL: server.url, REDIS_URL: `redis://127.0.0.1:${port}` },
        strike: (accident) => strike({ redis, cable, accident }),
        async close() {
          redis.resume();
          await cable.close();
          await Promise.all([server.close(), redis.stop()]);
        },
      };
    },
  };
}
