import type { DateTime } from 'luxon';
import { clear, firing, type Verdict } from './alarm.js';
import type { AccountFacts, AlarmThresholds } from './alarm-facts.js';
import { instantInWords, lengthInWords, sinceInWords } from './alarm-words.js';
import { secretExpiresAt } from './client-secret.js';

/** `account-paused`: nothing of it is asked, whoever paused it. */
export function judgePause({ name, paused }: AccountFacts, now: DateTime): Verdict {
  if (paused === null) return clear;
  const { at, by, reason } = paused;
  return firing(
    `Paused by ${by} since ${sinceInWords(at, now)}: ${sentence(reason)} Nothing of this account is asked meanwhile, and windows go on closing.`,
    by === 'askonce'
      ? 'Once Amazon answers again askonce resumes by itself.'
      : `"askonce resume ${name}" or the page of accounts ends it.`,
  );
}

/** `secret-rotation`: the client secret expires soon, or has. */
export function judgeSecret(
  { secretRotatedOn }: AccountFacts,
  { secretRotationWithin }: AlarmThresholds,
  now: DateTime,
): Verdict {
  if (secretRotatedOn === null) return clear;
  const expiresAt = secretExpiresAt(secretRotatedOn);
  if (now < expiresAt.minus(secretRotationWithin)) return clear;
  const left = lengthInWords(expiresAt.diff(now));
  return firing(
    `The client secret of ${secretRotatedOn.toISODate()}`,
    now < expiresAt ? `expires at ${instantInWords(expiresAt)}, in ${left}.` : `expired ${left} ago.`,
    'Make a new one where the application is registered, write it into LWA_CLIENT_SECRET and its day into LWA_SECRET_ROTATED_ON, and start the worker again.',
  );
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
