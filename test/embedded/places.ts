import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';

const USER = fileURLToPath(new URL('../support/embedded-user.mjs', import.meta.url));

/** An empty folder; `private` ones are their owner's alone, as root's home is. */
export async function emptyFolder(rights: 'open' | 'private' = 'open'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-embedded-'));
  await chmod(folder, rights === 'open' ? 0o755 : 0o700);
  return folder;
}

/** Ends whatever still serves there. */
export async function tidy(folder: string): Promise<void> {
  const pid = await serverPid(join(folder, 'postgres'));
  if (pid) kill(pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

export function start(dataDir: string, log: string[] = []) {
  return startEmbeddedPostgres({
    dataDir,
    durable: false,
    systemFolder: join(dataDir, 'must-not-be-needed'),
    log: (message) => log.push(message),
  });
}

export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

export async function serverPid(home: string): Promise<number> {
  const file = await readFile(join(home, 'pg18', 'postmaster.pid'), 'utf8').catch(() => '');
  return Number(file.split('\n')[0]) || 0;
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

export interface OtherProcess {
  readonly url: string;
  readonly started: boolean;
  /** Lets it leave in an orderly way. */
  leave(): Promise<void>;
  /** kill -9. */
  die(): Promise<void>;
}

/** Another process that uses the server in `dataDir`. */
export async function otherProcess(dataDir: string): Promise<OtherProcess> {
  const child: ChildProcess = spawn(process.execPath, [USER, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const first = await Promise.race([once(lines, 'line'), exited.then(() => null)]);
  if (first === null) throw new Error('the other process ended before it had a server; was "dist" built?');
  return {
    ...(JSON.parse(first[0]) as { url: string; started: boolean }),
    async leave() {
      child.stdin?.end();
      await exited;
    },
    async die() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
