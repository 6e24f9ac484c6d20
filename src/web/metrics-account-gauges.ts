import type { DateTime } from 'luxon';
import type { AccountStatus } from '../ledger/reports.js';
import { secretExpiresAt } from '../policy/client-secret.js';
import { states } from '../policy/review-request.js';
import { askingOperations, slowestPace } from '../policy/usage-plan.js';
import type { LedgerFigures } from './metrics-figures.js';
import type { Known, KnownGauge } from './metrics-gauges.js';

/** What the ledger knows of each account. */
export const accountGauges: readonly KnownGauge[] = [
  {
    name: 'review_requests',
    help: 'Review requests by state; open are waiting, scheduled, sending and unknown; the same in every process',
    labelNames: ['account', 'state'],
    samples: ({ ledger: { value } }) =>
      (value?.accounts ?? []).flatMap(({ name: account, counts }) =>
        states.map((state) => ({ labels: { account, state }, value: counts[state] })),
      ),
  },
  ofAccount('sent_today', 'Requests known to be sent since midnight UTC', ({ name }, { sentToday }) => {
    return sentToday.find(({ account }) => account === name)?.orders ?? 0;
  }),
  ofAccount(
    'oldest_unknown_age_seconds',
    'Age of the oldest request of unknown fate, 0 without one',
    ({ oldestUnknownAt }, _figures, now) => secondsBetween(oldestUnknownAt, now) ?? 0,
  ),
  ofAccount(
    'nearest_deadline_seconds',
    "Until the nearest end of an open order's window, absent without one",
    ({ nearestDeadline }, _figures, now) => {
      const passed = secondsBetween(nearestDeadline, now);
      return passed === null ? null : -passed;
    },
  ),
  ofAccount('overdue_review_requests', 'Orders in line: they may be asked and have not been', ({ name }, figures) => {
    return backlogOf(name, figures)?.overdue ?? 0;
  }),
  ofAccount(
    'overdue_age_seconds',
    'For how long the oldest order has been in line, 0 without one',
    ({ name }, figures, now) => secondsBetween(backlogOf(name, figures)?.overdueSince ?? null, now) ?? 0,
  ),
  ofAccount(
    'overdue_closing_review_requests',
    'Orders in line whose window ends within ALERT_DEADLINE_WITHIN',
    ({ name }, figures) => backlogOf(name, figures)?.closing ?? 0,
  ),
  ofAccount(
    'feed_lag_seconds',
    'Age of the newest order update that is surely in the ledger, absent before the first read',
    ({ readThrough }, _figures, now) => secondsBetween(readThrough, now),
  ),
  ofAccount(
    'rate_used_ratio',
    "Requests of the last minute by what Amazon's rate allows, at most 1",
    ({ name }, { lastMinute, rates }) => {
      const { posts } = lastMinute.find(({ account }) => account === name) ?? { posts: 0 };
      const learnt = rates.filter(({ account }) => account === name);
      return Math.min(1, posts / (60 * slowestPace(askingOperations, learnt).rate));
    },
  ),
  ofAccount(
    'last_ask_timestamp_seconds',
    'When the latest request went to Amazon, in Unix time, absent before the first',
    ({ name }, { lastMinute }) => lastMinute.find(({ account }) => account === name)?.lastAt.toSeconds() ?? null,
  ),
  ofAccount('account_paused', 'Whether the account is paused', ({ paused }) => Number(paused !== null)),
  {
    name: 'secret_expiry_timestamp_seconds',
    help: 'When Amazon will refuse the client secret, in Unix time, where LWA_SECRET_ROTATED_ON is given',
    labelNames: ['account'],
    samples: ({ accounts }) =>
      accounts.map(({ name: account, secretRotatedOn }) => ({
        labels: { account },
        value: secretRotatedOn ? secretExpiresAt(secretRotatedOn).toSeconds() : null,
      })),
  },
];

function ofAccount(
  name: string,
  help: string,
  read: (account: AccountStatus, figures: LedgerFigures, now: DateTime) => number | null,
): KnownGauge {
  return {
    name,
    help: `${help}; the same in every process`,
    labelNames: ['account'],
    samples: ({ ledger: { value }, now }: Known) =>
      value === null
        ? []
        : value.accounts.map((account) => ({
            labels: { account: account.name },
            value: read(account, value, now),
          })),
  };
}

function backlogOf(name: string, { backlogs }: LedgerFigures) {
  return backlogs.find(({ account }) => account === name);
}

function secondsBetween(then: DateTime | null, now: DateTime): number | null {
  return then === null ? null : now.diff(then).as('seconds');
}
