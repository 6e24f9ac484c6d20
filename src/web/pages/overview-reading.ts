import type { DateTime } from 'luxon';
import type { AccountConfig } from '../../config/config.js';
import type { StoredAlarm } from '../../ledger/alarm-book.js';
import type { ListedOrder } from '../../ledger/order-list.js';
import type { AccountAsks, DayTally } from '../../ledger/overview.js';
import type { AccountStatus } from '../../ledger/reports.js';
import { dailyCapacity } from '../../policy/forecast.js';
import { askingOperations, slowestPace } from '../../policy/usage-plan.js';
import type { PageParts } from './page-parts.js';

export const DAYS_BACK = 30;
export const DAYS_AHEAD = 14;
const NEAREST = 8;

export interface OverviewReading {
  readonly now: DateTime;
  readonly accounts: readonly AccountStatus[];
  readonly sent: readonly DayTally[];
  readonly due: readonly DayTally[];
  /** How many requests a day Amazon's rate lets through in the hours of the accounts' rules, all of them together. */
  readonly allowedPerDay: number;
  readonly deadlines: readonly ListedOrder[];
  readonly inDoubt: readonly ListedOrder[];
  readonly alarms: readonly StoredAlarm[];
  readonly asks: readonly AccountAsks[];
}

export async function readOverview({ config, ledger, clock }: PageParts): Promise<OverviewReading> {
  const now = clock.now();
  const today = now.toUTC().startOf('day');
  const [accounts, sent, due, learnt, deadlines, inDoubt, alarms, asks] = await Promise.all([
    ledger.status(),
    ledger.sentPerDay(today.minus({ days: DAYS_BACK - 1 })),
    ledger.duePerDay(now, today.plus({ days: DAYS_AHEAD })),
    ledger.learntRates(config.accounts.map(({ name }) => name)),
    ledger.nearestDeadlines(NEAREST),
    ledger.inDoubt(NEAREST),
    ledger.openAlarms(),
    ledger.asks(today),
  ]);
  const allowedPerDay = config.accounts
    .map(
      (account) =>
        allowedFor(
          account,
          learnt.filter((rate) => rate.account === account.name),
        ).day,
    )
    .reduce((sum, each) => sum + each, 0);
  return { now, accounts, sent, due, allowedPerDay, deadlines, inDoubt, alarms, asks };
}

/** What Amazon's rate lets an account ask: per second, and per day in the longest hours that its rules have anywhere. */
export function allowedFor(
  { marketplaces, rules }: AccountConfig,
  learnt: Parameters<typeof slowestPace>[1],
): { readonly second: number; readonly day: number } {
  const { rate } = slowestPace(askingOperations, learnt);
  const capacities = marketplaces.map(({ id }) => dailyCapacity(rate, rules[id] ?? { hours: [] }));
  return { second: rate, day: Math.max(0, ...capacities) };
}

/** The days from `first` on, as tallies name them. */
export function daysFrom(first: DateTime, many: number): string[] {
  return Array.from({ length: many }, (_, index) => first.toUTC().plus({ days: index }).toISODate() ?? '');
}
