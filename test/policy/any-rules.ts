import fc from 'fast-check';
import { DateTime, Duration } from 'luxon';
import type { AskingRules, OrderFilters, WaitFor } from '../../src/policy/asking-rules.js';
import { nothingSeen, type SeenBefore } from '../../src/policy/evidence.js';
import type { OrderFacts, OrderItem, PackageFacts } from '../../src/policy/order.js';
import type { PlanningRules } from '../../src/policy/plan.js';
import { anOrder, GERMANY } from '../support/builders.js';
import { anyRule, placeAndInstant } from './asking-times.js';

export const FRANCE = 'A13V1IB3VIYZZH';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

const sku = fc.constantFrom('TEA-1', 'tea-2', 'CUP-1', 'T+A(1)', null);
const asin = fc.constantFrom('B000000001', 'B000000002', 'b000000003', null);
const anyItems: fc.Arbitrary<readonly OrderItem[]> = fc.array(fc.record({ sku, asin }), { maxLength: 3 });
const anyPrograms = fc.subarray(['AMAZON_BUSINESS', 'PREORDER', 'PRIME']);

const pattern = fc.constantFrom('TEA-*', '*', '*-1', 'cup-1', 'T+A(1)', 'B00*1', '*2*', 'B000000003', 'NONE');
const some = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.uniqueArray(pattern, { maxLength: 4 }));

export const anyFilters: fc.Arbitrary<OrderFilters> = fc.record({
  fulfilledBy: fc
    .subarray(['AMAZON', 'MERCHANT'] as const, { minLength: 1 })
    .map((names): OrderFilters['fulfilledBy'] => new Set(names)),
  onlySkus: some,
  onlyAsins: some,
  exceptSkus: some,
  exceptAsins: some,
  exceptPrograms: fc.subarray(['AMAZON_BUSINESS', 'PRIME']).map((names) => new Set(names)),
});

const anyWaits: fc.Arbitrary<readonly WaitFor[]> = fc.uniqueArray(
  fc.record({ pattern, days: fc.integer({ min: 5, max: 29 }) }),
  { maxLength: 4, selector: (wait) => wait.pattern },
);

const anyAskingRules: fc.Arbitrary<AskingRules> = fc
  .tuple(anyRule, anyWaits)
  .map(([rule, askAfterDaysFor]) => ({ ...rule, askAfterDaysFor }));

const anyPackage: fc.Arbitrary<PackageFacts> = fc.record({
  status: fc.constantFrom<PackageFacts['status'][]>(
    'DELIVERED',
    'DELIVERED',
    'DELIVERED',
    'IN_TRANSIT',
    'PENDING',
    'CANCELLED',
    null,
  ),
  detailedStatus: fc.constantFrom(null, null, null, null, 'DELIVERED', 'RETURNING_TO_SELLER'),
  shippedAt: fc.constant(null),
});

export interface OwnersCase {
  readonly facts: OrderFacts;
  readonly seen: SeenBefore;
  readonly rules: PlanningRules;
  readonly now: DateTime;
}

/** Any order of Germany or France in any state of its delivery, any rules of the owner for both, and any time within months. */
export const anyOwnersCase: fc.Arbitrary<OwnersCase> = fc
  .record({
    place: placeAndInstant,
    rules: fc.tuple(anyAskingRules, anyAskingRules),
    filters: fc.tuple(anyFilters, anyFilters),
    marginHours: fc.integer({ min: 0, max: 23 }),
    marketplaceId: fc.constantFrom(GERMANY, GERMANY, FRANCE, 'A1RKKUPIHCS9HS', null),
    fulfillmentStatus: fc.constantFrom('SHIPPED', 'SHIPPED', 'SHIPPED', 'SHIPPED', 'UNSHIPPED', 'CANCELLED', null),
    fulfilledBy: fc.constantFrom('AMAZON', 'MERCHANT', null),
    serviceLevel: fc.constantFrom('STANDARD', 'NEXT_DAY', 'FREE_ECONOMY', null),
    items: anyItems,
    programs: anyPrograms,
    packages: fc.array(anyPackage, { maxLength: 3 }),
    shippedAfter: fc.integer({ min: 0, max: 60 * DAY }),
    promisedAfter: fc.option(fc.integer({ min: 0, max: 10 * DAY })),
    lookedAfter: fc.oneof(fc.integer({ min: 0, max: 45 * DAY }), fc.integer({ min: 0, max: 400 * DAY })),
    seenUnderWay: fc.option(fc.integer({ min: 0, max: 10 * DAY })),
  })
  .map((any): OwnersCase => {
    const createdAt = any.place.instant;
    const shippedAt = createdAt.plus(any.shippedAfter);
    const now = shippedAt.plus(any.lookedAfter);
    const { marketplaceId, fulfillmentStatus, fulfilledBy, serviceLevel, items, programs } = any;
    return {
      facts: anOrder({
        ...{ marketplaceId, fulfillmentStatus, fulfilledBy, serviceLevel, items, programs, createdAt },
        lastUpdatedAt: shippedAt,
        promisedFrom: any.promisedAfter === null ? null : shippedAt,
        promisedBy: any.promisedAfter === null ? null : shippedAt.plus(any.promisedAfter),
        packages: any.packages.map((parcel) => ({ ...parcel, shippedAt })),
      }),
      seen: {
        ...nothingSeen,
        undeliveredAt: any.seenUnderWay === null ? null : DateTime.min(now, shippedAt.plus(any.seenUnderWay)),
      },
      rules: {
        marketplaces: new Map([
          [GERMANY, { zone: any.place.zone, rules: any.rules[0], filters: any.filters[0] }],
          [FRANCE, { zone: 'Europe/Paris', rules: any.rules[1], filters: any.filters[1] }],
        ]),
        transitDays: { NEXT_DAY: 1, STANDARD: 4, FREE_ECONOMY: 6, UNKNOWN: 4 },
        windowMargin: Duration.fromObject({ hours: any.marginHours }),
        recheckEvery: Duration.fromObject({ hours: 24 }),
      },
      now,
    };
  });

/** The same rules, everything that is listed listed the other way round. */
export function turnedRound(rules: PlanningRules): PlanningRules {
  return {
    recheckEvery: rules.recheckEvery,
    windowMargin: rules.windowMargin,
    transitDays: Object.fromEntries(Object.entries(rules.transitDays).toReversed()),
    marketplaces: new Map(
      [...rules.marketplaces].toReversed().map(([id, { zone, rules: asking, filters }]) => [
        id,
        {
          filters: {
            exceptPrograms: new Set([...filters.exceptPrograms].toReversed()),
            exceptAsins: filters.exceptAsins.toReversed(),
            exceptSkus: filters.exceptSkus.toReversed(),
            onlyAsins: filters.onlyAsins.toReversed(),
            onlySkus: filters.onlySkus.toReversed(),
            fulfilledBy: new Set([...filters.fulfilledBy].toReversed()),
          },
          rules: {
            weekdays: new Set([...asking.weekdays].toReversed()),
            hours: asking.hours.toReversed().map(({ from, until }) => ({ until, from })),
            askAfterDaysFor: asking.askAfterDaysFor.toReversed().map(({ pattern: text, days }) => ({
              days,
              pattern: text,
            })),
            askAfterDays: asking.askAfterDays,
          },
          zone,
        },
      ]),
    ),
  };
}
