import { DateTime, Duration } from 'luxon';
import { type AskingRules, noFilters, type OrderFilters } from '../../src/policy/asking-rules.js';
import type { DeliveryEstimate } from '../../src/policy/evidence.js';
import type { OrderFacts, PackageFacts } from '../../src/policy/order.js';
import type { PlanningRules } from '../../src/policy/plan.js';

export const GERMANY = 'A1PA6795UKMFR9';

/** An instant, in UTC. */
export function at(iso: string): DateTime {
  return DateTime.fromISO(iso, { zone: 'utc' });
}

/** Shipped by Amazon from Germany on 2 March 2026, of which Amazon tells neither a promise nor packages. */
export function anOrder(facts: Partial<OrderFacts> = {}): OrderFacts {
  return {
    orderId: '302-0000001-0000001',
    marketplaceId: GERMANY,
    salesChannel: 'AMAZON',
    createdAt: at('2026-03-01T10:00:00Z'),
    lastUpdatedAt: at('2026-03-02T12:00:00Z'),
    fulfillmentStatus: 'SHIPPED',
    fulfilledBy: 'AMAZON',
    serviceLevel: 'STANDARD',
    promisedFrom: null,
    promisedBy: null,
    packages: [],
    replacesAnother: false,
    allItemsCancelled: false,
    programs: [],
    items: [{ sku: 'TEA-1', asin: 'B000000001' }],
    ...facts,
  };
}

/** Shipped by the seller, and promised for 5 March 2026. */
export function aMerchantOrder(facts: Partial<OrderFacts> = {}): OrderFacts {
  return anOrder({
    fulfilledBy: 'MERCHANT',
    promisedFrom: at('2026-03-04T00:00:00Z'),
    promisedBy: at('2026-03-05T23:00:00Z'),
    packages: [aPackage()],
    ...facts,
  });
}

export function aPackage(facts: Partial<PackageFacts> = {}): PackageFacts {
  return { status: 'DELIVERED', detailedStatus: null, shippedAt: at('2026-03-02T08:00:00Z'), ...facts };
}

/** An estimate without doubt: all three instants are the same unless told otherwise. */
export function aDelivery({
  about = at('2026-03-05T12:00:00Z'),
  ...estimate
}: Partial<DeliveryEstimate> = {}): DeliveryEstimate {
  return { earliest: about, about, latest: about, evidence: 'promised', ...estimate };
}

export const everyDay: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7]);
export const anyHour = [{ from: 0, until: 1440 }] as const;

/** Minutes after midnight. */
export function clock(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

/** Spans as a person writes them: `09:00-12:00,14:00-20:00`. */
export function hours(text: string): AskingRules['hours'] {
  return text.split(',').map((span) => {
    const [from = '', until = ''] = span.split('-');
    return { from: clock(from), until: clock(until) };
  });
}

/** Seven days after delivery, at any hour of any day. */
export function aRule(rule: Partial<AskingRules> = {}): AskingRules {
  return { askAfterDays: 7, askAfterDaysFor: [], hours: anyHour, weekdays: everyDay, ...rule };
}

/** One marketplace, Germany, with the defaults of the configuration. */
export function planningRules({
  rule = aRule(),
  filters = noFilters,
  zone = 'Europe/Berlin',
  ...rules
}: Partial<PlanningRules> & { rule?: AskingRules; filters?: OrderFilters; zone?: string } = {}): PlanningRules {
  return {
    marketplaces: new Map([[GERMANY, { zone, rules: rule, filters }]]),
    transitDays: { SAME_DAY: 0, NEXT_DAY: 1, STANDARD: 4, FREE_ECONOMY: 6, UNKNOWN: 5 },
    windowMargin: Duration.fromObject({ hours: 1 }),
    recheckEvery: Duration.fromObject({ hours: 24 }),
    ...rules,
  };
}
