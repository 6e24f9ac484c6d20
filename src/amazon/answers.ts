import type { AccountTrouble, AskOutcome, LookOutcome } from '../policy/outcome.js';
import { accountTroubleIn } from './account-trouble.js';
import { parseJson, readErrorText } from './error-text.js';

/** An answer as it came over the wire. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** What an answer means, and what it said where the meaning is not clear from its words. */
export interface Decoded<T> {
  readonly outcome: T;
  readonly said: string | null;
}

/** Every 4xx that is about pace or the account, whatever the operation; `null` for the rest. */
export type SharedTrouble =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble };

/**
 * Reads the answer to the one POST. The message decides before the status: 403 `Unauthorized` stands for trouble with the
 * account and for an order that was asked already. Where neither is clear the answer is `unknown`, and nothing is sent
 * again until settle has looked. Texts: amzn/selling-partner-api-models issues #19, #779, #1176, and docs issue #121.
 */
export function decodeAsk({ status, body }: HttpAnswer): Decoded<AskOutcome> {
  if (status === 201) return clear({ kind: 'accepted' });
  const error = readErrorText(body);
  const unclear: Decoded<AskOutcome> = { outcome: { kind: 'unknown', cause: `status-${status}` }, said: error.said };
  // A 5xx may come from a machine in front of one that has already sent the request, whatever its text.
  if (status < 400 || status >= 500) return unclear;
  if (status === 429) return clear({ kind: 'throttled' });

  if (error.plain.includes('already requested')) return clear({ kind: 'already-requested' });
  if (error.plain.includes('outside the') && error.plain.includes('day range'))
    return clear({ kind: 'outside-window' });
  if (error.plain.includes('not available for this amazonorderid')) return clear({ kind: 'not-available' });
  const trouble = sharedTrouble(status, error.plain);
  if (trouble) return clear(trouble);
  if (isRefusalOfRequest(status) && error.readable) return { outcome: { kind: 'rejected', status }, said: error.said };
  return unclear;
}

/** Reads the answer to the GET of the actions. Nothing is learnt from an answer that is not plainly Amazon's. */
export function decodeLook({ status, body }: HttpAnswer): Decoded<LookOutcome> {
  if (status === 200) return decodeActions(body);
  const error = readErrorText(body);
  const trouble = sharedTrouble(status, error.plain);
  if (trouble) return clear(trouble);
  if (isRefusalOfRequest(status) && error.readable) return { outcome: { kind: 'rejected', status }, said: error.said };
  return { outcome: { kind: 'no-answer', cause: `status-${status}` }, said: error.said };
}

/** Pace and the account, as any operation may meet them. */
export function sharedTrouble(status: number, plain: string): SharedTrouble | null {
  if (status < 400 || status >= 500) return null;
  if (status === 429 || /\bquotaexceeded\b/.test(plain)) return { kind: 'throttled' };
  const trouble = accountTroubleIn(plain) ?? (status === 401 ? 'token-expired' : null);
  return trouble && { kind: 'account-trouble', trouble };
}

/**
 * `_links.actions` only: `_embedded` doubles it and is often missing. Read leniently, as Amazon's own example breaks its
 * model; but a body that is not HAL at all is no "nothing offered".
 */
function decodeActions(body: string): Decoded<LookOutcome> {
  const parsed = parseJson(body);
  const links = isObject(parsed) ? parsed._links : undefined;
  if (!isObject(links)) {
    return { outcome: { kind: 'no-answer', cause: 'unreadable-body' }, said: readErrorText(body).said };
  }
  // HAL lets a single link stand without its list, and a relation without links be left out.
  const actions = Array.isArray(links.actions) ? links.actions : [links.actions];
  const offered = actions.some((action) => isObject(action) && action.name === 'productReviewAndSellerFeedback');
  return clear({ kind: offered ? 'offered' : 'gone' });
}

/** The statuses with which Amazon documents a refusal of the request itself. */
function isRefusalOfRequest(status: number): boolean {
  return status === 400 || status === 404 || status === 413 || status === 415;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function clear<T>(outcome: T): Decoded<T> {
  return { outcome, said: null };
}
