import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from './postgres-server.js';
import type { Ground, Scene } from './scene.js';

/** Offsets of the worker's wall clock, in seconds: an hour fast, right, an hour slow, right, three days fast, and right again. */
const STEPS = [3_600, 0, -3_600, 0, 3 * 86_400, 0] as const;

/** Somebody sets the machine's clock while the worker asks; the database's machine keeps its own. */
export const clockStepped: Scene = {
  name: 'clock-stepped',
  workers: 1,
  async prepare(): Promise<Ground> {
    const library = await findLibrary();
    const server = await startPostgres();
    const folder = await mkdtemp(join(tmpdir(), 'askonce-chaos-clock-'));
    const offset = join(folder, 'offset');
    await writeFile(offset, '+0\n');
    return {
      settings: { DATABASE_URL: server.url },
      environment: {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: offset,
        FAKETIME_NO_CACHE: '1',
        // A step of the wall clock leaves the timers of a process alone.
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      async strike({ number }) {
        const seconds = STEPS[number % STEPS.length] ?? 0;
        await writeFile(offset, `${seconds < 0 ? '' : '+'}${seconds}\n`);
      },
      async close() {
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

async function findLibrary(): Promise<string> {
  const places = ['x86_64-linux-gnu', 'aarch64-linux-gnu', ''].map((arch) =>
    join('/usr/lib', arch, 'faketime', 'libfaketimeMT.so.1'),
  );
  for (const place of places) {
    const found = await access(place).then(
      () => true,
      () => false,
    );
    if (found) return place;
  }
  throw new Error(
    'it takes libfaketime to set the clock of one process: install it, e.g. with "apt-get install faketime"',
  );
}
