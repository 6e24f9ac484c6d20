import type { DateTime, Duration } from 'luxon';
import type { CapReason } from './daily-cap.js';
import type { AccountTrouble, AskOutcome } from './outcome.js';
import type { ExpiryReason } from './plan.js';
import { inTime } from './request-window.js';
import type { KnownBy } from './review-request.js';
import { lookTime, type SettleRules } from './settling.js';

/** What the answer to one POST makes of the order. */
export type AfterAnswer =
  | { readonly state: 'sent'; readonly knownBy: KnownBy }
  | { readonly state: 'refused'; readonly reason: 'asked-elsewhere' }
  | { readonly state: 'expired'; readonly reason: ExpiryReason }
  | { readonly state: 'unknown'; readonly reason: 'answer-lost'; readonly lookAt: DateTime }
  | {
      readonly state: 'scheduled';
      readonly reason: HeldReason;
      readonly lookAt: DateTime;
      /** False when the request certainly never left this machine. */
      readonly reachedAmazon: boolean;
    };

/** Why a scheduled order was not asked at its last look. */
export type HeldReason =
  | 'not-offered'
  | 'not-available'
  | 'outside-window'
  | 'throttled'
  | 'not-sent'
  | 'account-trouble'
  | 'order-denied'
  | 'rejected'
  | 'no-answer'
  | 'settled-not-sent'
  | 'dry-run'
  | CapReason;

export interface Asked {
  readonly intentAt: DateTime;
  readonly closesAt: DateTime;
  /** POSTs for this order so far, this one included. */
  readonly posts: number;
  /** An earlier POST of ours is on record whose answer never came. */
  readonly earlierDoubt: boolean;
}

export interface AnswerRules extends SettleRules {
  readonly recheckEvery: Duration;
  /** When to try again after a pace or connection refusal. */
  readonly retryAt: DateTime;
}

/** Trouble of the token service: without a token no request leaves. */
const withoutToken: ReadonlySet<AccountTrouble> = new Set(['token-unavailable', 'revoked', 'bad-client']);

const MOST_RETRIES = 3;

/** Reads the answer (design 5, "Reading the answer"): the message decided the outcome, this decides the order. */
export function afterAnswer(outcome: AskOutcome, asked: Asked, rules: AnswerRules, now: DateTime): AfterAnswer {
  const recheckAt = inTime(now.plus(rules.recheckEvery), asked.closesAt, now);
  switch (outcome.kind) {
    case 'accepted':
      return { state: 'sent', knownBy: 'accepted' };
    case 'already-requested':
      if (asked.earlierDoubt) return { state: 'sent', knownBy: 'already-asked' };
      return { state: 'refused', reason: 'asked-elsewhere' };
    case 'not-available':
      if (asked.earlierDoubt) return { state: 'sent', knownBy: 'already-asked' };
      return { state: 'scheduled', reason: 'not-available', lookAt: recheckAt, reachedAmazon: true };
    case 'outside-window':
      if (now >= asked.closesAt) return { state: 'expired', reason: 'window-closed' };
      return { state: 'scheduled', reason: 'outside-window', lookAt: recheckAt, reachedAmazon: true };
    case 'throttled':
      return { state: 'scheduled', reason: 'throttled', lookAt: rules.retryAt, reachedAmazon: true };
    case 'not-sent':
      return { state: 'scheduled', reason: 'not-sent', lookAt: rules.retryAt, reachedAmazon: false };
    case 'account-trouble':
      return {
        state: 'scheduled',
        reason: 'account-trouble',
        // Denied again and again, it is this order that Amazon denies: it must not be POSTed every few seconds.
        lookAt: asked.posts < MOST_RETRIES ? rules.retryAt : recheckAt,
        reachedAmazon: !withoutToken.has(outcome.trouble),
      };
    case 'rejected':
      return { state: 'scheduled', reason: 'rejected', lookAt: recheckAt, reachedAmazon: true };
    case 'unknown':
      return { state: 'unknown', reason: 'answer-lost', lookAt: lookTime({ ...asked, looksBefore: 0 }, rules, now) };
    default:
      return outcome satisfies never;
  }
}
