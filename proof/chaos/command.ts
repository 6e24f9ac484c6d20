import type { Command } from 'commander';

export function addChaos(program: Command): void {
  program.command('chaos');
}
