import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { type Backend, fullName } from './backend.js';
import { readRedisSafety } from './eviction-policy.js';
import { within } from './within.js';

/** In braces, so that Redis Cluster keeps all keys of all queues in one slot, as BullMQ's scripts require. */
const PREFIX = '{askonce}';
const LONGEST_PAUSE_MS = 3_000;

export function redisBackend(url: string, silentAfterMs: number, onError: (error: Error) => void): Backend {
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE_MS),
    // A timer that ioredis keeps running after `disconnect`, by default for two seconds.
    disconnectTimeout: 200,
    // A firewall that forgot the connection, or a machine that is gone, tells nobody; the system would wait for minutes to hours.
    socketTimeout: silentAfterMs,
  };
  // Those who ring want to know at once that nobody hears; those who listen wait for Redis to come back.
  const ringing = new Redis(url, { ...options, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const listening = new Redis(url, { ...options, maxRetriesPerRequest: null, lazyConnect: true });
  // An 'error' event that nobody hears ends the process.
  ringing.on('error', onError);
  listening.on('error', onError);

  return {
    kind: 'redis',
    openQueue: (name, options) => new Queue(fullName(name), { ...options, connection: ringing, prefix: PREFIX }),
    openWorker: (name, ring, options) =>
      new Worker(fullName(name), ring, { ...options, connection: listening, prefix: PREFIX }),
    async prepare() {
      await connected(ringing);
    },
    async ping() {
      await ringing.ping();
    },
    safety: () => readRedisSafety(url),
    close: async () => void (await Promise.all([ringing, listening].map(hangUp))),
  };
}

async function hangUp(redis: Redis): Promise<void> {
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
