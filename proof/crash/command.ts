import type { Command } from 'commander';

export function addCrash(program: Command): void {
  program.command('crash');
}
