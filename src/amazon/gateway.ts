import type { DateTime } from 'luxon';
import type { OrderFacts, UnreadableOrder } from '../policy/order.js';
import type { AccountTrouble, AskOutcome, LookOutcome } from '../policy/outcome.js';

/** What we ask of Amazon, in our words. One gateway speaks for one selling partner account. Never throws for what Amazon can say. */
export interface AmazonGateway {
  /**
   * Makes sure a usable access token is at hand (one refresh in flight, refreshed early), so that no token call
   * can slip between the fence and the POST. Returns the trouble instead, when there is any.
   */
  prepare(): Promise<
    { readonly kind: 'ready' } | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble }
  >;

  /** GET of the solicitation actions. */
  look(order: OrderRef): Promise<Answer<LookOutcome>>;

  /**
   * The one POST. Certainly not sent (`not-sent`) if `mayStillSend()` says no at the moment the request would be written:
   * a process that was stopped for longer than its lease must not wake up and send.
   */
  ask(order: OrderRef, mayStillSend: () => boolean): Promise<Answer<AskOutcome>>;

  /** One page of orders updated at or after `updatedAfter`; repeat the same query with `nextToken` for the following one. */
  searchOrders(query: OrdersQuery): Promise<Answer<OrdersPage>>;

  /** One order, fresh. */
  getOrder(orderId: string): Promise<Answer<OrderLook>>;
}

export interface OrderRef {
  readonly orderId: string;
  readonly marketplaceId: string;
}

/** An outcome with the facts of the call that taught it. */
export interface Answer<T> {
  readonly outcome: T;
  readonly call: CallFacts;
}

export interface CallFacts {
  /** HTTP status; `null` when there was no answer. */
  readonly status: number | null;
  /** `x-amzn-RequestId`, for Amazon's support. */
  readonly requestId: string | null;
  readonly durationMs: number;
  /** Requests per second from `x-amzn-RateLimit-Limit` (best effort, only on 20x, 400 and 404); `null` when absent or absurd. */
  readonly rateLimit: number | null;
  /** Amazon's clock, from the `Date` header, to the second. */
  readonly amazonTime: DateTime | null;
  /** What Amazon said in an answer we could not classify: error codes and message, shortened, free of personal data. */
  readonly said: string | null;
}

export interface OrdersQuery {
  readonly marketplaceIds: readonly string[];
  readonly updatedAfter: DateTime;
  readonly paginationToken: string | null;
}

export type OrdersPage =
  | {
      readonly kind: 'page';
      readonly orders: readonly OrderFacts[];
      readonly unreadable: readonly UnreadableOrder[];
      readonly nextToken: string | null;
      /** `lastUpdatedBefore` of the answer: nothing updated after this instant is on the pages. `null` when Amazon left it out. */
      readonly readThrough: DateTime | null;
    }
  /** 400 on a page token: expired (24 h) or unknown. Begin the read again from the watermark. */
  | { readonly kind: 'token-expired' }
  | Trouble;

export type OrderLook =
  | { readonly kind: 'order'; readonly facts: OrderFacts }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unreadable'; readonly problem: string }
  | Trouble;

type Trouble =
  | { readonly kind: 'throttled' }
  | { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble }
  | { readonly kind: 'no-answer'; readonly cause: string };
