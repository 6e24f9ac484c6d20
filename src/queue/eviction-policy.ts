import { Redis } from 'ioredis';
import { within } from './within.js';

/**
 * Redis's `maxmemory-policy`. Anything but `noeviction` lets Redis throw away jobs when memory runs short; the sweep
 * would ring again, but BullMQ itself does not expect it.
 */
export async function readEvictionPolicy(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 200 });
  redis.on('error', () => {});
  try {
    await within(5_000, redis.connect(), 'reaching Redis');
    // CONFIG is often forbidden on rented servers, INFO is not.
    const memory = await within(5_000, redis.info('memory'), 'asking Redis');
    return /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}
