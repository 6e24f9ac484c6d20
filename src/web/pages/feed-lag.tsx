import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { Config } from '../../config/config.js';
import type { AccountStatus } from '../../ledger/reports.js';
import { Marked } from './badges.js';
import { timeSpan } from './figures.js';

interface FeedLagProps {
  readonly account: Pick<AccountStatus, 'name' | 'readThrough'>;
  readonly config: Pick<Config, 'accounts' | 'discoverEvery'>;
  readonly now: DateTime;
}

/** As readiness judges it: besides the rhythm of discovery, Amazon's own bound lies minutes back. */
const LATE_AFTER_ROUNDS = 3;
const GRACE_SECONDS = 15 * 60;

/** How old the newest update of an order is that is surely in the ledger. */
export function FeedLag({ account, config, now }: FeedLagProps): VNode {
  if (account.readThrough === null) return <Marked mark="attention">never read</Marked>;
  const seconds = Math.max(now.diff(account.readThrough).as('seconds'), 0);
  return isLate(account, config, now) ? (
    <Marked mark="bad">{timeSpan(seconds)}, late</Marked>
  ) : (
    <Marked mark="good">{timeSpan(seconds)}</Marked>
  );
}

/** An account that is not configured any more is not read any more. */
export function isLate(
  { name, readThrough }: Pick<AccountStatus, 'name' | 'readThrough'>,
  { accounts, discoverEvery }: Pick<Config, 'accounts' | 'discoverEvery'>,
  now: DateTime,
): boolean {
  if (!accounts.some((account) => account.name === name)) return false;
  if (readThrough === null) return true;
  return now.diff(readThrough).as('seconds') > discoverEvery.as('seconds') * LATE_AFTER_ROUNDS + GRACE_SECONDS;
}
