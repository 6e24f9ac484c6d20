import type { AccountTrouble } from '../policy/outcome.js';
import { readErrorText } from './error-text.js';

/**
 * What an error text of SP-API says about the account; `null` when it is not about the account. All of these come as 403
 * `Unauthorized`, as refusals of a single order do: only the text tells them apart.
 */
export function accountTroubleIn(plain: string): AccountTrouble | null {
  // models issue #4489
  if (/\b(lwa|client) secret\b[^.]*\bexpired\b/.test(plain)) return 'secret-expired';
  // docs issue #2147, models issue #2595, developer guide. Often only in `details`, behind the text of `denied`.
  if (/\b(access|security) token\b[^.]*\b(expired|revoked|malformed|invalid|missing)\b/.test(plain))
    return 'token-expired';
  // docs issues #114, #290, #391
  if (/\baccess to (the )?requested resource is denied\b/.test(plain)) return 'denied';
  return null;
}

/** What a refusal of the token service (LWA) means. Texts: models issues #921 and #2997, docs issues #2723 and #3030. */
export function tokenRefusal(status: number, body: string): AccountTrouble {
  if (status < 400 || status >= 500 || status === 429) return 'token-unavailable';
  const { plain } = readErrorText(body);
  if (/\binvalid_client\b/.test(plain)) return 'bad-client';
  return /\b(invalid_grant|unauthorized_client)\b/.test(plain) ? 'revoked' : 'token-unavailable';
}
