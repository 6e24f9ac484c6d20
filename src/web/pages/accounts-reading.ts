import type { DateTime } from 'luxon';
import type { LearntRate } from '../../ledger/ledger.js';
import type { OperatorAction } from '../../ledger/operator-actions.js';
import type { AccountAsks } from '../../ledger/overview.js';
import type { AccountStatus } from '../../ledger/reports.js';
import type { PageParts } from './page-parts.js';

const LATEST_ACTIONS = 25;

export interface AccountsReading {
  readonly now: DateTime;
  readonly accounts: readonly AccountStatus[];
  readonly learnt: readonly LearntRate[];
  /** Requests of the last minute, hour and day. */
  readonly asks: { readonly minute: Asks; readonly hour: Asks; readonly day: Asks };
  readonly actions: readonly OperatorAction[];
}

type Asks = readonly AccountAsks[];

export async function readAccounts({ config, ledger, clock }: PageParts): Promise<AccountsReading> {
  const now = clock.now();
  const [accounts, learnt, minute, hour, day, actions] = await Promise.all([
    ledger.status(),
    ledger.learntRates(config.accounts.map(({ name }) => name)),
    ledger.asks(now.minus({ minutes: 1 })),
    ledger.asks(now.minus({ hours: 1 })),
    ledger.asks(now.minus({ days: 1 })),
    ledger.actions(LATEST_ACTIONS),
  ]);
  return { now, accounts, learnt, asks: { minute, hour, day }, actions };
}
