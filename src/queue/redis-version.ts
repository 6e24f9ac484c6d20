import { askRedis } from './redis-nodes.js';

/** The version whose commands a server knows, e.g. `7.0.15`; `null`: it does not tell. Throws when it cannot be reached within some seconds. */
export async function readRedisVersion(url: string): Promise<string | null> {
  const server = await askRedis(url, (redis) => redis.info('server'));
  return /^redis_version:(\S+)/m.exec(server)?.[1] ?? null;
}
