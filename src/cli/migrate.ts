import type { Command } from 'commander';
import { applyMigrations } from '../ledger/migrations.js';
import { configured, withDatabase } from './configured.js';
import { print } from './terminal.js';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the ledger to this version (start does it, too)')
    .action(async (_options: unknown, command: Command) => {
      const { applied } = await withDatabase(configured(command), ({ url }) => applyMigrations(url));
      await print(applied.length === 0 ? 'The ledger is up to date.' : `Applied: ${applied.join(', ')}.`);
    });
}
