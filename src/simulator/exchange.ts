import type { SimulatedAccount } from './account.js';
import type { FaultEvent } from './fault-board.js';
import type { Instant } from './instant.js';
import type { TokenCheck } from './lwa.js';
import type { Route } from './operation.js';
import type { Post } from './truth.js';

/** One request from its arrival to its reply. */
export interface Exchange {
  /** `null` when Amazon has no such operation. */
  readonly route: Route | null;
  readonly token: TokenCheck;
  /** Who is speaking, as far as that can be told; an expired token still tells. */
  readonly account: SimulatedAccount | null;
  readonly requestId: string;
  /** The truth's record of this request, when it is a POST of a solicitation. */
  readonly post: Post | null;
  readonly now: Instant;
}

export function eventOf({ route, account, now }: Exchange, moment: FaultEvent['moment']): FaultEvent {
  const orderId = route && 'orderId' in route ? route.orderId : null;
  return { operation: route?.kind ?? 'token', moment, account: account?.name ?? null, orderId, now };
}

/** Refused until it is found to be accepted. */
export function unansweredPost(at: Instant, requestId: string, account: string): Post {
  return { at, requestId, account, decision: 'refused', why: null, status: null, fault: null };
}

/** `App/Version (Language=...; Platform=...)`, as Amazon's developer guide asks for it. */
export function followsForm(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /^[^/\s][^/]*\/\S+ \(Language=[^;()]+(; ?[^()]+)*\)$/.test(userAgent);
}
