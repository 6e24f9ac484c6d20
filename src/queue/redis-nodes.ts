import { Redis } from 'ioredis';
import { within } from './within.js';

const PATIENCE_MS = 5_000;

/**
 * Before the name of every key. In braces, so that Redis Cluster keeps all keys of all queues in one slot, as BullMQ's scripts
 * require.
 */
export const KEY_PREFIX = '{askonce}';

/** Where a Redis server answers. An IPv6 address without brackets. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

type RedisNodes =
  | { readonly kind: 'single' }
  | {
      readonly kind: 'cluster';
      /** Who has askonce's keys, and who would have them next: the master of their slot, then its replicas. */
      readonly holders: readonly [RedisNode, ...RedisNode[]];
      readonly all: readonly RedisNode[];
    };

/** Asks a server on a connection of its own. Throws with the cause when it cannot be reached within some seconds. */
export async function askRedis<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 200 });
  let cause: Error | null = null;
  redis.on('error', (error) => {
    cause ??= error;
  });
  try {
    // ioredis itself says no more than that the connection is closed.
    await within(PATIENCE_MS, redis.connect(), 'reaching Redis').catch((error) => {
      throw cause ?? error;
    });
    return await within(PATIENCE_MS, ask(redis), 'asking Redis');
  } finally {
    redis.disconnect();
  }
}

/** Finds out whether a URL leads to a cluster, and to which; any of its nodes will do. Throws where the cluster cannot be used. */
export function readRedisNodes(url: string): Promise<RedisNodes> {
  return askRedis(url, async (redis): Promise<RedisNodes> => {
    if (!/^cluster_enabled:1/m.test(await redis.info('cluster'))) return { kind: 'single' };
    const [state, slot, ranges] = await Promise.all([
      redis.cluster('INFO'),
      redis.cluster('KEYSLOT', KEY_PREFIX),
      redis.cluster('SLOTS'),
    ]);
    if (!/^cluster_state:ok/m.test(String(state)))
      throw new Error('the Redis Cluster is down (its cluster_state is not "ok")');
    const holders = ranges.filter(([from, to]) => from <= slot && slot <= to).flatMap(nodesOf);
    const [master, ...replicas] = holders;
    if (master === undefined)
      throw new Error('the Redis Cluster does not tell where its nodes are (set cluster-announce-ip or -hostname)');
    return { kind: 'cluster', holders: [master, ...replicas], all: ranges.flatMap(nodesOf) };
  });
}

/** Another node of the same cluster: one password, and TLS or none, for all of them. */
export function urlOfNode(url: string, { host, port }: RedisNode): string {
  const its = new URL(url);
  its.hostname = host.includes(':') ? `[${host}]` : host;
  its.port = String(port);
  return its.href;
}

/** From slot, to slot, then the master and its replicas. */
type SlotRange = readonly [from: number, to: number, ...nodes: [host: string | null, port: number, ...unknown[]][]];

/** A node that does not know its own address tells none. */
function nodesOf([, , ...nodes]: SlotRange): RedisNode[] {
  return nodes.flatMap(([host, port]) => (host ? [{ host, port }] : []));
}
