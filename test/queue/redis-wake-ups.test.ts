import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { readEvictionPolicy } from '../../src/queue/eviction-policy.js';
import { onRedis } from '../support/on-redis.js';
import { startRedisServer } from '../support/redis-server.js';
import { wakeUpsContract } from './wake-ups-contract.js';

onRedis('the queue on Redis', () => {
  wakeUpsContract('Redis', async () => {
    const server = await startRedisServer();
    const admin = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50, disconnectTimeout: 50 });
    admin.on('error', () => {});
    const store = {
      address: { kind: 'redis', url: server.url },
      wipe: async () => void (await admin.flushall()),
      goAway: server.stop,
      comeBack: server.start,
      connections: async () =>
        String(await admin.client('LIST'))
          .trim()
          .split('\n').length,
    } as const;
    return {
      async fresh() {
        await admin.flushall();
        return store;
      },
      async stop() {
        admin.disconnect();
        await server.stop();
      },
    };
  });

  test("Redis's eviction policy is read, and a Redis that is away is an error", async () => {
    const server = await startRedisServer();
    expect(await readEvictionPolicy(server.url)).toBe('noeviction');
    await server.stop();

    await expect(readEvictionPolicy(server.url)).rejects.toThrow();
  });
});
