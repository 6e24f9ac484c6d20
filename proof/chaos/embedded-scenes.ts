import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { urlOf } from '../../src/embedded/cluster.js';
import { eventually } from '../../test/support/eventually.js';
import type { Ground, Scene } from './scene.js';
import { mountSmallDisk } from './small-disk.js';

/** As the out-of-memory killer does it; the worker has to bring its server back. */
export const embeddedKilled: Scene = {
  name: 'embedded-killed',
  workers: 2,
  mustSay: /had ended and was started again/,
  async prepare(): Promise<Ground> {
    return {
      settings: {},
      async strike({ scenario }) {
        const folder = join(scenario.folder, 'data');
        const killed = await servingIn(folder);
        process.kill(killed.pid, 'SIGKILL');
        await eventually(
          async () => {
            if ((await servingIn(folder)).pid === killed.pid)
              throw new Error('the embedded Postgres has not come back');
          },
          { within: 60_000 },
        );
      },
      close: async () => {},
    };
  },
};

/** Room for the cluster and two files of its log. */
const DISK_MB = 200;

/** The disk of the embedded data is full for a while, up to the point where the server cannot even recover. */
export const diskFull: Scene = {
  name: 'disk-full',
  workers: 1,
  mustSay: /no space left|disk is full|ENOSPC/i,
  async prepare(): Promise<Ground> {
    const disk = await mountSmallDisk(DISK_MB);
    return {
      settings: { DATA_DIR: disk.folder },
      async strike({ number, random }) {
        await disk.fill();
        // Two times in three the server needs a new file of its log at once, which it cannot do without: it goes down.
        if (number % 3 !== 0) await wantNewLogFile(disk.folder);
        await pause(random.between(1_500, 4_000));
        await disk.empty();
      },
      close: () => disk.unmount(),
    };
  },
};

async function wantNewLogFile(folder: string): Promise<void> {
  const { port, home } = await servingIn(folder);
  const password = (await readFile(join(home, 'password'), 'utf8')).trim();
  const client = new pg.Client({ connectionString: urlOf(password, port), connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  // It may be down already, and goes down at this request at the latest.
  await client
    .connect()
    .then(async () => {
      for (let file = 0; file < 3; file += 1) {
        await client.query("SELECT pg_logical_emit_message(true, 'proof', 'a little'), pg_switch_wal()");
      }
    })
    .catch(() => {});
  await client.end().catch(() => {});
}

/** What `postmaster.pid` tells once the server serves: line 1 the pid, 4 the port, 8 its state (PostgreSQL's `pidfile.h`). */
async function servingIn(dataDir: string): Promise<{ pid: number; port: number; home: string }> {
  const files = await readdir(dataDir, { recursive: true });
  const file = files.find((path) => path.endsWith('postmaster.pid'));
  if (file === undefined) throw new Error(`no Postgres serves in ${dataDir}`);
  const lines = (await readFile(join(dataDir, file), 'utf8')).split('\n');
  if (lines[7]?.trim() !== 'ready') throw new Error(`the Postgres in ${dataDir} is not ready`);
  return { pid: Number(lines[0]), port: Number(lines[3]), home: join(dataDir, file, '..', '..') };
}
