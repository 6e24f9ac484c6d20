import pg from 'pg';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import type { WholeLedger } from '../../src/ledger/whole-ledger.js';
import { testPostgres } from '../support/postgres.js';

export interface TestDatabase {
  /** An empty ledger; `query` is somebody with psql. */
  fresh(): Promise<{
    readonly ledger: WholeLedger;
    query(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  }>;
  stop(): Promise<void>;
}

/** One database, emptied for every test: a database of its own for each would take most of the time. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  const somebody = new pg.Client({ connectionString: url });
  await somebody.connect();
  // Nothing may depend on the zone and the date style that somebody's server is set to.
  const name = new URL(url).pathname.slice(1);
  await somebody.query(`ALTER DATABASE ${name} SET timezone = 'America/New_York'`);
  await somebody.query(`ALTER DATABASE ${name} SET datestyle = 'SQL, DMY'`);
  return {
    async fresh() {
      await somebody.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      await applyMigrations(url);
      const ledger = openPrismaLedger(url, { connections: 10, onConnectionLost: () => {} });
      return { ledger, query: (sql, values = []) => somebody.query(sql, [...values]) };
    },
    async stop() {
      await somebody.end();
      await server.stop();
    },
  };
}
