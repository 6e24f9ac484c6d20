import type { Command } from 'commander';

export function addMutants(program: Command): void {
  program.command('mutants');
}
