import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { reasonIn } from '../../src/embedded/last-words.js';
import { eventually } from '../support/eventually.js';
import { emptyFolder, kill, serverPid, start, tidy } from './places.js';

test('of all that a server said last, the reason for its end is told', () => {
  const said = [
    '2026-11-22 03:08:21 UTC [22658] HINT:  This probably means that some data is corrupted.',
    '2026-11-22 03:08:21 UTC [22658] FATAL:  could not write to file "pg_wal/xlogtemp.22658": No space left on device',
    '2026-11-22 03:08:21 UTC [22651] LOG:  terminating any other active server processes',
    '2026-11-22 03:08:21 UTC [22662] FATAL:  the database system is in recovery mode',
  ];

  expect(reasonIn(said.join('\n'))).toBe('could not write to file "pg_wal/xlogtemp.22658": No space left on device');
});

test('a server that was killed said nothing of the reason', () => {
  expect(reasonIn('2026-11-22 03:08:21 UTC [1] LOG:  database system is ready to accept connections')).toBe('');
});

test('a server that cannot be started again is complained of once, in one line, however often it is tried', async () => {
  const dataDir = await emptyFolder();
  const log: string[] = [];
  const server = await start(dataDir, log);
  const complaints = () => log.filter((line) => line.includes('cannot be started again yet'));
  // Each try takes a lock with the next number.
  const tries = async () =>
    Math.max(...(await readdir(join(server.home, 'starting'))).map((name) => Number(name) || 0));
  const control = join(server.home, 'pg18', 'global', 'pg_control');
  await rename(control, `${control}.gone`);
  kill(await serverPid(server.home));
  await eventually(() => expect(complaints()).not.toEqual([]));

  const before = await tries();
  await eventually(async () => expect(await tries()).toBeGreaterThan(before + 1));

  expect(complaints()).toEqual([expect.stringMatching(/^[^\n]*pg_control[^\n]*$/)]);
  await rename(`${control}.gone`, control);
  await eventually(() => expect(log.join()).toContain('was started again'));
  await server.stop();
  await tidy(dataDir);
});
