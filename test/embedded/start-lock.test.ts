import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { withStartLock } from '../../src/embedded/start-lock.js';
import { emptyFolder } from './places.js';

let folder = '';

beforeEach(async () => {
  folder = await emptyFolder();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const DEAD = JSON.stringify({ pid: 999_999_999, startedAt: '' });

test('any number of starters go one after the other, also when they all find a dead one in their way', async () => {
  await writeFile(join(folder, '3'), DEAD);
  let inside = 0;
  let most = 0;

  await Promise.all(
    Array.from({ length: 25 }, () =>
      withStartLock(folder, 20_000, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await setImmediate();
        inside -= 1;
      }),
    ),
  );

  expect(most).toBe(1);
  expect(await readdir(folder)).toHaveLength(1);
});

test('the lock of a live process is waited for, and named in the end', async () => {
  await withStartLock(folder, 1_000, async () => {
    await expect(withStartLock(folder, 100, async () => {})).rejects.toThrow(
      new RegExp(`Process ${process.pid} has been starting or stopping`),
    );
  });

  expect(await withStartLock(folder, 1_000, async () => 'free')).toBe('free');
});

test('a task that throws lets go of the lock', async () => {
  await expect(withStartLock(folder, 1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

  expect(await withStartLock(folder, 1_000, async () => 'free')).toBe('free');
});

test('a pid that was given to another process does not hold the lock', async () => {
  await writeFile(join(folder, '1'), JSON.stringify({ pid: process.pid, startedAt: 'another time' }));

  expect(await withStartLock(folder, 100, async () => 'free')).toBe('free');
});
