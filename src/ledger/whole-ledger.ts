import type { AlarmBook } from './alarm-book.js';
import type { Ledger } from './ledger.js';
import type { OperatorActions } from './operator-actions.js';
import type { OrderList } from './order-list.js';
import type { Overview } from './overview.js';
import type { Reports } from './reports.js';

/** What the steps work with, and what people, alarms and metrics read beside it: one ledger, one set of connections. */
export type WholeLedger = Ledger & Reports & Overview & OrderList & AlarmBook & OperatorActions;
