import { Redis } from 'ioredis';
import { startRedisServer } from '../../test/support/redis-server.js';

export interface BenchRedis {
  readonly url: string;
  readonly client: Redis;
  /** Bytes that its data take, with what its allocator needs for them. */
  usedMemory(): Promise<number>;
  cpuSeconds(): Promise<number>;
}

/** A real Redis of its own, without persistence, for as long as `use` takes. */
export async function withRedis<T>(use: (redis: BenchRedis) => Promise<T>): Promise<T> {
  const server = await startRedisServer();
  const client = new Redis(server.url, { maxRetriesPerRequest: null });
  client.on('error', () => {});
  try {
    return await use({
      url: server.url,
      client,
      usedMemory: async () => numberIn(await client.info('memory'), 'used_memory'),
      cpuSeconds: async () => {
        const info = await client.info('cpu');
        return numberIn(info, 'used_cpu_sys') + numberIn(info, 'used_cpu_user');
      },
    });
  } finally {
    client.disconnect();
    await server.stop();
  }
}

function numberIn(info: string, field: string): number {
  return Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1]);
}
