import { DateTime } from 'luxon';
import { latest, plusDays } from './instants.js';
import type { OrderFacts, PackageFacts } from './order.js';

/**
 * When the parcel arrived, as far as anybody can tell: no API of Amazon's gives a delivery time (models issue #4929).
 * A range that holds the delivery (both ends inside), a best guess within it, and what it rests on.
 */
export interface DeliveryEstimate {
  readonly earliest: DateTime;
  readonly about: DateTime;
  readonly latest: DateTime;
  readonly evidence: Evidence;
}

/** Best first. */
export type Evidence = 'package-delivered' | 'promised' | 'transit-estimate';

/** What earlier looks at the same order taught; Amazon's answer of today does not tell it any more. */
export interface SeenBefore {
  /** The earliest `lastUpdatedTime` with which the order was seen as SHIPPED. */
  readonly shippedSeenAt: DateTime | null;
  /** The last time a look found a package not delivered. */
  readonly undeliveredAt: DateTime | null;
  /** The estimate on record; a `package-delivered` one is not moved by looking again. */
  readonly delivered: DeliveryEstimate | null;
}

export const nothingSeen: SeenBefore = { shippedSeenAt: null, undeliveredAt: null, delivered: null };

/** Whole days in transit by Amazon's `fulfillmentServiceLevel`, `UNKNOWN` for any other. */
export type TransitDays = Readonly<Record<string, number>>;

export type Delivery =
  | { readonly kind: 'estimated'; readonly estimate: DeliveryEstimate }
  /** The packages are known and at least one has not arrived. */
  | { readonly kind: 'under-way' }
  | { readonly kind: 'failed'; readonly reason: 'package-undeliverable' | 'package-returned' | 'package-cancelled' };

/** Reads delivery evidence from a SHIPPED order, looked at `now`. */
export function deliveryOf(facts: OrderFacts, seen: SeenBefore, transit: TransitDays, now: DateTime): Delivery {
  const packages = standingPackages(facts.packages);
  if (packages.kind === 'failed') return packages;
  if (packages.kind === 'under-way') return packages;

  const shippedSeenAt = DateTime.min(seen.shippedSeenAt ?? facts.lastUpdatedAt, facts.lastUpdatedAt);
  const guess = promised(facts) ?? transitEstimate(facts, shippedSeenAt, transit);
  const fresh = packages.kind === 'delivered' ? packageDelivered(packages.shippedAt, seen, guess, now) : guess;
  return { kind: 'estimated', estimate: betterOf(fresh, seen.delivered) };
}

const ranks: Readonly<Record<Evidence, number>> = { 'package-delivered': 2, promised: 1, 'transit-estimate': 0 };

/** Better evidence replaces worse; of equal evidence the fresh one counts, because promised dates move. */
function betterOf(fresh: DeliveryEstimate, onRecord: DeliveryEstimate | null): DeliveryEstimate {
  if (onRecord === null) return fresh;
  return ranks[onRecord.evidence] > ranks[fresh.evidence] ? onRecord : fresh;
}

type Packages =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'delivered'; readonly shippedAt: DateTime | null }
  | { readonly kind: 'failed'; readonly reason: 'package-undeliverable' | 'package-returned' | 'package-cancelled' };

/** Orders 2026-01-01 `detailedStatus`: a parcel that the buyer does not keep. */
const returned = new Set(['REJECTED_BY_BUYER', 'RETURNING_TO_SELLER', 'RETURNED_TO_SELLER']);
const lost = new Set(['UNDELIVERABLE', 'LOST', 'DAMAGED']);

function standingPackages(all: readonly PackageFacts[]): Packages {
  if (all.length === 0) return { kind: 'unknown' };
  // A cancelled label beside a living package is an ordinary correction by the seller; only when nothing else is left did
  // the shipment fall through.
  const standing = all.filter((parcel) => parcel.status !== 'CANCELLED');
  if (standing.length === 0) return { kind: 'failed', reason: 'package-cancelled' };
  if (standing.some((parcel) => returned.has(parcel.detailedStatus ?? ''))) {
    return { kind: 'failed', reason: 'package-returned' };
  }
  if (standing.some((parcel) => parcel.status === 'UNDELIVERABLE' || lost.has(parcel.detailedStatus ?? ''))) {
    return { kind: 'failed', reason: 'package-undeliverable' };
  }
  if (standing.some(({ status }) => status !== null && status !== 'DELIVERED')) return { kind: 'under-way' };
  // A package without a status tells nothing, so the order is judged by the promise.
  if (standing.some(({ status }) => status === null)) return { kind: 'unknown' };
  return { kind: 'delivered', shippedAt: latest(...standing.map((parcel) => parcel.shippedAt)) };
}

/** Between the last look that said otherwise, or the ship time, and this one; the promise or transit time says where in it. */
function packageDelivered(
  shippedAt: DateTime | null,
  seen: SeenBefore,
  guess: DeliveryEstimate,
  now: DateTime,
): DeliveryEstimate {
  const onRecord = seen.delivered;
  // A package that was under way again after it was reported as delivered is delivered anew.
  const stands = onRecord !== null && (seen.undeliveredAt === null || seen.undeliveredAt <= onRecord.latest);
  if (onRecord?.evidence === 'package-delivered' && stands) return onRecord;
  const from = latest(seen.undeliveredAt, shippedAt) ?? guess.earliest;
  const earliest = DateTime.min(from, now);
  const about = DateTime.max(earliest, DateTime.min(guess.about, now));
  return { earliest, about, latest: now, evidence: 'package-delivered' };
}

function promised(facts: OrderFacts): DeliveryEstimate | null {
  const end = facts.promisedBy ?? facts.promisedFrom;
  if (end === null) return null;
  const earliest = DateTime.min(facts.promisedFrom ?? end, end);
  return { earliest, about: end, latest: end, evidence: 'promised' };
}

/**
 * Shipped between min(last update, created + 2 days) and the earliest update seen as SHIPPED, plus the days in transit.
 * The two-day cap does not hold for PREORDER. About is the early end: an early look costs one GET, a late one may lose
 * the order.
 */
function transitEstimate(facts: OrderFacts, shippedSeenAt: DateTime, transit: TransitDays): DeliveryEstimate {
  // Own keys only: a service level is a text of Amazon's, and `constructor` is in every object.
  const level =
    facts.serviceLevel !== null && Object.hasOwn(transit, facts.serviceLevel) ? facts.serviceLevel : 'UNKNOWN';
  const days = transit[level] ?? 4;
  const soonest = facts.programs.includes('PREORDER')
    ? shippedSeenAt
    : DateTime.min(shippedSeenAt, plusDays(facts.createdAt, 2));
  const earliest = plusDays(soonest, days);
  return { earliest, about: earliest, latest: plusDays(shippedSeenAt, days), evidence: 'transit-estimate' };
}
