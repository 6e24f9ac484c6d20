import type { Command } from 'commander';
import { type Database, openDatabase } from '../../workers/database.js';
import type { Config } from '../config/config.js';
import { environment } from '../config/environment.js';
import { describeProblems } from '../config/problems.js';
import { readConfig } from '../config/read-config.js';
import { pendingMigrations } from '../ledger/migrations.js';
import { openPrismaLedger } from '../ledger/prisma-ledger.js';
import type { WholeLedger } from '../ledger/whole-ledger.js';
import { Failure } from './terminal.js';

/** The configuration, or exit status 2 with every problem at once. */
export function configured(command: Command): Config {
  const { envFile } = command.optsWithGlobals<{ envFile?: string }>();
  const reading = readConfig({ environment, cwd: process.cwd(), envFile, terminal: process.stdout.isTTY === true });
  switch (reading.kind) {
    case 'ok':
      return reading.config;
    case 'problems':
      throw new Failure(describeProblems(reading.problems), 2);
    default:
      return reading satisfies never;
  }
}

/** Opens the database for one command and leaves it whatever happens. */
export async function withDatabase<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, () => {});
  try {
    return await work(database);
  } finally {
    await database.release();
  }
}

/** Opens the ledger of a database as it is and closes it whatever happens. */
export async function withLedgerOf<T>(database: Database, work: (ledger: WholeLedger) => Promise<T>): Promise<T> {
  const ledger = openPrismaLedger(database.url, { connections: 4, onConnectionLost: () => {} });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** Opens the ledger for one command; one that was never set up, or not for this version, is a failure. */
export async function withLedger<T>(config: Config, work: (ledger: WholeLedger) => Promise<T>): Promise<T> {
  return withDatabase(config, async (database) => {
    const pending = await pendingMigrations(database.url);
    if (pending.length > 0) {
      throw new Failure('The ledger is not set up for this version yet: run "askonce migrate", or start the worker.');
    }
    return withLedgerOf(database, work);
  });
}
