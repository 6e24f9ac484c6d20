import type { DateTime } from 'luxon';

/**
 * What Amazon says about one order, in our words. Nothing about the buyer.
 *
 * All instants are UTC. A missing fact is `null` ("not known"), never a guess.
 * Source: Orders API 2026-01-01, `includedData=FULFILLMENT,PACKAGES,CANCELLATION`.
 */
export interface OrderFacts {
  readonly orderId: string;
  /** `null` when Amazon left `salesChannel.marketplaceId` out, which its model allows. */
  readonly marketplaceId: string | null;
  /** `salesChannel.channelName`: only `AMAZON` has a buyer whom Amazon could ask. */
  readonly salesChannel: string;
  readonly createdAt: DateTime;
  readonly lastUpdatedAt: DateTime;
  readonly fulfillmentStatus: FulfillmentStatus | null;
  readonly fulfilledBy: 'AMAZON' | 'MERCHANT' | null;
  /** `fulfillmentServiceLevel` as Amazon spells it, e.g. `STANDARD`. */
  readonly serviceLevel: string | null;
  /** `deliverByWindow`: a promise, not a fact. Either end may be missing. */
  readonly promisedFrom: DateTime | null;
  readonly promisedBy: DateTime | null;
  /** Merchant-fulfilled orders only; empty when Amazon told nothing about packages. */
  readonly packages: readonly PackageFacts[];
  /** True for an order that replaces or exchanges another one. */
  readonly replacesAnother: boolean;
  /** True when Amazon lists an executed cancellation on every item. */
  readonly allItemsCancelled: boolean;
  readonly programs: readonly string[];
  /** Each product of the order once. */
  readonly items: readonly OrderItem[];
}

/** One product of an order, by the names the seller and Amazon have for it. */
export interface OrderItem {
  readonly sku: string | null;
  readonly asin: string | null;
}

/** Orders 2026-01-01 `FulfillmentStatus`. There is no "delivered". */
export type FulfillmentStatus =
  | 'PENDING_AVAILABILITY'
  | 'PENDING'
  | 'UNSHIPPED'
  | 'PARTIALLY_SHIPPED'
  | 'SHIPPED'
  | 'CANCELLED'
  | 'UNFULFILLABLE';

export interface PackageFacts {
  /** `packageStatus.status`; `null` when missing or not one Amazon documents. */
  readonly status: 'PENDING' | 'IN_TRANSIT' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED' | 'UNDELIVERABLE' | null;
  /** `packageStatus.detailedStatus`, e.g. `RETURNED_TO_SELLER`; often missing (models issue #5127). */
  readonly detailedStatus: string | null;
  readonly shippedAt: DateTime | null;
}

/** An entry of an orders page that could not be read as an order. One bad order never blocks its page. */
export interface UnreadableOrder {
  /** `null` when not even the order id was usable. */
  readonly orderId: string | null;
  /** Which field was wrong and how; never a value from the answer. */
  readonly problem: string;
}
