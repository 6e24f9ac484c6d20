import type { DateTime } from 'luxon';
import type { State } from '../policy/review-request.js';
import type { AccountState, AttemptKind, ReviewRequest } from './ledger.js';

/** What people ask the ledger; changes nothing. */
export interface Reports {
  /** Small however large the ledger. */
  status(): Promise<AccountStatus[]>;
  /** How far each account has been read. */
  feedProgress(): Promise<FeedProgress[]>;
  /** The attempts about an order, oldest first. */
  attempts(orderId: string): Promise<Attempt[]>;
  /** Orders of the account first seen since `since` that are skipped for good or whose answer is open: no plan moves them. */
  heldForGood(account: string, since: DateTime): Promise<HeldOrder[]>;
  /** Every review request in the order of their ids, in batches, so that memory stays flat. */
  everyRequest(): AsyncIterable<readonly ReviewRequest[]>;
}

export interface HeldOrder {
  readonly orderId: string;
  readonly marketplaceId: string | null;
  readonly reason: string;
}

export interface FeedProgress {
  readonly account: string;
  /** The oldest watermark of its marketplaces; `null` while one of them has never been read. */
  readonly readThrough: DateTime | null;
}

export interface AccountStatus extends AccountState {
  readonly counts: Readonly<Record<State, number>>;
  readonly nextAskAt: DateTime | null;
  readonly nearestDeadline: DateTime | null;
  readonly oldestUnknownAt: DateTime | null;
  readonly readThrough: DateTime | null;
}

export interface Attempt {
  readonly at: DateTime;
  readonly kind: AttemptKind;
  readonly outcome: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly durationMs: number | null;
  readonly detail: string | null;
}
