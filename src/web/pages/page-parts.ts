import type { Clock } from '../../clock.js';
import type { Config } from '../../config/config.js';
import type { AlarmBook } from '../../ledger/alarm-book.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { OperatorActions } from '../../ledger/operator-actions.js';
import type { OrderList } from '../../ledger/order-list.js';
import type { Overview } from '../../ledger/overview.js';
import type { Reports } from '../../ledger/reports.js';
import type { QueueReports } from '../../queue/wake-ups.js';

/** What the pages read. None of them changes anything. */
export interface PageParts {
  readonly config: Config;
  readonly ledger: PageLedger;
  readonly wakeUps: QueueReports;
  readonly clock: Clock;
}

export type PageLedger = Pick<Ledger, 'read' | 'suppressed' | 'learntRates'> &
  Pick<Reports, 'status' | 'attempts'> &
  Pick<Overview, 'tallies' | 'sentPerDay' | 'duePerDay' | 'nearestDeadlines' | 'inDoubt' | 'asks'> &
  OrderList &
  Pick<AlarmBook, 'openAlarms' | 'recentAlarms'> &
  OperatorActions;
