// The services a worker has in production, for trying the image: a PostgreSQL and a Redis of this machine's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../dist/src/embedded/embedded-postgres.js';

export async function startServers(folder) {
  const dataDir = join(folder, 'postgres');
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const redisPort = await freePort();
  const redisFolder = join(folder, 'redis');
  mkdirSync(redisFolder);
  const redis = spawn(
    'redis-server',
    ['--port', String(redisPort), '--dir', redisFolder, '--appendonly', 'yes', '--save', '', '--databases', '64'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const redisEnded = once(redis, 'exit');
  await Promise.race([
    once(redis, 'spawn'),
    once(redis, 'error').then(([cause]) => {
      throw new Error('redis-server is not here. On Debian: apt-get install redis-server', { cause });
    }),
  ]);
  let used = 0;
  return {
    freePort,
    /** An empty database and an empty queue. */
    async fresh() {
      used += 1;
      const url = new URL(postgres.url);
      url.pathname = `/try${used}`;
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      await client.query(`CREATE DATABASE try${used}`);
      await client.end();
      return { DATABASE_URL: url.href, REDIS_URL: `redis://127.0.0.1:${redisPort}/${used}` };
    },
    async stop() {
      redis.kill('SIGTERM');
      await redisEnded;
      await postgres.stop();
    },
  };
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
