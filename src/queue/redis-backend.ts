import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { type Backend, fullName } from './backend.js';
import { readRedisSafety } from './eviction-policy.js';
import { masterConnector, wayToMaster } from './redis-master.js';
import { KEY_PREFIX, readRedisNodes } from './redis-nodes.js';
import { within } from './within.js';

const LONGEST_PAUSE_MS = 3_000;
/** A machine that is gone answers nobody, and the way may lead to another one meanwhile. */
const CONNECT_MS = 4_000;

/** Those who ring want to know at once that nobody hears; those who listen wait for Redis to come back. */
interface Clients {
  readonly ringing: Redis;
  readonly listening: Redis;
}

/** One server, or a cluster of which the URL names any node: which of them it is shows when it is prepared. */
export function redisBackend(url: string, silentAfterMs: number, onError: (error: Error) => void): Backend {
  let opening: Promise<Clients> | null = null;
  let opened: Clients | null = null;
  let closed = false;
  const open = async () => {
    opened = openClients(url, await optionsFor(url, silentAfterMs), onError);
    if (closed) await hangUp(opened);
    return opened;
  };
  const clients = () => {
    if (opened === null) throw new Error('the queue on Redis is not prepared');
    return opened;
  };

  return {
    kind: 'redis',
    openQueue: (name, options) =>
      new Queue(fullName(name), { ...options, connection: clients().ringing, prefix: KEY_PREFIX }),
    openWorker: (name, ring, options) =>
      new Worker(fullName(name), ring, { ...options, connection: clients().listening, prefix: KEY_PREFIX }),
    async prepare() {
      opening ??= open();
      const { ringing } = await opening;
      await connected(ringing);
    },
    async ping() {
      // A PING would also be answered by a node that has lost the keys to another.
      await clients().ringing.exists(`${KEY_PREFIX}:ping`);
    },
    safety: () => readRedisSafety(url),
    async close() {
      closed = true;
      if (opened !== null) await hangUp(opened);
    },
  };
}

async function optionsFor(url: string, silentAfterMs: number): Promise<RedisOptions> {
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE_MS),
    // A timer that ioredis keeps running after `disconnect`, by default for two seconds.
    disconnectTimeout: 200,
    // A firewall that forgot the connection, or a machine that is gone, tells nobody; the system would wait for minutes to hours.
    socketTimeout: silentAfterMs,
  };
  const nodes = await readRedisNodes(url);
  switch (nodes.kind) {
    case 'single':
      return options;
    case 'cluster':
      return {
        ...options,
        Connector: masterConnector(wayToMaster(url, nodes.all)),
        connectTimeout: CONNECT_MS,
        // Connects anew, perhaps to another node, and says it there once more.
        reconnectOnError: (error) => (/^(MOVED|READONLY|CLUSTERDOWN) /.test(error.message) ? 2 : false),
      };
    default:
      return nodes satisfies never;
  }
}

function openClients(url: string, options: RedisOptions, onError: (error: Error) => void): Clients {
  const ringing = new Redis(url, { ...options, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const listening = new Redis(url, { ...options, maxRetriesPerRequest: null, lazyConnect: true });
  // An 'error' event that nobody hears ends the process.
  ringing.on('error', onError);
  listening.on('error', onError);
  return { ringing, listening };
}

async function hangUp({ ringing, listening }: Clients): Promise<void> {
  await Promise.all([ringing, listening].map(leave));
}

async function leave(redis: Redis): Promise<void> {
  if (redis.status === 'end') return;
  try {
    // Nothing to say goodbye to where the connection is down.
    if (redis.status === 'ready') return void (await within(1_000, redis.quit(), 'leaving Redis'));
  } catch {
    // Falls through to the rude way.
  }
  redis.disconnect();
}

/** Commands before the first connection would be refused, as there is no offline queue. */
function connected(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const ready = () => settle(resolve);
    const error = (cause: Error) => settle(() => reject(cause));
    const settle = (end: () => void) => {
      redis.off('ready', ready);
      redis.off('error', error);
      end();
    };
    redis.once('ready', ready);
    redis.once('error', error);
  });
}
