import type { FilterReason } from './order-filters.js';

/** The states of a review request; one per Amazon order. */
export const states = ['waiting', 'scheduled', 'sending', 'unknown', 'sent', 'refused', 'skipped', 'expired'] as const;
export type State = (typeof states)[number];

/** Open rows always have a next look. */
export const openStates = ['waiting', 'scheduled', 'sending', 'unknown'] as const satisfies readonly State[];
export type OpenState = (typeof openStates)[number];

/**
 * Every way a row may move. The ledger's trigger `review_request_moves` holds the same table a second time.
 *
 * `scheduled -> unknown` is the one arrow beyond the picture in the README: a row that carries an earlier intent of ours
 * and whose action is gone at the next look goes back to settle, because "gone" may then mean "that intent was
 * accepted after all". Without it such a row would end as `expired` although the buyer was asked.
 */
const moves: Readonly<Record<State, readonly State[]>> = {
  waiting: ['waiting', 'scheduled', 'skipped', 'expired'],
  scheduled: ['scheduled', 'waiting', 'sending', 'unknown', 'skipped', 'expired'],
  sending: ['sending', 'sent', 'unknown', 'scheduled', 'refused', 'expired'],
  unknown: ['unknown', 'sent', 'scheduled', 'expired'],
  sent: [],
  refused: [],
  skipped: ['skipped', 'waiting', 'scheduled', 'expired'],
  expired: [],
};

/** May a row move so? Leaving `skipped` also needs a reason that can pass: see {@link canReturn}. */
export function mayMove(from: State, to: State): boolean {
  return moves[from].includes(to);
}

/** Why an order is not asked. Each is a name that people filter by; none of them looks at how happy the buyer is. */
export type SkipReason =
  | FilterReason
  | 'non-amazon-channel'
  | 'replacement-order'
  | 'cancelled'
  | 'unfulfillable'
  | 'package-undeliverable'
  | 'package-returned'
  | 'package-cancelled'
  | 'suppressed'
  | 'marketplace-not-configured'
  | 'marketplace-unknown'
  | 'unreadable-order';

/** Skips that a changed rule or a better answer of Amazon can undo while the window is open. The others are for good. */
export const returningReasons = [
  'fulfilled-by',
  'only-skus',
  'except-skus',
  'only-asins',
  'except-asins',
  'except-programs',
  'marketplace-not-configured',
  'marketplace-unknown',
  'unreadable-order',
] as const satisfies readonly SkipReason[];

export function canReturn(reason: string | null): boolean {
  return returningReasons.some((returning) => returning === reason);
}

/** `skipped` for a reason that can pass is not final. */
export function isFinal(state: State, reason: string | null): boolean {
  return moves[state].length === 0 || (state === 'skipped' && !canReturn(reason));
}

/** How we know that a request was sent. */
export type KnownBy =
  /** Amazon answered 201 to our POST. */
  | 'accepted'
  /** Our intent is on record, no answer came, then Amazon stopped offering the action: two looks in a row. */
  | 'inferred'
  /** Amazon said "already requested" after our own intent. */
  | 'already-asked';
