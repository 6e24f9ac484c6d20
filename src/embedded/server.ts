import type { ChildProcess } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, DATABASE, spawnProgram, urlOf } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { reasonIn } from './last-words.js';
import { answersSignals, servesDirectory } from './processes.js';

/** A server that answers for a cluster, ours or another process's. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** What the server said last; empty when another process started it. */
  lastLines(): string;
}

/** After a crash the server replays at most `max_wal_size` before it answers. */
const RECOVERY_MS = 120_000;
/** How long the remains of a killed server may stand in the way: its children, its memory segment, its unreaped process. */
const REMAINS_MS = 20_000;
const REMAINS = /lock file "[^"]*" already exists|shared memory block .* still in use/;
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/;

/** The server that already serves this cluster, once it answers; `null` when none does. */
export async function findServer(cluster: Cluster): Promise<Server | null> {
  const until = performance.now() + RECOVERY_MS;
  while (performance.now() < until) {
    const { pid, port } = await readPidFile(cluster);
    if (!pid || !(await servesDirectory(pid, cluster.data))) return null;
    if (port && (await answers(cluster, port))) return { pid, port, lastLines: () => '' };
    await pause(50);
  }
  throw new EmbeddedPostgresError(
    `A Postgres server for ${cluster.data} runs, but has not answered for ${RECOVERY_MS / 1000} seconds.`,
  );
}

/** Starts a server. `port` insists on that one, so that the connections of those who lost it come back. */
export async function launchServer(cluster: Cluster, port?: number): Promise<Server> {
  const until = performance.now() + REMAINS_MS;
  for (;;) {
    await removeStalePidFile(cluster);
    const attempt = await launchOnce(cluster, port ?? (await choosePort(cluster)));
    if (attempt.kind === 'serves') {
      await makeDatabase(cluster, attempt.server.port);
      await writeFile(portFile(cluster), String(attempt.server.port));
      return attempt.server;
    }
    if (!attempt.transient || performance.now() > until) {
      throw new EmbeddedPostgresError(
        `The embedded Postgres in ${cluster.data} did not start. It said last:\n${attempt.lastLines || '(nothing)'}`,
        { brief: reasonIn(attempt.lastLines) || `it did not start in ${cluster.data}, and said nothing of the reason` },
      );
    }
    await pause(200);
  }
}

/** Fast shutdown: sessions are ended, everything is written. Answers `false` when it is still at it after `waitMs`. */
export async function shutDown(cluster: Cluster, waitMs: number): Promise<boolean> {
  const { pid } = await readPidFile(cluster);
  const until = performance.now() + waitMs;
  for (let asked = false; pid && (await servesDirectory(pid, cluster.data)); asked = true) {
    if (!asked) askToEnd(pid);
    if (performance.now() > until) return false;
    await pause(10);
  }
  return true;
}

function askToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

type Attempt =
  | { readonly kind: 'serves'; readonly server: Server }
  | { readonly kind: 'ended'; readonly transient: boolean; readonly lastLines: string };

async function launchOnce(cluster: Cluster, port: number): Promise<Attempt> {
  const child = await spawnProgram(cluster, 'postgres', ['-D', cluster.data, '-p', String(port), ...settings(cluster)]);
  const lastLines = collectLastLines(child);
  let ended = false;
  child.once('close', () => {
    ended = true;
  });
  child.once('error', () => {
    ended = true;
  });

  const until = performance.now() + RECOVERY_MS;
  try {
    while (!ended && performance.now() < until) {
      if (child.pid && (await answers(cluster, port)) && !ended) {
        // The server outlives us when others use it, and must not keep us alive either.
        child.unref();
        (child.stderr as unknown as { unref(): void }).unref();
        return { kind: 'serves', server: { pid: child.pid, port, lastLines } };
      }
      await pause(20);
    }
  } catch (error) {
    child.kill('SIGINT');
    throw error;
  }
  if (!ended) child.kill('SIGINT');
  const said = lastLines();
  return { kind: 'ended', transient: REMAINS.test(said) || PORT_TAKEN.test(said), lastLines: said };
}

function settings(cluster: Cluster): string[] {
  const durable = cluster.durable ? 'on' : 'off';
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    max_wal_size: '256MB',
    fsync: durable,
    synchronous_commit: 'on',
    full_page_writes: durable,
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_min_error_statement: 'panic',
    // A server that recovers in place, and cannot (a full disk), has been seen to stand there for ever without a process that
    // recovers it. One that ends is started anew by whoever uses it.
    restart_after_crash: 'off',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function collectLastLines(child: ChildProcess): () => string {
  let text = '';
  const add = (more: unknown) => {
    text = (text + String(more)).slice(-4000);
  };
  child.stderr?.on('data', add);
  child.on('error', (error) => add(`${error.message}\n`));
  return () => text.trim().split('\n').slice(-20).join('\n');
}

async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlOf(cluster.password, port, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === '28P01') {
      throw new EmbeddedPostgresError(
        `The Postgres server for ${cluster.data} does not accept the password in ${join(cluster.home.folder, 'password')}.`,
        { cause: error },
      );
    }
    // Full is not gone.
    return code === '53300';
  }
}

async function makeDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(cluster.password, port, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/**
 * Postgres itself takes a pid file for stale only when no process has that number. A zombie still has it, and after a
 * restart of the machine or container anybody may; it would refuse to start for ever.
 */
async function removeStalePidFile(cluster: Cluster): Promise<void> {
  const { pid } = await readPidFile(cluster);
  if (pid && answersSignals(pid) && !(await servesDirectory(pid, cluster.data))) {
    await rm(join(cluster.data, 'postmaster.pid'), { force: true });
  }
}

/** Line 1 is the pid, line 4 the port (PostgreSQL's `pidfile.h`). */
async function readPidFile(cluster: Cluster): Promise<{ pid: number; port: number }> {
  const lines = (await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return { pid: Number(lines[0]) || 0, port: Number(lines[3]) || 0 };
}

function portFile(cluster: Cluster): string {
  return join(cluster.home.folder, 'port');
}

/** The last one if it is free: processes that still use the cluster find their server again. Else any. */
async function choosePort(cluster: Cluster): Promise<number> {
  const last = Number(await readFile(portFile(cluster), 'utf8').catch(() => '')) || 0;
  return freePort(last).catch(() => freePort(0));
}

function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
