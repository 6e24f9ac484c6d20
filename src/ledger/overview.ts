import type { DateTime } from 'luxon';
import type { ListedOrder, OrderKind } from './order-list.js';

/** What a person, an alarm or a metric wants to know at a glance. Nothing here grows with the orders that are done with. */
export interface Overview extends TallyKeeping {
  /** Every kind of orders there is, with how many there are: exact, and kept by the database, not counted. */
  tallies(): Promise<OrderTally[]>;
  /** Requests sent per account and day (UTC), from the day of `since` on. */
  sentPerDay(since: DateTime): Promise<DayTally[]>;
  /** Orders placed per account and day (UTC), from the day of `since` on; where that is not known, first seen. */
  arrivals(since: DateTime): Promise<Arrivals[]>;
  /** Scheduled orders by account and the day (UTC) of their next look, up to `until`; overdue ones count for `now`'s day. `until` is exclusive. */
  duePerDay(now: DateTime, until: DateTime): Promise<DayTally[]>;
  /** Open orders whose window is known, the nearest end first. */
  nearestDeadlines(limit: number): Promise<ListedOrder[]>;
  /** Orders with a request of unknown fate (`sending`, `unknown`), the oldest request first. */
  inDoubt(limit: number): Promise<ListedOrder[]>;
  /** Of every account: what is in line to be asked. */
  backlogs(now: DateTime, closingBefore: DateTime): Promise<AccountBacklog[]>;
  /** Of each account: its requests to Amazon since `since`, and the last of all. An account that never asked is absent. */
  asks(since: DateTime): Promise<AccountAsks[]>;
}

/** Keeping the tallies small and right; the sweep's part of the overview. */
export interface TallyKeeping {
  /**
   * Adds the latest changes up; cheap, and nothing is wrong when nobody does it for a while. Of several processes at once one
   * does it.
   */
  addUpTallies(): Promise<void>;
  /**
   * Takes the next recount: true for one caller, where the last one was begun before `before`; with `fewerThan` only while the
   * ledger holds fewer orders than that, by the estimate of the database, which is low for rows that were just loaded.
   */
  takeRecount(before: DateTime, now: DateTime, fewerThan?: number): Promise<boolean>;
  /**
   * Counts the whole ledger and corrects the tallies: right again are those of rows that were loaded or removed behind the back
   * of the triggers. Answers how many were wrong. Reads every order three times (some ten seconds for ten million), holds
   * nobody up, and counts what changes meanwhile.
   */
  recount(): Promise<number>;
}

export interface OrderTally extends OrderKind {
  readonly orders: number;
}

export interface DayTally {
  readonly account: string;
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly orders: number;
}

export interface Arrivals extends DayTally {
  /** When the last of them was first seen. */
  readonly lastAt: DateTime;
}

/** Scheduled orders whose look is due and that a dry run does not hold. */
export interface AccountBacklog {
  readonly account: string;
  readonly overdue: number;
  /** Since when the oldest of them has been due. */
  readonly overdueSince: DateTime | null;
  /** Those of them whose window ends before the instant asked for. */
  readonly closing: number;
  readonly nearestDeadline: DateTime | null;
}

export interface AccountAsks {
  readonly account: string;
  /** Orders whose latest POST that reached Amazon, or may have, left since. */
  readonly posts: number;
  readonly lastAt: DateTime;
}
