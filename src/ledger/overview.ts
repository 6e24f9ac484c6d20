import type { DateTime } from 'luxon';
import type { ListedOrder, OrderKind } from './order-list.js';

/** What a person, an alarm or a metric wants to know at a glance. Nothing here grows with the orders that are done with. */
export interface Overview {
  /** Every kind of orders with how many there are: exact, and kept by the database, not counted. */
  tallies(): Promise<OrderTally[]>;
  /** Requests sent per account and day (UTC), of days not before `since`. */
  sentPerDay(since: DateTime): Promise<DayTally[]>;
  /** Orders placed per account and day (UTC), of days not before `since`. */
  arrivals(since: DateTime): Promise<Arrivals[]>;
  /** Scheduled orders by account and the day (UTC) of their next look, up to `until`; overdue ones count for `now`'s day. */
  duePerDay(now: DateTime, until: DateTime): Promise<DayTally[]>;
  /** Open orders, the nearest end of their window first. */
  nearestDeadlines(limit: number): Promise<ListedOrder[]>;
  /** Orders with a request of unknown fate (`sending`, `unknown`), the oldest request first. */
  inDoubt(limit: number): Promise<ListedOrder[]>;
  /** Of each account: what is in line to be asked. */
  backlogs(now: DateTime, closingBefore: DateTime): Promise<AccountBacklog[]>;
  /** Of each account: its requests to Amazon since `since`, and the last of all. An account that never asked is absent. */
  asks(since: DateTime): Promise<AccountAsks[]>;
  /** Adds the latest changes up; cheap, and nothing is wrong when nobody does it for a while. */
  addUpTallies(): Promise<void>;
  /** Counts the whole ledger and corrects the tallies. Answers how many of them were wrong. Costs a read of every order. */
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
  /** POSTs that reached Amazon or may have. */
  readonly posts: number;
  readonly lastAt: DateTime;
}
