import { onRedis } from '../support/on-redis.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { wakeUpsContract } from './wake-ups-contract.js';

onRedis('the queue on a Redis Cluster', () => {
  wakeUpsContract('Redis Cluster', async () => {
    const cluster = await startRedisCluster();
    const everywhere = (...command: [string, ...string[]]) =>
      Promise.all(cluster.masters.map((node) => node.call(...command)));
    const store = {
      address: { kind: 'redis', url: cluster.url },
      wipe: async () => void (await everywhere('FLUSHALL')),
      goAway: cluster.stop,
      comeBack: cluster.start,
      connections: async () => {
        const lists = await everywhere('CLIENT', 'LIST');
        return lists.flatMap((list) => String(list).trim().split('\n')).length;
      },
    } as const;
    return {
      async fresh() {
        await store.wipe();
        return store;
      },
      stop: cluster.end,
    };
  });
});
