import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { readRedisSafety } from '../../src/queue/eviction-policy.js';
import { onRedis } from '../support/on-redis.js';
import { type RedisServer, startRedisServer } from '../support/redis-server.js';

onRedis('what Redis does with jobs', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedisServer();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  const problems = async () => (await readRedisSafety(server.url)).problems.map(({ problem }) => problem);

  test.each([
    ['noeviction', '3600 1', { evictionPolicy: 'noeviction', persistence: 'snapshots' }, []],
    ['noeviction', '', { persistence: 'none' }, ['forgets every job']],
    ['allkeys-lru', '3600 1', { evictionPolicy: 'allkeys-lru' }, ['throws jobs away']],
    ['volatile-ttl', '', {}, ['throws jobs away', 'forgets every job']],
  ])('maxmemory-policy %s, save "%s"', async (policy, save, known, expected) => {
    await admin.config('SET', 'maxmemory-policy', policy);
    await admin.config('SET', 'save', save);
    expect(await readRedisSafety(server.url)).toMatchObject(known);
    expect(await problems()).toEqual(expected.map((words) => expect.stringContaining(words)));
  });

  test('a server that keeps CONFIG to itself is not blamed for what it does not tell', async () => {
    await admin.config('SET', 'save', '');
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.call('ACL', 'SETUSER', 'guest', 'on', '>guest', '~*', '&*', '+@all', '-config');
    const url = server.url.replace('redis://', 'redis://guest:guest@');
    expect(await readRedisSafety(url)).toEqual({ evictionPolicy: 'noeviction', persistence: null, problems: [] });
  });

  test('a server that is away is an error, and nothing is said of it', async () => {
    await expect(readRedisSafety('redis://127.0.0.1:1')).rejects.toThrow();
  });
});
