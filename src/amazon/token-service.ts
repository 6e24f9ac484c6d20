import { SellingPartnerApiAuth } from '@sp-api-sdk/auth';
import axios, { isAxiosError } from 'axios';
import type { DateTime } from 'luxon';
import { z } from 'zod';
import { type Clock, systemClock } from '../clock.js';
import type { TokenAnswer } from './access-token.js';
import { tokenRefusal } from './account-trouble.js';
import { cutAfter } from './cut.js';
import { parseJson } from './error-text.js';
import { requestLimits } from './exchange.js';

export interface LwaCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

export interface TokenServiceOptions {
  /** The whole URL; `null`: Amazon's own. */
  readonly lwaEndpoint: string | null;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly direct: boolean;
  readonly shutdown: AbortSignal;
  readonly clock: Clock;
}

const unavailable: TokenAnswer = { kind: 'account-trouble', trouble: 'token-unavailable' };

/** It goes into a header, which takes no other characters. Amazon documents at most 2,048 of them. */
const accessToken = z.string().regex(/^[\x21-\x7e]{1,4096}$/);

/** Amazon documents an hour; a service that promises more than a day is not believed. */
const usualSeconds = 3_600;
const mostSeconds = 86_400;

/**
 * Asks the token service (LWA) for an access token. Never throws: the errors of HTTP clients carry the client secret in
 * their request, so they are turned into values on the spot.
 */
export async function askForToken(credentials: LwaCredentials, options: TokenServiceOptions): Promise<TokenAnswer> {
  const cut = cutAfter(options.timeoutMs, options.shutdown);
  try {
    const answer =
      options.lwaEndpoint === null
        ? askAmazon(new AmazonAuth(credentials), options.clock)
        : askEndpoint(credentials, options.lwaEndpoint, options, cut.signal);
    return await Promise.race([answer, whenCut(cut.signal)]);
  } finally {
    cut.release();
  }
}

/** `SellingPartnerApiAuth` keeps its token for good until it expires; a new one for each refresh is the way to a fresh token. */
class AmazonAuth extends SellingPartnerApiAuth {
  get expiresAt(): Date | undefined {
    return this.accessTokenExpiration;
  }
}

/** Through the SDK, whose endpoint is fixed. Its request cannot be aborted; the caller stops waiting instead. */
export async function askAmazon(
  auth: Pick<AmazonAuth, 'getAccessToken' | 'expiresAt'>,
  clock: Clock,
  machineClock: Clock = systemClock,
): Promise<TokenAnswer> {
  try {
    const token = accessToken.safeParse(await auth.getAccessToken());
    if (!token.success) return unavailable;
    // The SDK reckons by the machine's clock, which need not be ours.
    const seconds = ((auth.expiresAt?.getTime() ?? Number.NaN) - machineClock.now().toMillis()) / 1_000;
    return { kind: 'token', token: token.data, expiresAt: expiry(clock.now(), seconds) };
  } catch (error) {
    if (!isAxiosError(error) || !error.response) return unavailable;
    const { status, data } = error.response;
    return refusal(status, typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
  }
}

async function askEndpoint(
  { clientId, clientSecret, refreshToken }: LwaCredentials,
  url: string,
  options: TokenServiceOptions,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const askedAt = options.clock.now();
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  });
  try {
    const { status, data } = await axios.post<unknown>(url, form.toString(), {
      ...requestLimits({ timeoutMs: options.timeoutMs, maxBytes: 100_000, direct: options.direct }),
      signal,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'User-Agent': options.userAgent },
    });
    const body = String(data);
    return status === 200 ? tokenIn(body, askedAt) : refusal(status, body);
  } catch {
    return unavailable;
  }
}

const tokenSchema = z.object({
  access_token: accessToken,
  expires_in: z.coerce.number().optional().catch(undefined),
});

function tokenIn(body: string, askedAt: DateTime): TokenAnswer {
  const reading = tokenSchema.safeParse(parseJson(body));
  if (!reading.success) return unavailable;
  const { access_token: token, expires_in: seconds = Number.NaN } = reading.data;
  return { kind: 'token', token, expiresAt: expiry(askedAt, seconds) };
}

function refusal(status: number, body: string): TokenAnswer {
  return { kind: 'account-trouble', trouble: tokenRefusal(status, body) };
}

function expiry(from: DateTime, seconds: number): DateTime {
  return from.plus({ seconds: seconds > 0 ? Math.min(seconds, mostSeconds) : usualSeconds });
}

function whenCut(signal: AbortSignal): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(unavailable);
    else signal.addEventListener('abort', () => resolve(unavailable), { once: true });
  });
}
