import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { systemClock } from '../../src/clock.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
import { readRedisSafety } from '../../src/queue/eviction-policy.js';
import type { AlarmClock } from '../../src/queue/wake-ups.js';
import { eventually } from '../support/eventually.js';
import { onRedis } from '../support/on-redis.js';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.js';

onRedis('a Redis Cluster with a replica of the node that has the keys', () => {
  let cluster: RedisCluster;
  let opened: AlarmClock[] = [];
  const openNow = async (url: string) => {
    const wakeUps = await openWakeUps(
      { kind: 'redis', url },
      { clock: systemClock, onError: () => {}, lookEveryMs: 500 },
    );
    opened.push(wakeUps);
    return wakeUps;
  };
  /** After a failover, some nodes take the cluster for down a moment longer. */
  const open = (url: string) => eventually(() => openNow(url), { within: 20_000 });
  const ringAt = (wakeUps: AlarmClock, orderId: string, at: DateTime) => wakeUps.ring([{ verb: 'send', orderId, at }]);

  beforeAll(async () => {
    cluster = await startRedisCluster({ replica: true, nodeTimeoutMs: 4_000 });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(opened.map((wakeUps) => wakeUps.close()));
    opened = [];
  });
  afterAll(() => cluster?.end());

  test('whichever node is named, everybody rings and hears the same queue', async () => {
    const [first, ...others] = await Promise.all(
      [cluster.replica ?? cluster.holder, ...cluster.masters].map(({ url }) => open(url)),
    );
    const heard: string[] = [];
    await first?.listen({ send: async (orderId) => void heard.push(orderId) as undefined }, { onError: () => {} });

    await Promise.all(others.map((wakeUps, index) => ringAt(wakeUps, `order-${index}`, DateTime.utc())));

    await eventually(() => expect(heard.sort()).toEqual(['order-0', 'order-1', 'order-2']), { within: 20_000 });
  });

  test('safety is judged by the nodes that have the keys or would have them next, and says which', async () => {
    const { holder, replica, masters } = cluster;
    const set = (nodes: readonly (typeof holder)[], ...setting: [string, string]) =>
      Promise.all(nodes.map((node) => node.call('CONFIG', 'SET', ...setting)));
    const holders = [holder, ...(replica === null ? [] : [replica])];
    await set(
      masters.filter((node) => node !== holder),
      'maxmemory-policy',
      'allkeys-lru',
    );
    await set(holders, 'appendonly', 'yes');
    const sound = { evictionPolicy: 'noeviction', persistence: 'append-only-file', problems: [] };
    expect(await readRedisSafety(cluster.url)).toEqual(sound);

    await set(holders.slice(1), 'maxmemory-policy', 'volatile-ttl');
    await set([holder], 'appendonly', 'no');

    // The others tell of a replica once they have heard how far it is.
    await eventually(
      async () => {
        const { problems, ...keeping } = await readRedisSafety(cluster.url);
        expect(keeping).toEqual({ evictionPolicy: 'volatile-ttl', persistence: 'none' });
        expect(problems.map(({ problem }) => problem.split(' (')[0])).toEqual([
          `Redis at 127.0.0.1:${holder.port} forgets every job when it restarts`,
          `Redis at 127.0.0.1:${replica?.port} throws jobs away when memory runs short`,
        ]);
      },
      { within: 20_000 },
    );
    await set(holders, 'maxmemory-policy', 'noeviction');
  }, 60_000);

  test('the loss of the node that has the keys costs time: its replica goes on with what waited, and new wake-ups ring', async () => {
    const { holder } = cluster;
    const wakeUps = await open(holder.url);
    const heard = new Set<string>();
    let sweeps = 0;
    await wakeUps.listen(
      {
        send: async (orderId) => void heard.add(orderId) as undefined,
        sweep: async () => {
          sweeps += 1;
        },
      },
      { onError: () => {} },
    );
    await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 500 }]);
    await ringAt(wakeUps, 'before', DateTime.utc().plus(4_000));
    await holder.replicated();

    await holder.kill();

    await expect(ringAt(wakeUps, 'lost', DateTime.utc())).rejects.toThrow();
    await expect(wakeUps.ping()).rejects.toThrow();
    await eventually(() => ringAt(wakeUps, 'after', DateTime.utc()), { within: 25_000 });
    await eventually(() => expect([...heard].sort()).toEqual(['after', 'before']), { within: 20_000 });
    const before = sweeps;
    await eventually(() => expect(sweeps).toBeGreaterThan(before + 2), { within: 20_000 });

    // What was the master comes back as a replica, and the URL that names it still leads to the keys.
    await holder.start();
    const later = await open(holder.url);
    await eventually(() => ringAt(later, 'later', DateTime.utc()), { within: 20_000 });
    await eventually(() => expect(heard).toContain('later'), { within: 20_000 });

    // It takes the keys back. Nobody is cut off for that: the other answers that it has them no longer.
    await holder.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await eventually(async () => expect(String(await holder.call('ROLE'))).toMatch(/^master/), { within: 20_000 });
    await eventually(() => ringAt(wakeUps, 'at home', DateTime.utc()), { within: 20_000 });
    await eventually(() => expect(heard).toContain('at home'), { within: 20_000 });
  }, 120_000);

  test('a cluster that misses a part of its keys is told as what it is, although the node that has ours answers', async () => {
    const wakeUps = await open(cluster.url);
    const [missing] = cluster.masters.filter((node) => node !== cluster.holder && node.url !== cluster.url);

    await missing?.kill();

    await eventually(() => expect(wakeUps.ping()).rejects.toThrow(), { within: 20_000 });
    await eventually(() => expect(openNow(cluster.url)).rejects.toThrow(/the Redis Cluster is down/), {
      within: 20_000,
    });
    expect(await cluster.holder.call('PING')).toBe('PONG');
  }, 60_000);
});
