import type { DateTime } from 'luxon';
import type { State } from '../policy/review-request.js';

/** Leafing through every order there is, as people do. As quick at ten million orders as at ten. */
export interface OrderList {
  /** At most `limit` orders, the newest first: by the time they were placed, then by id. */
  listOrders(filter: OrderFilter, where: ListPosition, limit: number): Promise<OrderPage>;
  /** What can be filtered by: the combinations that occur. */
  listChoices(): Promise<OrderKind[]>;
}

/** All of what is given must hold. */
export interface OrderFilter {
  readonly account?: string;
  /** `null`: an order whose marketplace is not known. */
  readonly marketplaceId?: string | null;
  readonly state?: State;
  /** `null`: without a reason. */
  readonly reason?: string | null;
  /** When the order was placed; where that is not known, first seen. Inclusive. */
  readonly from?: DateTime;
  /** Exclusive. */
  readonly until?: DateTime;
}

/** One kind of orders: what they have in common. */
export interface OrderKind {
  readonly account: string;
  readonly marketplaceId: string | null;
  readonly state: State;
  readonly reason: string | null;
}

export type ListPosition =
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  /** Orders older than this place. */
  | { readonly kind: 'after'; readonly place: ListPlace }
  /** Orders newer than this place. */
  | { readonly kind: 'before'; readonly place: ListPlace };

/** The place of one order in the list. */
export interface ListPlace {
  readonly listedAt: DateTime;
  readonly orderId: string;
}

export interface ListedOrder extends OrderKind, ListPlace {
  readonly nextLookAt: DateTime | null;
  readonly askAt: DateTime | null;
  /** Exclusive. */
  readonly closesAt: DateTime | null;
  readonly intentAt: DateTime | null;
  readonly sentAt: DateTime | null;
}

export interface OrderPage {
  /** The newest first, whichever way the page was reached. */
  readonly orders: readonly ListedOrder[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}
