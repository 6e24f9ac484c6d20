import type { SimulatedAccount } from './account.js';
import { type Answer, json, tokenRefusal } from './answer.js';
import type { AmazonRequest } from './call.js';
import type { Instant } from './instant.js';
import { refusedToken } from './refusals.js';
import type { SeededRandom } from './seeded-random.js';
import type { World } from './world.js';

interface Issued {
  readonly account: SimulatedAccount;
  readonly expiresAt: Instant;
}

export type TokenCheck =
  | { readonly kind: 'valid'; readonly account: SimulatedAccount }
  | { readonly kind: 'missing' }
  | { readonly kind: 'expired'; readonly account: SimulatedAccount }
  | { readonly kind: 'unknown' };

/** Login with Amazon: trades refresh tokens for access tokens, and knows whose an access token is. */
export class TokenService {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #lifeSeconds: number;
  readonly #issued = new Map<string, Issued>();

  constructor(world: World, random: SeededRandom, lifeSeconds: number) {
    this.#world = world;
    this.#random = random;
    this.#lifeSeconds = lifeSeconds;
  }

  /** Whose refresh token the request carries; the sender has proved nothing yet. */
  accountOf(request: AmazonRequest): SimulatedAccount | null {
    return this.#byRefreshToken(fields(request)?.get('refresh_token') ?? null);
  }

  issue(request: AmazonRequest, now: Instant): Answer {
    const form = fields(request);
    const [grant, id, secret] = ['grant_type', 'client_id', 'client_secret'].map((name) => form?.get(name) ?? null);
    if (!form || !grant || !id || !secret) {
      return tokenRefusal(
        400,
        'invalid_request',
        'The request is missing a required parameter : grant_type, client_id or client_secret',
      );
    }
    if (!this.#world.accounts().some(({ clientId, clientSecret }) => clientId === id && clientSecret === secret)) {
      return refusedToken('invalid-client');
    }
    if (grant !== 'refresh_token') {
      return tokenRefusal(
        400,
        'unsupported_grant_type',
        'The authorization grant type is not supported by the simulator',
      );
    }
    const account = this.#byRefreshToken(form.get('refresh_token'));
    if (!account) return refusedToken('invalid-grant');
    if (account.clientId !== id) return refusedToken('unauthorized-client');

    this.#world.tally(account).tokensIssued += 1;
    return json(200, {
      access_token: this.#accessToken(account, now),
      refresh_token: account.refreshToken,
      token_type: 'bearer',
      expires_in: this.#lifeSeconds,
    });
  }

  check(accessToken: string | undefined, now: Instant): TokenCheck {
    if (!accessToken) return { kind: 'missing' };
    const issued = this.#issued.get(accessToken);
    if (!issued) return { kind: 'unknown' };
    return { kind: issued.expiresAt > now ? 'valid' : 'expired', account: issued.account };
  }

  #accessToken(account: SimulatedAccount, now: Instant): string {
    for (const [token, { expiresAt }] of this.#issued) {
      // Kept for a while past its end, so that a late caller hears "expired" and not "malformed".
      if (expiresAt + 3_600_000 > now) break;
      this.#issued.delete(token);
    }
    const token = `Atza|${this.#random.text(64, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')}`;
    this.#issued.set(token, { account, expiresAt: now + this.#lifeSeconds * 1000 });
    return token;
  }

  #byRefreshToken(refreshToken: string | null): SimulatedAccount | null {
    return this.#world.accounts().find((account) => account.refreshToken === refreshToken) ?? null;
  }
}

/** LWA documents a form; it takes JSON as well, and clients send both. */
function fields({ headers, body }: AmazonRequest): URLSearchParams | null {
  if (!headers['content-type']?.includes('json')) return new URLSearchParams(body);
  try {
    return new URLSearchParams(JSON.parse(body));
  } catch {
    return null;
  }
}
