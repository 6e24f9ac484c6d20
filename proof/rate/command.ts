import type { Command } from 'commander';

export function addRate(program: Command): void {
  program.command('rate');
}
