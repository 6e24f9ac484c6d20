import type { KnownBy, State } from '../../../src/policy/review-request.js';
import type { Sight } from '../../../src/policy/settling.js';

/** Milliseconds since the beginning of a run. */
export type Millis = number;

/** One order, as far as its fate is concerned. Replaced, never changed. */
export interface Order {
  readonly account: string;
  readonly state: State;
  readonly reason: string | null;
  readonly updatedAt: Millis | null;
  readonly askAt: Millis | null;
  readonly closesAt: Millis | null;
  readonly nextLookAt: Millis | null;
  readonly catchUp: boolean;
  readonly claimId: string | null;
  readonly leaseUntil: Millis | null;
  readonly intentAt: Millis | null;
  readonly posts: number;
  readonly doubts: number;
  readonly looks: number;
  readonly settleLooks: number;
  readonly lastSight: Sight | null;
  readonly sentAt: Millis | null;
  readonly knownBy: KnownBy | null;
  /** Kind and outcome of each, oldest first. */
  readonly attempts: readonly string[];
}

export type Planned =
  | { readonly state: 'scheduled'; readonly askAt: Millis; readonly closesAt: Millis }
  | { readonly state: 'waiting'; readonly reason: 'not-shipped'; readonly lookAt: Millis }
  | { readonly state: 'skipped'; readonly reason: 'only-skus' | 'cancelled' | 'unreadable-order' }
  | { readonly state: 'expired'; readonly reason: 'window-closed' };

export interface Sighting {
  readonly orderId: string;
  readonly plan: Planned;
  /** `null`: Amazon's answer about it could not be read. */
  readonly updatedAt: Millis | null;
}

export interface ClaimMade {
  readonly id: string;
  readonly orderId: string;
  readonly account: string;
  readonly claimedAt: Millis;
  readonly leaseUntil: Millis;
  readonly posts: number;
  readonly earlierDoubt: boolean;
  readonly closesAt: Millis;
}

/** What an answer to a POST, or a look of settle's, makes of an order. */
export type Fate =
  | { readonly state: 'sent'; readonly knownBy: KnownBy }
  | { readonly state: 'refused' | 'expired'; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string; readonly lookAt: Millis }
  | { readonly state: 'scheduled'; readonly reason: string; readonly lookAt: Millis; readonly givesBack: boolean };

/** The doubt that a look was taken in. */
export interface SightMark {
  readonly settleLooks: number;
  readonly nextLookAt: Millis;
}

export type SightFate = Fate | { readonly state: 'look-again'; readonly sight: Sight | null; readonly lookAt: Millis };

export interface Cap {
  readonly limit: number;
  readonly from: Millis;
  readonly until: Millis;
}

export const unseen: Omit<Order, 'state' | 'account'> = {
  reason: null,
  updatedAt: null,
  askAt: null,
  closesAt: null,
  nextLookAt: null,
  catchUp: false,
  claimId: null,
  leaseUntil: null,
  intentAt: null,
  posts: 0,
  doubts: 0,
  looks: 0,
  settleLooks: 0,
  lastSight: null,
  sentAt: null,
  knownBy: null,
  attempts: [],
};

/** What a plan writes into its order. */
export function planOf(plan: Planned) {
  const nothing = { reason: null, askAt: null, closesAt: null, nextLookAt: null };
  switch (plan.state) {
    case 'scheduled':
      return { ...nothing, state: plan.state, askAt: plan.askAt, closesAt: plan.closesAt, nextLookAt: plan.askAt };
    case 'waiting':
      return { ...nothing, state: plan.state, reason: plan.reason, nextLookAt: plan.lookAt };
    case 'skipped':
    case 'expired':
      return { ...nothing, state: plan.state, reason: plan.reason };
    default:
      return plan satisfies never;
  }
}

/** Nobody looks at it again, and no claim of it is left. */
export const decided = { nextLookAt: null, claimId: null, leaseUntil: null } as const;

/** What an answer or a look writes into its order, its counts apart. */
export function fateOf({ intentAt }: Order, fate: Fate) {
  switch (fate.state) {
    case 'sent':
      return { state: fate.state, reason: null, knownBy: fate.knownBy, sentAt: intentAt, ...decided };
    case 'refused':
    case 'expired':
      return { state: fate.state, reason: fate.reason, ...decided };
    case 'unknown':
    case 'scheduled':
      return { state: fate.state, reason: fate.reason, nextLookAt: fate.lookAt };
    default:
      return fate satisfies never;
  }
}
