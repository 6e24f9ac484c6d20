/**
 * What one POST to Amazon can teach us.
 *
 * The line that matters runs between `unknown` and the rest: after `unknown` the
 * buyer may already have the request, so nothing may send it again until settle
 * has asked Amazon.
 */
export type AskOutcome =
  /** 201. */
  | { readonly kind: 'accepted' }
  /** 403 "already requested": the request exists, by our own earlier intent or by somebody else. */
  | { readonly kind: 'already-requested' }
  /** 403 "not available for this amazonOrderId": says less than `already-requested`. */
  | { readonly kind: 'not-available' }
  /** 403 "outside the 5-30 day range": one text for too early and too late. */
  | { readonly kind: 'outside-window' }
  /** 429: refused for pace. Certainly not sent. */
  | { readonly kind: 'throttled' }
  /** The request never left: connection refused, DNS, no token, or our own shutdown before writing. Certainly not sent. */
  | { readonly kind: 'not-sent'; readonly cause: string }
  /** The account, not the order, is at fault; certainly not sent. */
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble }
  /** 400, 404, 413, 415 with a readable refusal: certainly not sent by this POST. */
  | { readonly kind: 'rejected'; readonly status: number }
  /** Timeout, reset after the request was written, 5xx, unreadable or unknown answer. */
  | { readonly kind: 'unknown'; readonly cause: string };

/** What one GET of the solicitation actions can teach us. */
export type LookOutcome =
  /** Amazon offers `productReviewAndSellerFeedback` now. */
  | { readonly kind: 'offered' }
  /** 200 without that action. Means only "not now". */
  | { readonly kind: 'gone' }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble }
  /** 404, 400: Amazon does not know the order, or not in this marketplace. */
  | { readonly kind: 'rejected'; readonly status: number }
  /** No usable answer: timeout, 5xx, broken body, connection trouble. Nothing was learnt. */
  | { readonly kind: 'no-answer'; readonly cause: string };

/**
 * Why every call of an account fails. Sources: Amazon's LWA error answers and the 403 texts of SP-API.
 *
 * - `token-unavailable`: the token service did not answer, or with 5xx/429. Passes by itself.
 * - `denied`: 403 "Access to requested resource is denied." (role missing, not re-authorised, wrong region, or an outage).
 * - `token-expired`: 403 that says the access or security token is expired, revoked or malformed.
 * - `secret-expired`: "The LWA secret token you provided has expired." Every account of that application.
 * - `revoked`: LWA `invalid_grant` or `unauthorized_client`. This account only.
 * - `bad-client`: LWA `invalid_client`. Every account of that application.
 */
export type AccountTrouble =
  | 'token-unavailable'
  | 'denied'
  | 'token-expired'
  | 'secret-expired'
  | 'revoked'
  | 'bad-client';
