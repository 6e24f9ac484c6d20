import http from 'node:http';
import https from 'node:https';
import type { AxiosResponse, RawAxiosRequestConfig } from 'axios';
import type { HttpAnswer } from './answers.js';
import { cutAfter } from './cut.js';
import { failureCause } from './failure-cause.js';
import { watchedWire } from './wire.js';

export type Exchange =
  | {
      readonly kind: 'answer';
      readonly answer: HttpAnswer;
      readonly headers: http.IncomingHttpHeaders;
      /** The access token that this answer is about. */
      readonly accessToken: string | null;
    }
  | {
      readonly kind: 'no-answer';
      readonly cause: string;
      /** False: the request certainly never left. */
      readonly written: boolean;
      /** The head of an answer whose body did not arrive whole. */
      readonly head: { readonly status: number; readonly headers: http.IncomingHttpHeaders } | null;
    };

export interface ExchangeLimits {
  /** For the whole exchange: connecting, waiting, and a body that comes drop by drop. */
  readonly timeoutMs: number;
  /** Of the body, after decompression. */
  readonly maxBytes: number;
  readonly shutdown: AbortSignal;
  /** Asked when the request is about to be written. Such a request has a connection of its own. */
  readonly mayStillSend?: () => boolean;
  /** Never through a proxy: the endpoint is on this machine. */
  readonly direct: boolean;
}

// An idle connection is given up early: Amazon closing it just as a POST is written would leave that request's fate unknown.
// At 500 calls a second, each of which takes Amazon a third of a second or more, some 200 are under way.
const agentOptions = { keepAlive: true, timeout: 4_000, maxSockets: 512, maxFreeSockets: 64 };
/** Shared by all accounts; Node keeps the connections to each host apart. */
const httpAgent = new http.Agent(agentOptions);
const httpsAgent = new https.Agent(agentOptions);
/**
 * For the POST, on whose answer an order's fate hangs: a connection that carries nothing else. On one that was used before,
 * an answer sent late or twice to the request before it would be read as the answer to this one. Without a limit of
 * sockets, or Node keeps them for those who wait.
 */
const ownConnection = {
  httpAgent: new http.Agent({ keepAlive: false }),
  httpsAgent: new https.Agent({ keepAlive: false }),
};

/**
 * Makes one call of an SDK client, with limits that the client itself does not have, and takes whatever comes of it as a
 * value. Nothing thrown by the client gets out, except what `isOurs` claims: its errors carry the token in their request.
 */
export async function exchange(
  call: (options: RawAxiosRequestConfig) => Promise<AxiosResponse<unknown>>,
  limits: ExchangeLimits,
  isOurs: (error: unknown) => boolean,
): Promise<Exchange> {
  const cut = cutAfter(limits.timeoutMs, limits.shutdown);
  const { transport, seen } = watchedWire(limits.mayStillSend ?? (() => true), limits.timeoutMs);
  try {
    const response = await call({
      ...requestLimits(limits),
      ...(limits.mayStillSend ? ownConnection : {}),
      signal: cut.signal,
      transport,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      // axios would declare a form on a POST that has no body.
      headers: { 'Content-Type': null },
    });
    const token: unknown = response.config.headers['x-amz-access-token'];
    return {
      kind: 'answer',
      answer: { status: response.status, body: typeof response.data === 'string' ? response.data : '' },
      headers: seen.head?.headers ?? {},
      accessToken: typeof token === 'string' ? token : null,
    };
  } catch (error) {
    if (isOurs(error)) throw error;
    const cause = cut.reason() ?? (seen.fenced ? 'fence' : failureCause(error));
    return { kind: 'no-answer', cause, written: seen.written, head: seen.head };
  } finally {
    cut.release();
  }
}

/** What every request of ours has, to SP-API and to the token service. */
export function requestLimits(limits: { timeoutMs: number; maxBytes: number; direct: boolean }): RawAxiosRequestConfig {
  return {
    timeout: limits.timeoutMs,
    // A redirect would carry the token to wherever it points.
    maxRedirects: 0,
    maxContentLength: limits.maxBytes,
    httpAgent,
    httpsAgent,
    ...(limits.direct ? { proxy: false as const } : {}),
  };
}
