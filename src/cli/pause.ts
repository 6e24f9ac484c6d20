import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import type { AccountConfig, Config } from '../config/config.js';
import type { AccountRow } from '../ledger/ledger.js';
import { pauseAccounts, resumeAccounts } from '../operating/pausing.js';
import { configured, withLedger } from './configured.js';
import { Failure, print } from './terminal.js';
import { userName } from './user-name.js';

export function addPause(program: Command): void {
  program
    .command('pause')
    .argument('[account]', 'all accounts when left out')
    .requiredOption('--reason <text>', 'why; shown wherever the pause is', someText)
    .description('ask nobody for this account until it is resumed')
    .action(async (account: string | undefined, { reason }: { reason: string }, command: Command) => {
      const config = configured(command);
      const wish = {
        accounts: accountsNamed(config, account),
        because: reason,
        by: userName(),
        via: 'command',
      } as const;
      const paused = await withLedger(config, async (ledger) => {
        // One that no worker has seen yet is paused before its first order.
        await ledger.registerAccounts(config.accounts.map(accountRow), systemClock.now());
        return pauseAccounts(wish, ledger, systemClock.now());
      });
      await print(paused.length === 0 ? 'Nothing to pause: paused already.' : `Paused: ${paused.join(', ')}.`);
    });
  program
    .command('resume')
    .argument('[account]', 'all accounts when left out')
    .option('--reason <text>', 'why; kept with the pause', someText, '')
    .description('lift a pause')
    .action(async (account: string | undefined, { reason }: { reason: string }, command: Command) => {
      const config = configured(command);
      const wish = {
        accounts: accountsNamed(config, account),
        because: reason,
        by: userName(),
        via: 'command',
      } as const;
      const resumed = await withLedger(config, (ledger) => resumeAccounts(wish, ledger, systemClock.now()));
      await print(resumed.length === 0 ? 'Nothing to resume: none was paused.' : `Resumed: ${resumed.join(', ')}.`);
    });
}

function accountRow({ name, region, marketplaces }: AccountConfig): AccountRow {
  return { name, region, marketplaceIds: marketplaces.map(({ id }) => id) };
}

function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It says nothing.');
  return text;
}

function accountsNamed(config: Config, account: string | undefined): string[] {
  const names = config.accounts.map(({ name }) => name);
  if (account === undefined) return names;
  if (names.includes(account)) return [account];
  throw new Failure(`There is no account "${account}"; configured are: ${names.join(', ')}.`, 2);
}
