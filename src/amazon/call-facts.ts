import type { IncomingHttpHeaders } from 'node:http';
import { DateTime } from 'luxon';
import type { CallFacts } from './gateway.js';

/** The facts of a call that was never made. */
export const noCall: CallFacts = {
  status: null,
  requestId: null,
  durationMs: 0,
  rateLimit: null,
  amazonTime: null,
  said: null,
};

export function callFacts(
  head: { readonly status: number; readonly headers: IncomingHttpHeaders } | null,
  durationMs: number,
  said: string | null,
): CallFacts {
  return {
    status: head?.status ?? null,
    requestId: requestId(head?.headers['x-amzn-requestid']),
    durationMs: Math.round(durationMs),
    rateLimit: rateLimit(head?.headers['x-amzn-ratelimit-limit']),
    amazonTime: amazonTime(head?.headers.date),
    said,
  };
}

/** A UUID so far; kept only if it looks like an id. */
function requestId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\w.:=+/-]{1,100}$/.test(header) ? header : null;
}

/** Best effort of Amazon's, so not believed when absurd: a limit of 0 would stop the account for good. */
function rateLimit(header: string | string[] | undefined): number | null {
  const limit = typeof header === 'string' && /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) : Number.NaN;
  return limit >= 0.0001 && limit <= 1_000 ? limit : null;
}

function amazonTime(header: string | undefined): DateTime | null {
  const time = DateTime.fromHTTP(header ?? '', { zone: 'utc' });
  return time.isValid ? time : null;
}
