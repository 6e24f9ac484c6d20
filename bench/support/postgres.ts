import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { familyCpuSeconds, parentOf } from './machine.js';

export interface BenchPostgres {
  /** The URL of a database of its own, empty or with askonce's schema. */
  freshDatabase(schema: 'empty' | 'ledger'): Promise<string>;
  /** Processor seconds of the whole server so far; `null` where the system does not tell. */
  cpuSeconds(): Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * The Postgres that askonce brings along, with its own settings: unlike the one of the tests it writes every commit to the disk
 * before it answers, as a ledger must, and what that costs is part of what is measured.
 */
async function startPostgres(): Promise<BenchPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'askonce-bench-'));
  // mkdtemp makes it ours alone, and root's server runs under another account.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = await parentOf(rows[0]?.pid ?? 0);
  let count = 0;
  return {
    async freshDatabase(schema) {
      count += 1;
      const name = `bench_${count}`;
      await admin.query(`CREATE DATABASE ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      if (schema === 'ledger') await applyMigrations(url.href);
      return url.href;
    },
    cpuSeconds: async () => (postmaster === null ? null : familyCpuSeconds(postmaster)),
    async stop() {
      await admin.end();
      await server.stop();
      await rm(server.home, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function withPostgres<T>(use: (postgres: BenchPostgres) => Promise<T>): Promise<T> {
  const postgres = await startPostgres();
  try {
    return await use(postgres);
  } finally {
    await postgres.stop();
  }
}

/** Connects for as long as `use` takes. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
