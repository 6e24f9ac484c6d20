import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import type { AccountConfig, Config } from '../config/config.js';
import type { AccountRow } from '../ledger/ledger.js';
import { accountsNamed } from '../operating/accounts-named.js';
import { type PauseWish, pauseAccounts, resumeAccounts } from '../operating/pausing.js';
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
      const wish = wishOf(config, account, reason);
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
      const wish = wishOf(config, account, reason);
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

/** What the person at the command line wants. */
function wishOf(config: Config, account: string | undefined, because: string): PauseWish {
  const names = config.accounts.map(({ name }) => name);
  const named = accountsNamed(account, names);
  if (named.kind === 'unknown') throw new Failure(named.problem, 2);
  return { accounts: named.names, because, by: userName(), via: 'command' };
}
