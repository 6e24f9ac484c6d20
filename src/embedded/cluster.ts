import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { DATA_FOLDER, type Home, MAJOR } from './home.js';
import { type Binaries, program, usableBinaries } from './platform-binaries.js';

/** One data directory with what is needed to serve it. */
export interface Cluster {
  readonly home: Home;
  readonly installed: Binaries;
  readonly data: string;
  readonly password: string;
  /** `false` trades safety for speed, for tests. */
  readonly durable: boolean;
}

export const SUPERUSER = 'askonce';
export const DATABASE = 'askonce';

export function urlOf(password: string, port: number, database = DATABASE): string {
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
}

export async function openCluster(home: Home, installed: Binaries, durable: boolean): Promise<Cluster> {
  const data = join(home.folder, DATA_FOLDER);
  await refuseOtherMajor(home.folder, data);
  const made = await stat(data).catch(() => null);
  if (made !== null && !isRoot() && process.getuid && made.uid !== process.getuid()) {
    throw new EmbeddedPostgresError(
      `${data} belongs to another account (uid ${made.uid}). Start askonce as that account or as root, or set DATA_DIR.`,
    );
  }
  return { home, installed, data, password: await passwordOf(home), durable };
}

/** Makes the data directory when there is none yet. It gets its name last, so that half a one is never taken for whole. */
export async function initialise(cluster: Cluster): Promise<void> {
  const { account, folder } = cluster.home;
  if (await stat(cluster.data).catch(() => null)) return;
  const unfinished = `${cluster.data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (account) await chown(unfinished, account.uid, account.gid);

  const child = await spawnProgram(cluster, 'initdb', [
    ...['--pgdata', unfinished, '--username', SUPERUSER, '--auth', 'scram-sha-256'],
    ...['--pwfile', join(folder, 'password'), '--encoding', 'UTF8', '--locale', 'C', '--no-instructions'],
    ...(cluster.durable ? [] : ['--no-sync']),
  ]);
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new EmbeddedPostgresError(
      `The embedded Postgres could not make its data directory ${cluster.data}: ${complaint.trim()}`,
    );
  }
  await rename(unfinished, cluster.data);
}

/** Starts a program of the server with its account's rights and an environment of its own. */
export async function spawnProgram(
  cluster: Cluster,
  name: 'initdb' | 'postgres',
  args: string[],
): Promise<ChildProcess> {
  const { account, folder } = cluster.home;
  return spawn(program(await usableBinaries(cluster.installed, folder, account), name), args, {
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
    cwd: folder,
    // Nothing inherited: PGDATA, PGOPTIONS, LD_LIBRARY_PATH and the like would reach a server that is not meant.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in a terminal must stop askonce first, which then stops the server.
    detached: true,
    windowsHide: true,
  });
}

async function passwordOf({ folder, account }: Home): Promise<string> {
  const file = join(folder, 'password');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(`${file}.new`, password, { mode: 0o600 });
  await chmod(`${file}.new`, 0o600);
  // initdb reads it, with the account's rights.
  if (account) await chown(`${file}.new`, account.uid, account.gid);
  await rename(`${file}.new`, file);
  return password;
}

async function refuseOtherMajor(folder: string, data: string): Promise<void> {
  const inside = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const beside = (await readdir(folder))
    .map((name) => /^pg(\d+)$/.exec(name)?.[1])
    .find((major) => major !== undefined && major !== String(MAJOR));
  const other = inside === '' ? beside : inside === String(MAJOR) ? undefined : inside;
  if (other === undefined) return;
  throw new EmbeddedPostgresError(
    `${folder} holds the data of PostgreSQL ${other}, and this askonce brings ${MAJOR}, which cannot open them. Start the ` +
      'askonce that wrote them, or carry the ledger over with its pg_dump and pg_restore. An empty ledger would have ' +
      'forgotten every request made so far.',
  );
}
