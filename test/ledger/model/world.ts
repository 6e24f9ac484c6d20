import type { DateTime } from 'luxon';
import type { AttemptFacts, Claim, Ledger, ReviewRequest } from '../../../src/ledger/ledger.js';
import type { Attempt, Reports } from '../../../src/ledger/reports.js';
import type { OrderOnRecord } from '../../../src/policy/replan.js';
import { A, anAttempt, B, C, noon } from '../planned.js';
import type { ClaimMade, Millis, Order } from './order.js';

export const orderIds = [A, B, C, '302-0000004-0000004'] as const;
export const LEASE: Millis = 120_000;

/** The ledger under test, with the clock that everybody uses and what the processes of a run remember. */
export interface World {
  readonly ledger: Ledger & Reports;
  now: Millis;
  /** Every claim ever had. */
  readonly claims: Claim[];
  /** What a pass over changed rules read, and has not yet written. */
  onRecord: readonly OrderOnRecord[];
}

export function instant(millis: Millis): DateTime {
  return noon.plus(millis);
}

export function millis(at: DateTime): Millis {
  return at.toMillis() - noon.toMillis();
}

function millisOrNull(at: DateTime | null): Millis | null {
  return at === null ? null : millis(at);
}

/** What the ledger holds about every order of the run. */
export async function holdings({ ledger }: World): Promise<Map<string, Order>> {
  const known = await ledger.known(orderIds);
  const held = [...known.orders].map(async ([orderId, { lastUpdatedAt }]): Promise<[string, Order][]> => {
    const [row, attempts] = await Promise.all([ledger.read(orderId), ledger.attempts(orderId)]);
    return row === null ? [] : [[orderId, orderOf(row, attempts, lastUpdatedAt)]];
  });
  return new Map((await Promise.all(held)).flat());
}

function orderOf(row: ReviewRequest, attempts: readonly Attempt[], lastUpdatedAt: DateTime | null): Order {
  const { account, state, reason, catchUp, claimId, posts, doubts, looks, settleLooks, lastSight, knownBy } = row;
  return {
    account,
    state,
    reason,
    updatedAt: millisOrNull(lastUpdatedAt),
    askAt: millisOrNull(row.askAt),
    closesAt: millisOrNull(row.closesAt),
    nextLookAt: millisOrNull(row.nextLookAt),
    catchUp,
    claimId,
    leaseUntil: millisOrNull(row.leaseUntil),
    intentAt: millisOrNull(row.intentAt),
    posts,
    doubts,
    looks,
    settleLooks,
    lastSight,
    sentAt: millisOrNull(row.sentAt),
    knownBy,
    attempts: attempts.map(({ kind, outcome }) => `${kind} ${outcome}`),
  };
}

export function claimMade({ claimedAt, leaseUntil, closesAt, ...claim }: Claim): ClaimMade {
  return { ...claim, claimedAt: millis(claimedAt), leaseUntil: millis(leaseUntil), closesAt: millis(closesAt) };
}

export function attemptOf(kind: AttemptFacts['kind'], outcome = 'outcome'): AttemptFacts {
  return anAttempt({ kind, outcome });
}
