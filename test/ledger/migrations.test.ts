import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { applyMigrations, pendingMigrations } from '../../src/ledger/migrations.js';
import { packageRoot } from '../../src/package-root.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

describe('the migrations', () => {
  let server: TestPostgres;
  let url: string;
  let drop: () => Promise<void>;
  let somebody: pg.Client;
  let names: string[];

  beforeAll(async () => {
    server = await testPostgres();
    const entries = await readdir(join(packageRoot, 'prisma', 'migrations'), { withFileTypes: true });
    names = entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    ({ url, drop } = await server.freshDatabase());
    somebody = new pg.Client({ connectionString: url });
    await somebody.connect();
  });
  afterEach(async () => {
    await somebody.end();
    await drop();
  });

  const books = async () => (await somebody.query('SELECT * FROM _prisma_migrations ORDER BY migration_name')).rows;
  const tables = async () =>
    (await somebody.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).rows.map(
      ({ tablename }) => tablename,
    );

  test('are applied once: the second run finds nothing to do', async () => {
    const pendingBefore = await pendingMigrations(url);
    const first = await applyMigrations(url);
    const second = await applyMigrations(url);

    expect(pendingBefore).toEqual(names);
    expect(first).toEqual({ applied: names, fromNewerVersion: [] });
    expect(second).toEqual({ applied: [], fromNewerVersion: [] });
    expect(await pendingMigrations(url)).toEqual([]);
  });

  test('are applied by one of several processes that start together', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(url)));

    expect(runs.flatMap(({ applied }) => applied)).toEqual(names);
    expect(await books()).toHaveLength(names.length);
  });

  test('are written into the books as Prisma writes them', async () => {
    await applyMigrations(url);

    const rows = await books();
    expect(rows.map((row) => row.migration_name)).toEqual(names);
    for (const row of rows) {
      const sql = await readFile(join(packageRoot, 'prisma', 'migrations', row.migration_name, 'migration.sql'));
      expect(row).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: createHash('sha256').update(sql).digest('hex'),
        started_at: expect.any(Date),
        finished_at: expect.any(Date),
        migration_name: row.migration_name,
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
      });
    }
  });

  test('are refused when a file was edited after it was applied', async () => {
    await applyMigrations(url);
    await somebody.query("UPDATE _prisma_migrations SET checksum = repeat('0', 64)");

    await expect(applyMigrations(url)).rejects.toThrow(/its file was edited afterwards/);
  });

  test('are refused when one was begun by Prisma and never finished', async () => {
    await applyMigrations(url);
    await somebody.query('UPDATE _prisma_migrations SET finished_at = NULL');

    await expect(applyMigrations(url)).rejects.toThrow(/failed earlier/);
  });

  test('that were rolled back by hand are applied again', async () => {
    await applyMigrations(url);
    await somebody.query('UPDATE _prisma_migrations SET finished_at = NULL, rolled_back_at = now()');
    await somebody.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');

    expect((await applyMigrations(url)).applied).toEqual(names);
  });

  test('leave nothing behind when one fails half-way, and succeed once the cause is gone', async () => {
    await somebody.query('CREATE TABLE suppression (somebody_elses text)');

    await expect(applyMigrations(url)).rejects.toThrow(/failed and was taken back whole/);

    expect(await tables()).toEqual(['_prisma_migrations', 'suppression']);
    expect(await books()).toEqual([]);
    await somebody.query('DROP TABLE suppression');
    expect((await applyMigrations(url)).applied).toEqual(names);
  });

  test('of a newer askonce are named and left alone', async () => {
    await applyMigrations(url);
    await somebody.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ('1', 'x', '29991231000000_later', now(), 1)`,
    );

    expect(await applyMigrations(url)).toEqual({ applied: [], fromNewerVersion: ['29991231000000_later'] });
  });

  test('cannot be applied to a server that is not there', async () => {
    await expect(applyMigrations('postgres://nobody@127.0.0.1:1/nothing')).rejects.toThrow();
  });
});
