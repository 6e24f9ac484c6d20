import { DateTime, type Duration } from 'luxon';
import { firstAllowed } from './asking-hours.js';
import type { AskingRules, OrderFilters } from './asking-rules.js';
import { type DeliveryEstimate, deliveryOf, type SeenBefore, type TransitDays } from './evidence.js';
import { latest, plusDays } from './instants.js';
import type { OrderFacts, OrderItem } from './order.js';
import { excludedBy } from './order-filters.js';
import { fits } from './product-pattern.js';
import { type RequestWindow, requestWindow } from './request-window.js';
import { canReturn, type SkipReason } from './review-request.js';

/** What should become of an order, decided from facts, earlier looks, the owner's rules and the time; nothing else. */
export type Plan =
  | {
      readonly kind: 'scheduled';
      readonly delivery: DeliveryEstimate;
      readonly window: RequestWindow;
      readonly askAt: DateTime;
      /** The rule that set the time. */
      readonly rule: AskTimeRule;
      /** When to come back: `askAt`, or the next allowed hour where that has passed. */
      readonly lookAt: DateTime;
    }
  /** Nothing can be planned yet; look at the order itself again at `lookAt`, whatever discovery brings before. */
  | { readonly kind: 'waiting'; readonly reason: WaitReason; readonly lookAt: DateTime }
  /** Skipped by a rule of the owner, the order keeps what is known of its delivery: the rule may go. */
  | {
      readonly kind: 'skipped';
      readonly reason: SkipReason;
      readonly delivery: DeliveryEstimate | null;
      readonly window: RequestWindow | null;
    }
  | {
      readonly kind: 'expired';
      readonly reason: ExpiryReason;
      readonly delivery: DeliveryEstimate | null;
      readonly window: RequestWindow | null;
    };

export type WaitReason = 'not-shipped' | 'not-delivered';
export type ExpiryReason = 'window-closed' | 'never-shipped' | 'never-delivered' | 'fate-unknown';
/** `deadline`: the window would have closed before the owner's next hour or weekday. */
export type AskTimeRule = 'wait-after-delivery' | 'window-opens' | 'asking-hours' | 'deadline';

export interface MarketplaceRules {
  readonly zone: string;
  readonly rules: AskingRules;
  readonly filters: OrderFilters;
}

export interface PlanningRules {
  /** By marketplace id: those the owner configured for this account, with their zones. */
  readonly marketplaces: ReadonlyMap<string, MarketplaceRules>;
  readonly transitDays: TransitDays;
  readonly windowMargin: Duration;
  readonly recheckEvery: Duration;
}

/** An order that has not shipped after so long never will: Amazon cancels unshipped orders within weeks; pre-orders wait longest. */
const GIVE_UP_SHIPPING_DAYS = 365;
/** No carrier delivers after half a year; until then a late parcel still gets its request. */
const GIVE_UP_DELIVERY_DAYS = 180;

/** Decides about one order. Pure: the same input gives the same plan. */
export function plan(facts: OrderFacts, seen: SeenBefore, rules: PlanningRules, now: DateTime): Plan {
  const skip = skipReason(facts, rules);
  if (skip !== null) return skipped(skip, facts, seen, rules, now);
  if (facts.fulfillmentStatus !== 'SHIPPED') return waitForShipping(facts, rules, now);

  const delivery = deliveryOf(facts, seen, rules.transitDays, now);
  switch (delivery.kind) {
    case 'failed':
      return { kind: 'skipped', reason: delivery.reason, delivery: null, window: null };
    case 'under-way':
      return waitForDelivery(facts, rules, now);
    case 'estimated':
      return schedule(facts, delivery.estimate, rules, now);
    default:
      return delivery satisfies never;
  }
}

function skipReason(facts: OrderFacts, rules: PlanningRules): SkipReason | null {
  if (facts.salesChannel !== 'AMAZON') return 'non-amazon-channel';
  if (facts.replacesAnother) return 'replacement-order';
  if (facts.fulfillmentStatus === 'CANCELLED' || facts.allItemsCancelled) return 'cancelled';
  if (facts.fulfillmentStatus === 'UNFULFILLABLE') return 'unfulfillable';
  if (facts.marketplaceId === null) return 'marketplace-unknown';
  const marketplace = rules.marketplaces.get(facts.marketplaceId);
  return marketplace === undefined ? 'marketplace-not-configured' : excludedBy(facts, marketplace.filters);
}

