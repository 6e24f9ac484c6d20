import type { DateTime } from 'luxon';

/** What people did, kept for ever: rows are never changed or removed. Every deed of a person writes its own row with it. */
export interface OperatorActions {
  /** The newest first. */
  actions(limit: number): Promise<OperatorAction[]>;
}

export interface OperatorAction {
  readonly at: DateTime;
  readonly action: 'pause' | 'resume' | 'never';
  /** The user of the machine, or the name given on the page. */
  readonly by: string;
  readonly via: Via;
  /** Those that it changed; never empty for a pause or a resume, always empty for "never". */
  readonly accounts: readonly string[];
  /** One order id, or how many; empty: none. */
  readonly orders: string;
  readonly because: string;
}

/** Where a person acted from. */
export type Via = 'command' | 'page';
