import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { packageRoot } from '../package-root.js';

/** The key of the advisory lock that Prisma's own engine takes while it migrates, so that both never run together. */
const PRISMA_MIGRATE_LOCK = 72707369;
/** Waiting for longer is for whoever tries again. */
const CONNECT_PATIENCE_MS = 10_000;

export interface MigrationsDone {
  /** Names applied now, in order. */
  readonly applied: readonly string[];
  /** Names the database has and this version does not know: a newer askonce was here. */
  readonly fromNewerVersion: readonly string[];
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Prisma's: SHA-256 of the file. */
  readonly checksum: string;
}

/**
 * Brings the ledger to this version's schema and keeps Prisma's own books (`_prisma_migrations`), so that
 * `prisma migrate deploy` and this runner may take turns. Several processes may start together: one migrates, the others wait.
 *
 * Each file runs in a transaction of its own, so it applies whole or not at all.
 */
export async function applyMigrations(databaseUrl: string): Promise<MigrationsDone> {
  return withLockedDatabase(databaseUrl, async (client) => {
    const known = await migrationsOnDisk();
    const recorded = await recordedMigrations(client);
    const applied: string[] = [];
    for (const migration of known) {
      const row = recorded.get(migration.name);
      if (row === undefined) {
        await apply(client, migration);
        applied.push(migration.name);
      } else {
        refuseIfBroken(migration, row);
      }
    }
    return { applied, fromNewerVersion: foreign(known, recorded) };
  });
}

export interface MigrationsKept {
  /** Names of this version's migrations that the database does not have yet. */
  readonly pending: readonly string[];
  /** As in {@link MigrationsDone}. */
  readonly fromNewerVersion: readonly string[];
  /** What keeps this version from starting, in words; `null`: nothing. */
  readonly broken: string | null;
}

/** Names of this version's migrations that the database does not have yet; changes nothing. */
export async function pendingMigrations(databaseUrl: string): Promise<readonly string[]> {
  return (await readMigrations(databaseUrl)).pending;
}

/** How the database stands to this version; changes nothing. */
export async function readMigrations(databaseUrl: string): Promise<MigrationsKept> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_PATIENCE_MS });
  await client.connect();
  try {
    const { rows } = await client.query<{ books: string | null }>(
      `SELECT to_regclass('_prisma_migrations')::text AS books`,
    );
    const recorded: Map<string, RecordedMigration> = rows[0]?.books ? await recordedMigrations(client) : new Map();
    const known = await migrationsOnDisk();
    return {
      pending: pendingOf(known, recorded),
      fromNewerVersion: foreign(known, recorded),
      broken: brokenOf(known, recorded),
    };
  } finally {
    await client.end();
  }
}

function pendingOf(known: readonly Migration[], recorded: ReadonlyMap<string, unknown>): string[] {
  return known.map(({ name }) => name).filter((name) => !recorded.has(name));
}

function foreign(known: readonly Migration[], recorded: ReadonlyMap<string, unknown>): string[] {
  const names = new Set(known.map(({ name }) => name));
  return [...recorded.keys()].filter((name) => !names.has(name));
}

function brokenOf(known: readonly Migration[], recorded: ReadonlyMap<string, RecordedMigration>): string | null {
  const troubles = known.map((migration) => {
    const row = recorded.get(migration.name);
    return row === undefined ? null : troubleOf(migration, row);
  });
  return troubles.find((trouble) => trouble !== null) ?? null;
}

async function withLockedDatabase<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_PATIENCE_MS });
  await client.connect();
  try {
    // The lock is the session's: it goes with the connection, however this ends.
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_MIGRATE_LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    return await work(client);
  } finally {
    await client.end();
  }
}

async function migrationsOnDisk(): Promise<Migration[]> {
  const folder = join(packageRoot, 'prisma', 'migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

interface RecordedMigration {
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function recordedMigrations(client: pg.Client): Promise<Map<string, RecordedMigration>> {
  const { rows } = await client.query<RecordedMigration & { migration_name: string }>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new Error(`the ledger could not be migrated: ${name} failed and was taken back whole`, { cause });
  }
}

function refuseIfBroken(migration: Migration, recorded: RecordedMigration): void {
  const trouble = troubleOf(migration, recorded);
  if (trouble !== null) throw new Error(trouble);
}

function troubleOf({ name, checksum }: Migration, recorded: RecordedMigration): string | null {
  if (recorded.finished_at === null) {
    return `migration ${name} failed earlier and left no finish in _prisma_migrations: mend it, then "prisma migrate resolve"`;
  }
  if (recorded.checksum !== checksum) {
    return `migration ${name} is not the one the database was made with: its file was edited afterwards`;
  }
  return null;
}