function skipped(reason: SkipReason, facts: OrderFacts, seen: SeenBefore, rules: PlanningRules, now: DateTime): Plan {
  if (!canReturn(reason) || facts.fulfillmentStatus !== 'SHIPPED') {
    return { kind: 'skipped', reason, delivery: null, window: null };
  }
  const delivery = deliveryOf(facts, seen, rules.transitDays, now);
  switch (delivery.kind) {
    case 'failed':
      return { kind: 'skipped', reason: delivery.reason, delivery: null, window: null };
    case 'under-way':
      return { kind: 'skipped', reason, delivery: null, window: null };
    case 'estimated': {
      const window = requestWindow(delivery.estimate, rules.windowMargin);
      if (now >= window.closesAt)
        return { kind: 'expired', reason: 'window-closed', delivery: delivery.estimate, window };
      return { kind: 'skipped', reason, delivery: delivery.estimate, window };
    }
    default:
      return delivery satisfies never;
  }
}

function waitForShipping(facts: OrderFacts, rules: PlanningRules, now: DateTime): Plan {
  if (now >= facts.createdAt.plus({ days: GIVE_UP_SHIPPING_DAYS })) {
    return { kind: 'expired', reason: 'never-shipped', delivery: null, window: null };
  }
  // Discovery tells when it ships, because shipping moves lastUpdatedTime. This look is for the update that got lost.
  const expected = facts.promisedBy ?? facts.createdAt.plus({ days: 7 });
  return { kind: 'waiting', reason: 'not-shipped', lookAt: DateTime.max(expected, now.plus(rules.recheckEvery)) };
}

function waitForDelivery(facts: OrderFacts, rules: PlanningRules, now: DateTime): Plan {
  const since = latest(...facts.packages.map((parcel) => parcel.shippedAt)) ?? facts.createdAt;
  if (now >= since.plus({ days: GIVE_UP_DELIVERY_DAYS })) {
    return { kind: 'expired', reason: 'never-delivered', delivery: null, window: null };
  }
  // Nobody knows whether a delivery moves lastUpdatedTime (amazon.md 2.2), so the order is read again by itself.
  return { kind: 'waiting', reason: 'not-delivered', lookAt: now.plus(rules.recheckEvery) };
}

function schedule(facts: OrderFacts, delivery: DeliveryEstimate, rules: PlanningRules, now: DateTime): Plan {
  const window = requestWindow(delivery, rules.windowMargin);
  if (now >= window.closesAt) return { kind: 'expired', reason: 'window-closed', delivery, window };

  const marketplace = rules.marketplaces.get(facts.marketplaceId ?? '');
  if (marketplace === undefined) return { kind: 'skipped', reason: 'marketplace-not-configured', delivery, window };
  const local = { rules: marketplace.rules, zone: marketplace.zone, window };
  const { askAt, rule } = askTime(delivery, facts.items, local);
  return { kind: 'scheduled', delivery, window, askAt, rule, lookAt: nextAllowed(askAt, local, now).at };
}

/** What the owner's hours mean for one order: the rules and zone of its marketplace, and its window. */
export interface LocalRules {
  readonly rules: AskingRules;
  readonly zone: string;
  readonly window: RequestWindow;
}

/**
 * The first allowed hour from max(opens_at, about + wait). The deadline wins: when the window closes before the next
 * allowed hour, the wait alone decides. Does not depend on the time of planning, so planning again changes nothing.
 */
function askTime(
  delivery: DeliveryEstimate,
  items: readonly OrderItem[],
  local: LocalRules,
): { askAt: DateTime; rule: AskTimeRule } {
  const { window, rules, zone } = local;
  const waited = plusDays(delivery.about, waitDays(items, rules));
  const earliest = DateTime.max(window.opensAt, waited).toUTC();
  const allowed = firstAllowed(earliest, window.closesAt, rules, zone);
  if (allowed === null) return { askAt: DateTime.min(earliest, window.closesAt), rule: 'deadline' };
  if (allowed > earliest) return { askAt: allowed, rule: 'asking-hours' };
  return { askAt: allowed, rule: waited >= window.opensAt ? 'wait-after-delivery' : 'window-opens' };
}

/** The longest wait of the order's items; an item that no pattern names waits the general days. */
function waitDays(items: readonly OrderItem[], { askAfterDays, askAfterDaysFor }: AskingRules): number {
  if (askAfterDaysFor.length === 0 || items.length === 0) return askAfterDays;
  const waits = items.map(({ sku, asin }) => {
    const named = askAfterDaysFor.filter(({ pattern }) => fits(sku, pattern) || fits(asin, pattern));
    return named.length === 0 ? askAfterDays : Math.max(...named.map(({ days }) => days));
  });
  return Math.max(...waits);
}

/**
 * When an order whose ask time is `askAt` may be asked, seen from `now`: an ask time that passed in the night (a backlog,
 * a worker that was down) waits for the next allowed hour, unless the window closes first.
 */
export function nextAllowed(
  askAt: DateTime,
  local: LocalRules,
  now: DateTime,
): { readonly at: DateTime; readonly deadline: boolean } {
  const from = DateTime.max(askAt, now).toUTC();
  const allowed = firstAllowed(from, local.window.closesAt, local.rules, local.zone);
  return allowed === null ? { at: from, deadline: true } : { at: allowed, deadline: false };
}
