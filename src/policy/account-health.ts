import type { DateTime } from 'luxon';
import { backoff } from './backoff.js';
import type { AccountTrouble } from './outcome.js';

export interface AccountTroubleSeen {
  readonly trouble: AccountTrouble;
  /** Failures in a row of this account, this one included. */
  readonly failures: number;
  readonly failingSince: DateTime;
  /** How many configured accounts fail right now, this one included, and how many there are. */
  readonly accountsFailing: number;
  readonly accounts: number;
}

export type HealthVerdict =
  /** Nothing of this account is called before `until`; its orders stay as they are. */
  | { readonly kind: 'cool-down'; readonly until: DateTime }
  /** A person is needed. `application`: every account of the same LWA client id. */
  | { readonly kind: 'pause'; readonly scope: 'account' | 'application'; readonly reason: string };

const PAUSE_AFTER_FAILURES = 5;
const PAUSE_AFTER_MINUTES = 15;

/**
 * What trouble of an account means. The login being down, and thousands of sellers refused at once, were outages of
 * Amazon's that passed by themselves (models issue #2595): only what Amazon says outright, or what lasts while others
 * work, pauses an account.
 */
export function judgeTrouble(seen: AccountTroubleSeen, random: number, now: DateTime): HealthVerdict {
  const coolDown = { kind: 'cool-down', until: now.plus(backoff(seen.failures, random)) } as const;
  switch (seen.trouble) {
    case 'revoked':
      return {
        kind: 'pause',
        scope: 'account',
        reason:
          'Amazon refuses the refresh token (invalid_grant or unauthorized_client): authorise the application again',
      };
    case 'bad-client':
      return {
        kind: 'pause',
        scope: 'application',
        reason: 'Amazon refuses LWA_CLIENT_ID or LWA_CLIENT_SECRET (invalid_client): check or rotate the secret',
      };
    case 'denied':
    case 'token-expired':
    case 'secret-expired':
      // Amazon names the secret, and every account of the application fails with it: that is no outage.
      return lastsTooLong(seen, now) && (seen.trouble === 'secret-expired' || !isOutage(seen))
        ? pauseForRefusal(seen.trouble)
        : coolDown;
    case 'token-unavailable':
      return coolDown;
    default:
      return seen.trouble satisfies never;
  }
}

function pauseForRefusal(trouble: 'denied' | 'token-expired' | 'secret-expired'): HealthVerdict {
  if (trouble === 'secret-expired') {
    return { kind: 'pause', scope: 'application', reason: 'Amazon says the LWA client secret has expired: rotate it' };
  }
  return {
    kind: 'pause',
    scope: 'account',
    reason:
      'Amazon denies access for this account: check the Buyer Solicitation role and authorise the application again',
  };
}

function lastsTooLong({ failures, failingSince }: AccountTroubleSeen, now: DateTime): boolean {
  return failures >= PAUSE_AFTER_FAILURES && now >= failingSince.plus({ minutes: PAUSE_AFTER_MINUTES });
}

function isOutage({ accountsFailing, accounts }: AccountTroubleSeen): boolean {
  return accountsFailing > 1 && accountsFailing * 2 >= accounts;
}
