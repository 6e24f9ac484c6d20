import type { Command } from 'commander';
import { openDatabase } from '../../workers/database.js';
import { applyMigrations } from '../ledger/migrations.js';
import { configured } from './configured.js';
import { print } from './terminal.js';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the ledger to this version (start does it, too)')
    .action(async (_options: unknown, command: Command) => {
      const database = await openDatabase(configured(command), () => {});
      try {
        const { applied } = await applyMigrations(database.url);
        await print(applied.length === 0 ? 'The ledger is up to date.' : `Applied: ${applied.join(', ')}.`);
      } finally {
        await database.release();
      }
    });
}
