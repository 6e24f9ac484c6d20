import type { FaultKind } from './fault.js';
import { type Instant, toIso } from './instant.js';
import type { OrderLife } from './order-life.js';
import { standing, trueWindow } from './request-window.js';

/** One POST that reached Amazon, whatever became of it. */
export interface Post {
  readonly at: Instant;
  readonly requestId: string;
  readonly account: string;
  decision: 'accepted' | 'refused' | 'pending';
  /** Why it was refused. */
  why: string | null;
  /** What the caller was told; `null` when it was told nothing. */
  status: number | null;
  fault: FaultKind | null;
}

/** One order and all that Amazon knows of requests about it. */
export interface OrderRecord {
  life: OrderLife;
  looks: number;
  readonly posts: Post[];
  acceptedAt: Instant | null;
}

/** Requests that arrived, per account. */
export interface Tally {
  searches: number;
  orderReads: number;
  looks: number;
  posts: number;
  accepted: number;
  /** Answered 429, by the usage plan or by a fault. */
  throttled: number;
  /** Answered 403. */
  forbidden: number;
  /** Token requests, whatever became of them. */
  tokenCalls: number;
  tokensIssued: number;
  /** Order reads that asked for a set with personal data. */
  personalDataRequests: number;
  /** Selling Partner API calls whose User-Agent has not the form `App/Version (Language=...)`. */
  wrongUserAgent: number;
}

export function emptyTally(): Tally {
  return {
    searches: 0,
    orderReads: 0,
    looks: 0,
    posts: 0,
    accepted: 0,
    throttled: 0,
    forbidden: 0,
    tokenCalls: 0,
    tokensIssued: 0,
    personalDataRequests: 0,
    wrongUserAgent: 0,
  };
}

/** What a program that is tested against the simulator should agree with. Instants are ISO text. */
export interface Truth {
  readonly at: string;
  readonly accounts: readonly (Tally & { readonly account: string })[];
  /** Requests whose account could not be told: an unknown refresh token, or no valid access token. */
  readonly strangers: number;
  readonly orders: readonly OrderTruth[];
}

export interface OrderTruth {
  readonly orderId: string;
  readonly account: string;
  readonly marketplaceId: string;
  readonly kind: string;
  readonly fulfilledBy: 'AMAZON' | 'MERCHANT';
  readonly deliveredAt: string | null;
  /** The window in which Amazon takes a request: the start inside, the end outside. */
  readonly opensAt: string | null;
  readonly closesAt: string | null;
  readonly askedElsewhereAt: string | null;
  /** What Amazon would say to a POST now. */
  readonly standing: 'open' | 'already-requested' | 'outside-window' | 'not-available';
  readonly looks: number;
  /** How many POSTs were accepted: 0 or 1, because Amazon refuses the second. */
  readonly accepted: number;
  readonly acceptedAt: string | null;
  readonly posts: readonly PostTruth[];
}

type PostTruth = Readonly<Omit<Post, 'at'>> & { readonly at: string };

export function orderTruth({ life, looks, posts, acceptedAt }: OrderRecord, now: Instant): OrderTruth {
  const window = trueWindow(life);
  return {
    orderId: life.orderId,
    account: life.account,
    marketplaceId: life.marketplaceId,
    kind: life.kind,
    fulfilledBy: life.fulfilledBy,
    deliveredAt: toIso(life.deliveredAt),
    opensAt: toIso(window?.opensAt ?? null),
    closesAt: toIso(window?.closesAt ?? null),
    askedElsewhereAt: toIso(life.askedElsewhereAt),
    standing: standing(life, acceptedAt, now),
    looks,
    accepted: posts.filter((post) => post.decision === 'accepted').length,
    acceptedAt: toIso(acceptedAt),
    posts: posts.map((post) => ({ ...post, at: toIso(post.at) })),
  };
}
