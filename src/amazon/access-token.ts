import { type DateTime, Duration } from 'luxon';
import type { Clock } from '../clock.js';
import type { AccountTrouble } from '../policy/outcome.js';

/** One answer of the token service. */
export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string; readonly expiresAt: DateTime }
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble };

export type TokenState =
  | { readonly kind: 'ready'; readonly token: string }
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble };

/** The access token of one selling partner account. */
export interface TokenSource {
  /** A token that is good now. Asks the token service only when there is none, or behind the scenes when it is about to expire. */
  ready(): Promise<TokenState>;
  /** Amazon refused this token. At most one in a second is taken for the token's fault. */
  forget(token: string): void;
}

interface HeldToken {
  readonly token: string;
  readonly obtainedAt: DateTime;
  readonly refreshAt: DateTime;
  readonly expiresAt: DateTime;
}

const aSecond = Duration.fromObject({ seconds: 1 });
const fiveMinutes = Duration.fromObject({ minutes: 5 });

/** `askForToken` never throws; see token-service.ts. */
export function createTokenSource(askForToken: () => Promise<TokenAnswer>, clock: Clock): TokenSource {
  let held: HeldToken | null = null;
  let failure: { readonly trouble: AccountTrouble; readonly at: DateTime } | null = null;
  let refreshing: Promise<void> | null = null;

  /** One at a time, and after a failure not again within a second, however many callers wait. */
  const refresh = (): Promise<void> => {
    if (failure && clock.now() < failure.at.plus(aSecond)) return Promise.resolve();
    refreshing ??= askOnce().finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  const askOnce = async (): Promise<void> => {
    const startedAt = clock.now();
    const answer = await askForToken();
    if (answer.kind === 'token') {
      failure = null;
      held = hold(answer.token, startedAt, answer.expiresAt);
      return;
    }
    failure = { trouble: answer.trouble, at: clock.now() };
    // A token that is still good outlives an outage of the token service, but not a plain no.
    if (answer.trouble !== 'token-unavailable') held = null;
  };

  const good = (): HeldToken | null => (held && clock.now() < held.expiresAt ? held : null);

  return {
    async ready() {
      const atHand = good();
      if (!atHand) await refresh();
      else if (clock.now() >= atHand.refreshAt) void refresh();
      const usable = atHand ?? good();
      if (usable) return { kind: 'ready', token: usable.token };
      return { kind: 'account-trouble', trouble: failure?.trouble ?? 'token-unavailable' };
    },
    forget(token) {
      if (held?.token === token && clock.now() >= held.obtainedAt.plus(aSecond)) held = null;
    },
  };
}

/** Refreshed five minutes early; a token that lives shorter than 25 minutes, after four fifths of its life. */
function hold(token: string, obtainedAt: DateTime, expiresAt: DateTime): HeldToken {
  const fifth = expiresAt.diff(obtainedAt).toMillis() / 5;
  const early = Math.min(fiveMinutes.toMillis(), fifth);
  return { token, obtainedAt, expiresAt, refreshAt: expiresAt.minus(early) };
}
