import type { ReviewRequest } from '../../src/ledger/ledger.js';
import type { Instant } from '../../src/simulator/instant.js';

/** One POST from the moment it was written. */
export interface PostOnTheWay {
  readonly orderId: string;
  readonly claimId: string | null;
  /** What the worker was told; `null`: nothing, or nothing that it could read. */
  status: number | null;
  /** The ledger holds an answer that says "certainly not sent", or a decision of settle's, about this POST. */
  decided: boolean;
}

interface ClaimHeld {
  readonly id: string;
  readonly by: string;
  readonly at: Instant;
  /** By how much the clock of the worker was ahead. */
  readonly clockIsOffMs: number;
  heardAt: Instant;
}

/** What is known of one order beside the ledger. */
export interface OrderWatch {
  readonly posts: PostOnTheWay[];
  claim: ClaimHeld | null;
  row: ReviewRequest | null;
  final: string | null;
  /** As they were when they were last looked at. */
  attempts: { readonly count: number; readonly text: string };
  suppressedAt: Instant | null;
  /** When its next look was last set to an earlier time; before that nobody could have known it was due. */
  broughtForwardAt: Instant;
  /** What cost the order time: claims, looks that were wrongly empty, calls that failed. */
  claims: number;
  emptyLooks: number;
  failedCalls: number;
}

export function freshWatch(): OrderWatch {
  return {
    posts: [],
    claim: null,
    row: null,
    final: null,
    attempts: { count: 0, text: '' },
    suppressedAt: null,
    broughtForwardAt: Number.NEGATIVE_INFINITY,
    claims: 0,
    emptyLooks: 0,
    failedCalls: 0,
  };
}
