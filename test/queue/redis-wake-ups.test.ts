import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/clock.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
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

  test('the report tells how safe Redis keeps what it holds', async () => {
    const server = await startRedisServer();
    const wakeUps = await openWakeUps({ kind: 'redis', url: server.url }, { clock: systemClock, onError: () => {} });

    const { safety } = await wakeUps.queueReport();

    expect(safety).toMatchObject({ evictionPolicy: 'noeviction', persistence: 'none' });
    expect(safety?.problems).toHaveLength(1);
    await wakeUps.close();
    await server.stop();
  });
});
