import type { DateTime } from 'luxon';

/** What people did, kept for ever: rows are never changed or removed. */
export interface OperatorActions {
  noteAction(action: OperatorAction): Promise<void>;
  /** The newest first. */
  actions(limit: number): Promise<OperatorAction[]>;
}

export interface OperatorAction {
  readonly at: DateTime;
  readonly action: 'pause' | 'resume' | 'never';
  /** The user of the machine, or the name given on the page. */
  readonly by: string;
  readonly via: 'command' | 'page';
  readonly accounts: readonly string[];
  /** One order id, or how many; empty: none. */
  readonly orders: string;
  readonly because: string;
}
