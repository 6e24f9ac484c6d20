import type { FulfillmentStatus, PackageStatusStatusEnum } from '@sp-api-sdk/orders-api-2026-01-01';
import type { Instant } from './instant.js';

/**
 * The true story of one order as fixed instants, which may lie in the future. What Amazon shows of it is a function of
 * this and the clock, so a stepped clock moves every order along by itself.
 */
export interface OrderLife {
  readonly orderId: string;
  /** The account whose order this is. */
  readonly account: string;
  readonly marketplaceId: string;
  /** A word for people: the kind it was made as, or `custom`. */
  readonly kind: string;
  readonly salesChannel: 'AMAZON' | 'NON_AMAZON';
  readonly fulfilledBy: 'AMAZON' | 'MERCHANT';
  readonly serviceLevel: string;
  readonly programs: readonly string[];
  readonly items: readonly OrderLine[];
  /** The order that this one replaces. */
  readonly replaces: string | null;
  readonly createdAt: Instant;
  /** The status before it ships. */
  readonly unshippedAs: FulfillmentStatus;
  readonly shippedAt: Instant | null;
  /** The truth that no Amazon API tells; `null` when it never arrives. */
  readonly deliveredAt: Instant | null;
  readonly cancelledAt: Instant | null;
  /** Some other change that moved `lastUpdatedTime`. */
  readonly touchedAt: Instant | null;
  /** Whether Amazon moves `lastUpdatedTime` when the parcel arrives is not known, so both can be had. */
  readonly deliveryMovesLastUpdated: boolean;
  /** `deliverByWindow`; merchant-fulfilled orders only. */
  readonly promisedFrom: Instant | null;
  readonly promisedBy: Instant | null;
  /** Merchant-fulfilled orders only. */
  readonly packages: readonly PackageLife[];
  /** When the seller pressed the button in Seller Central, or another tool asked. */
  readonly askedElsewhereAt: Instant | null;
}

export interface OrderLine {
  readonly sku: string;
  readonly asin: string;
  readonly quantity: number;
}

/** An instant that is left out follows the order's; `null` means never. */
export interface PackageLife {
  readonly shippedAt?: Instant | null;
  readonly deliveredAt?: Instant | null;
  /** An end other than delivery, e.g. `UNDELIVERABLE`, and Amazon's detailed word for it. */
  readonly trouble?: {
    readonly at: Instant;
    readonly status: PackageStatusStatusEnum;
    readonly detailedStatus?: string | undefined;
  };
}

export function statusAt(life: OrderLife, now: Instant): FulfillmentStatus {
  if (hasCome(life.cancelledAt, now)) return 'CANCELLED';
  return hasCome(life.shippedAt, now) ? 'SHIPPED' : life.unshippedAs;
}

export function lastUpdatedAt(life: OrderLife, now: Instant): Instant {
  const moves = [life.shippedAt, life.cancelledAt, life.touchedAt];
  if (life.deliveryMovesLastUpdated) moves.push(life.deliveredAt);
  let latest = life.createdAt;
  for (const move of moves) if (hasCome(move, now) && move > latest) latest = move;
  return latest;
}

export function packageStatusAt(life: OrderLife, parcel: PackageLife, now: Instant): PackageStatusStatusEnum {
  if (parcel.trouble && hasCome(parcel.trouble.at, now)) return parcel.trouble.status;
  if (hasCome(packageDeliveredAt(life, parcel), now)) return 'DELIVERED';
  return hasCome(packageShippedAt(life, parcel), now) ? 'IN_TRANSIT' : 'PENDING';
}

export function packageShippedAt(life: OrderLife, parcel: PackageLife): Instant | null {
  return parcel.shippedAt === undefined ? life.shippedAt : parcel.shippedAt;
}

function packageDeliveredAt(life: OrderLife, parcel: PackageLife): Instant | null {
  return parcel.deliveredAt === undefined ? life.deliveredAt : parcel.deliveredAt;
}

export function hasCome(instant: Instant | null, now: Instant): instant is Instant {
  return instant !== null && instant <= now;
}
