import { type Command, InvalidArgumentError, Option } from 'commander';
import { openAccounts } from '../../workers/accounts.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Reports } from '../ledger/reports.js';
import type { StepAccount } from '../steps/step.js';
import { configured, withLedger } from './configured.js';
import { accountPlan, type PlanDay, type PlannedLine } from './plan-document.js';
import { readAmazonFirst } from './read-amazon-first.js';
import { columns, print, printJson } from './terminal.js';

interface PlanOptions {
  readonly json?: boolean;
  readonly orders?: boolean;
  readonly discover?: boolean;
  readonly days: number;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('what would be asked in the next days, what not and why, by the rules as they stand now')
    .option('--discover', 'first read the orders from Amazon; asks nobody')
    .option('--orders', 'every single order')
    .addOption(new Option('--days <count>', 'how many days are printed').default(14).argParser(dayCount))
    .option('--json', 'one JSON document, all days')
    .action(async (options: PlanOptions, command: Command) => {
      const config = configured(command);
      const accounts = openAccounts(config, systemClock, new AbortController().signal);
      if (options.discover) await readAmazonFirst(config, accounts);
      const { days, orders } = await withLedger(config, (ledger) => planOf(accounts, ledger));
      if (options.json) return printJson(options.orders ? { days, orders } : { days });
      return print(planText(config, days, options.orders ? orders : null, options.days));
    });
}

async function planOf(
  accounts: ReadonlyMap<string, StepAccount>,
  ledger: Ledger & Reports,
): Promise<{ days: PlanDay[]; orders: PlannedLine[] }> {
  const plans = [];
  for (const account of accounts.values()) plans.push(await accountPlan(account, ledger, systemClock.now()));
  return { days: plans.flatMap(({ days }) => days), orders: plans.flatMap(({ orders }) => orders) };
}

function planText(
  config: Config,
  days: readonly PlanDay[],
  orders: readonly PlannedLine[] | null,
  most: number,
): string {
  const dates = [...new Set(days.map(({ date }) => date))].sort().slice(0, most);
  const shown = days.filter(({ date }) => dates.includes(date));
  const header = ['account', 'marketplace', 'date', 'ask', 'load', 'at risk', 'held'];
  const rows = shown.map(({ account, marketplace, date, ask, load, atRisk, held }) => [
    account,
    marketplace,
    date,
    String(ask),
    `${Math.round(load * 100)} %`,
    String(atRisk),
    Object.entries(held)
      .map(([rule, count]) => `${rule} ${count}`)
      .join(', ') || '-',
  ]);
  const title =
    config.sendMode === 'live' ? 'What will be asked:' : 'What would be asked (dry-run, SEND_MODE=live really asks):';
  const parts = [
    title,
    '',
    rows.length === 0 ? 'Nothing: the ledger holds no open order.' : columns([header, ...rows]),
  ];
  if (orders !== null) {
    const lines = orders.map(({ orderId, account, marketplace, decision, askAt, reason }) => [
      orderId,
      account,
      marketplace,
      decision,
      askAt ?? '-',
      reason ?? '-',
    ]);
    parts.push('', columns([['order', 'account', 'marketplace', 'decision', 'ask at', 'reason'], ...lines]));
  }
  return parts.join('\n');
}

function dayCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It must be a number of days, e.g. 14.');
  return Number(text);
}
