import { Redis } from 'ioredis';
import { within } from './within.js';

const PATIENCE_MS = 5_000;

/** The version whose commands a server knows, e.g. `7.0.15`; `null`: it does not tell. Throws when it cannot be reached within some seconds. */
export async function readRedisVersion(url: string): Promise<string | null> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 200 });
  redis.on('error', () => {});
  try {
    await within(PATIENCE_MS, redis.connect(), 'reaching Redis');
    const server = await within(PATIENCE_MS, redis.info('server'), 'asking Redis');
    return /^redis_version:(\S+)/m.exec(server)?.[1] ?? null;
  } finally {
    redis.disconnect();
  }
}
