import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config.js';
import { configured, withLedger } from './configured.js';
import { Failure, print } from './terminal.js';
import { userName } from './user-name.js';

export function addPause(program: Command): void {
  program
    .command('pause')
    .argument('[account]', 'all accounts when left out')
    .requiredOption('--reason <text>', 'why; shown wherever the pause is')
    .description('ask nobody for this account until it is resumed')
    .action(async (account: string | undefined, { reason }: { reason: string }, command: Command) => {
      const config = configured(command);
      const paused = await withLedger(config, (ledger) =>
        ledger.pause(accountsNamed(config, account), reason, userName(), systemClock.now()),
      );
      await print(paused.length === 0 ? 'Nothing to pause: paused already.' : `Paused: ${paused.join(', ')}.`);
    });
  program
    .command('resume')
    .argument('[account]', 'all accounts when left out')
    .option('--reason <text>', 'why')
    .description('lift a pause')
    .action(async (account: string | undefined, _options: unknown, command: Command) => {
      const config = configured(command);
      const resumed = await withLedger(config, (ledger) => ledger.resume(accountsNamed(config, account), userName()));
      await print(resumed.length === 0 ? 'Nothing to resume: none was paused.' : `Resumed: ${resumed.join(', ')}.`);
    });
}

function accountsNamed(config: Config, account: string | undefined): string[] {
  const names = config.accounts.map(({ name }) => name);
  if (account === undefined) return names;
  if (names.includes(account)) return [account];
  throw new Failure(`There is no account "${account}"; configured are: ${names.join(', ')}.`, 2);
}
