import { expect, test } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { ask, emptyFolder, kill, serverPid, start, tidy } from './places.js';

test('a crashed session ends the whole server, which is started anew: one that recovers in place may stand there for ever', async () => {
  const dataDir = await emptyFolder();
  const log: string[] = [];
  const server = await start(dataDir, log);
  const before = await serverPid(server.home);
  const session = new pg.Client({ connectionString: server.url });
  session.on('error', () => {});
  await session.connect();
  const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');

  kill(rows[0]?.pid ?? 0);

  await eventually(() => expect(log.join()).toContain('was started again'));
  expect(await serverPid(server.home)).not.toBe(before);
  expect(await ask(server.url, 'SELECT 1')).toBe(1);
  await server.stop();
  await tidy(dataDir);
});
