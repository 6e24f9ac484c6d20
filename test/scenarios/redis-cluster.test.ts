import { expect } from '@jest/globals';
import { startRedisCluster } from '../support/redis-cluster.js';
import { fastRates, play } from '../support/scenario.js';
import { databases, testOnRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

const simulator = { rates: { ...fastRates, createSolicitation: { rate: 1, burst: 5 } } };

testOnRedis(
  'a Redis Cluster that loses the node with the keys costs nobody a request, and check and status know their way in it',
  async () => {
    const database = await freshDatabase();
    const cluster = await startRedisCluster({ replica: true, nodeTimeoutMs: 4_000 });
    try {
      const holders = [cluster.holder, ...(cluster.replica === null ? [] : [cluster.replica])];
      for (const node of holders) await node.call('CONFIG', 'SET', 'appendonly', 'yes');
      await play({ simulator, settings: { ...database, REDIS_URL: cluster.url } }, async (scenario) => {
        for (const account of ['north', 'europe']) scenario.addDueOrders(14, account);
        const { stdout } = await scenario.askonce('check');
        expect(stdout).toMatch(/queue.*noeviction, append-only-file/);
        for (const _worker of ['first', 'second']) scenario.startWorker();
        await scenario.untilAccepted(4);

        await cluster.holder.kill();

        await scenario.untilAccepted(28, { within: 90_000 });
        const lines = await scenario.untilAgreed();
        expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
        expect(scenario.posts).toBe(28);
        expect((await scenario.status()).mode).toBe('live');
      });
    } finally {
      await cluster.end();
    }
  },
  180_000,
);
