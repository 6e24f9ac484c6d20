import type { Command } from 'commander';

export function addRaces(program: Command): void {
  program.command('races');
}
