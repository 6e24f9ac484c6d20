import type { Command } from 'commander';
import type { DateTime } from 'luxon';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { AccountStatus } from '../ledger/reports.js';
import { states } from '../policy/review-request.js';
import { configured, withLedger } from './configured.js';
import { columns, print, printJson } from './terminal.js';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('counts, next ask, deadlines and trouble of every account')
    .option('--json', 'one JSON document')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const config = configured(command);
      const accounts = await withLedger(config, (ledger) => ledger.status());
      const document = statusDocument(config, accounts, systemClock.now());
      await (json ? printJson(document) : print(statusText(document)));
    });
}

type StatusDocument = ReturnType<typeof statusDocument>;

/** The shape programs rely on: design 8. */
export function statusDocument(config: Config, accounts: readonly AccountStatus[], now: DateTime) {
  return {
    mode: config.sendMode,
    accounts: accounts.map((account) => ({
      account: account.name,
      region: account.region,
      configured: config.accounts.some(({ name }) => name === account.name),
      /** An account may be stricter than the whole. */
      mode: config.accounts.find(({ name }) => name === account.name)?.sendMode ?? null,
      paused: account.paused && { reason: account.paused.reason, by: account.paused.by, at: iso(account.paused.at) },
      counts: account.counts,
      nextAskAt: iso(account.nextAskAt),
      nearestDeadline: iso(account.nearestDeadline),
      oldestUnknownAt: iso(account.oldestUnknownAt),
      feedLagSeconds:
        account.readThrough === null ? null : Math.max(Math.round(now.diff(account.readThrough).as('seconds')), 0),
    })),
  };
}

function statusText({ mode, accounts }: StatusDocument): string {
  const header = ['account', ...states, 'next ask', 'nearest deadline', 'feed lag'];
  const rows = accounts.map((account) => [
    account.account,
    ...states.map((state) => String(account.counts[state])),
    account.nextAskAt ?? '-',
    account.nearestDeadline ?? '-',
    account.feedLagSeconds === null ? 'never read' : `${account.feedLagSeconds} s`,
  ]);
  const notes = accounts.flatMap((account) => [
    ...(account.paused === null
      ? []
      : [`${account.account} is paused since ${account.paused.at} by ${account.paused.by}: ${account.paused.reason}`]),
    ...(account.oldestUnknownAt === null
      ? []
      : [`${account.account} has an answer open since ${account.oldestUnknownAt}`]),
    ...(account.configured ? [] : [`${account.account} is in the ledger but not configured any more`]),
  ]);
  const title = mode === 'live' ? 'Mode: live' : 'Mode: dry-run, nobody is asked (SEND_MODE=live asks)';
  return [title, '', columns([header, ...rows]), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function iso(instant: DateTime): string;
function iso(instant: DateTime | null): string | null;
function iso(instant: DateTime | null): string | null {
  return instant?.toUTC().toISO() ?? null;
}
