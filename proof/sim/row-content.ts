import type { ReviewRequest } from '../../src/ledger/ledger.js';
import type { Attempt } from '../../src/ledger/reports.js';

/** Reasons of `skipped` that a changed rule or a better answer can undo; written down a second time on purpose. */
const passing = [
  'fulfilled-by',
  'only-skus',
  'except-skus',
  'only-asins',
  'except-asins',
  'except-programs',
  'marketplace-not-configured',
  'marketplace-unknown',
  'unreadable-order',
];

export function isFinal({ state, reason }: ReviewRequest): boolean {
  if (state === 'skipped') return !passing.includes(reason ?? '');
  return state === 'sent' || state === 'refused' || state === 'expired';
}

export function attemptText({ at, kind, outcome, status, detail }: Attempt): string {
  return `${at.toMillis()} ${kind} ${outcome} ${status} ${detail}`;
}

/** Everything that a person reads of a row. */
export function contentOf(row: ReviewRequest): string {
  const { state, reason, knownBy, posts, doubts, claimId } = row;
  const instants = [row.sentAt, row.opensAt, row.closesAt, row.askAt, row.nextLookAt];
  return JSON.stringify([
    state,
    reason,
    knownBy,
    posts,
    doubts,
    claimId,
    ...instants.map((at) => at?.toMillis() ?? null),
  ]);
}
