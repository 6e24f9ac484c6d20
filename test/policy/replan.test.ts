import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from 'luxon';
import { noFilters } from '../../src/policy/asking-rules.js';
import type { OrderFacts, PackageFacts } from '../../src/policy/order.js';
import { type Plan, type PlanningRules, plan } from '../../src/policy/plan.js';
import { type OrderOnRecord, packageStatusText, packagesOf, replan } from '../../src/policy/replan.js';
import { canReturn } from '../../src/policy/review-request.js';
import { aMerchantOrder, anOrder, aPackage, aRule, at, GERMANY, hours, planningRules } from '../support/builders.js';
import { anyOwnersCase, FRANCE, type OwnersCase } from './any-rules.js';

/** What the ledger keeps of an order and its first plan; `null` for an order whose fate is decided. */
function onRecord({ facts, seen, now }: Omit<OwnersCase, 'rules'>, first: Plan): OrderOnRecord | null {
  if (first.kind === 'expired' || (first.kind === 'skipped' && !canReturn(first.reason))) return null;
  const shipped = facts.fulfillmentStatus === 'SHIPPED';
  const underWay = first.kind === 'waiting' && first.reason === 'not-delivered';
  return {
    facts: { ...facts, packages: packagesOf(packageStatusText(facts.packages)) },
    seen: {
      shippedSeenAt: shipped ? facts.lastUpdatedAt : seen.shippedSeenAt,
      undeliveredAt: underWay ? now : seen.undeliveredAt,
      delivered: first.kind === 'waiting' ? null : first.delivery,
    },
    state: first.kind,
    catchUp: false,
    reason: first.kind === 'scheduled' ? null : first.reason,
    askAt: first.kind === 'scheduled' ? first.askAt : null,
    closesAt: first.kind === 'waiting' ? null : (first.window?.closesAt ?? null),
    nextLookAt: first.kind === 'skipped' ? null : first.lookAt,
  };
}

function recorded(facts: OrderFacts, rules: PlanningRules, now: DateTime): OrderOnRecord {
  const seen = { shippedSeenAt: null, undeliveredAt: null, delivered: null };
  const record = onRecord({ facts, seen, now }, plan(facts, seen, rules, now));
  if (record === null) throw new Error('the order is final');
  return record;
}

function inShort(fresh: Plan | null): string {
  switch (fresh?.kind) {
    case undefined:
      return 'stands';
    case 'scheduled':
      return `scheduled ${fresh.askAt.toISO({ suppressMilliseconds: true, suppressSeconds: true })}`;
    default:
      return `${fresh?.kind} ${fresh?.reason}`;
  }
}

describe('under the same rules', () => {
  test('every plan stands, whatever the order, the rules, the zone and the evidence', () => {
    const property = fc.property(anyOwnersCase, (each) => {
      const record = onRecord(each, plan(each.facts, each.seen, each.rules, each.now));

      if (record !== null) expect(inShort(replan(record, each.rules, each.now))).toBe('stands');
    });

    fc.assert(property, { numRuns: 10_000 });
  });

  test('every plan stands at any later time until it is too late for the order', () => {
    const later = fc.integer({ min: 0, max: 40 * 24 * 60 });

    const property = fc.property(anyOwnersCase, later, (each, minutes) => {
      const record = onRecord(each, plan(each.facts, each.seen, each.rules, each.now));
      const now = each.now.plus({ minutes });
      if (record === null) return;

      const closed = record.closesAt !== null && now >= record.closesAt;
      const neverShipped = record.reason === 'not-shipped' && now >= each.facts.createdAt.plus({ days: 365 });

      const expected = closed ? 'expired window-closed' : neverShipped ? 'expired never-shipped' : 'stands';
      expect(inShort(replan(record, each.rules, now))).toBe(expected);
    });

    fc.assert(property, { numRuns: 10_000 });
  });
});

test('under other rules it is the plan that a first look would have made, and stands where that is the same', () => {
  const property = fc.property(anyOwnersCase, anyOwnersCase, (each, { rules: others }) => {
    const first = plan(each.facts, each.seen, each.rules, each.now);
    const record = onRecord(each, first);
    if (record === null) return;
    const anew = plan(each.facts, each.seen, others, each.now);
    const decision = (of: Plan) => {
      if (of.kind === 'scheduled') return `scheduled ${of.askAt.toISO()} ${of.window.closesAt.toISO()}`;
      // Given up is a parcel only after a look at the order itself.
      return of.reason === 'never-delivered' ? 'waiting not-delivered' : `${of.kind} ${of.reason}`;
    };

    const again = replan(record, others, each.now);

    expect(again === null ? 'stands' : decision(again)).toBe(
      decision(anew) === decision(first) ? 'stands' : decision(anew),
    );
  });

  fc.assert(property, { numRuns: 10_000 });
});

describe('a changed rule', () => {
  const now = at('2026-03-06T12:00:00Z');
  const delivered = { promisedFrom: at('2026-03-04T12:00:00Z'), promisedBy: at('2026-03-05T12:00:00Z') };
  const orders: Readonly<Record<string, OrderFacts>> = {
    tea: anOrder(delivered),
    cup: anOrder({ ...delivered, items: [{ sku: 'CUP-1', asin: 'B000000002' }] }),
    business: anOrder({ ...delivered, programs: ['AMAZON_BUSINESS'] }),
    merchant: aMerchantOrder(delivered),
    underWay: aMerchantOrder({ ...delivered, packages: [aPackage({ status: 'IN_TRANSIT' })] }),
    unshipped: anOrder({ ...delivered, fulfillmentStatus: 'UNSHIPPED', items: [{ sku: 'POT-1', asin: null }] }),
    french: anOrder({ ...delivered, marketplaceId: FRANCE }),
  };
  const local = { zone: 'Europe/Berlin', rules: aRule(), filters: noFilters };
  const rulesOf = (german: Partial<typeof local>): PlanningRules =>
    planningRules({
      marketplaces: new Map([
        [GERMANY, { ...local, ...german }],
        [FRANCE, { ...local, zone: 'Europe/Paris' }],
      ]),
    });
  const before = rulesOf({});
  const moved = (after: PlanningRules, from = before): Record<string, string> =>
    Object.fromEntries(
      Object.entries(orders)
        .map(([name, facts]) => [name, inShort(replan(recorded(facts, from, now), after, now))] as const)
        .filter(([, result]) => result !== 'stands'),
    );

  test.each<[string, Partial<typeof local>, Record<string, string>]>([
    ['that is none', {}, {}],
    [
      'of the wait moves the scheduled orders of its marketplace',
      { rules: aRule({ askAfterDays: 10 }) },
      {
        tea: 'scheduled 2026-03-15T12:00Z',
        cup: 'scheduled 2026-03-15T12:00Z',
        business: 'scheduled 2026-03-15T12:00Z',
        merchant: 'scheduled 2026-03-15T12:00Z',
      },
    ],
    [
      'of the wait for a product moves the orders with that product',
      { rules: aRule({ askAfterDaysFor: [{ pattern: 'CUP-*', days: 14 }] }) },
      { cup: 'scheduled 2026-03-19T12:00Z' },
    ],
    [
      'that excludes a product holds back the orders with it, and only those',
      { filters: { ...noFilters, exceptSkus: ['CUP-*'] } },
      { cup: 'skipped except-skus' },
    ],
    [
      'that excludes a program holds back its orders',
      { filters: { ...noFilters, exceptPrograms: new Set(['AMAZON_BUSINESS']) } },
      { business: 'skipped except-programs' },
    ],
    [
      'that excludes what the seller ships holds back what waits, too',
      { filters: { ...noFilters, fulfilledBy: new Set(['AMAZON'] as const) } },
      { merchant: 'skipped fulfilled-by', underWay: 'skipped fulfilled-by' },
    ],
    [
      'that wants one product only holds back all others',
      { filters: { ...noFilters, onlySkus: ['TEA-*'] } },
      { cup: 'skipped only-skus', unshipped: 'skipped only-skus' },
    ],
    ['of the hours that changes no time moves nothing', { rules: aRule({ hours: hours('09:00-20:00') }) }, {}],
    [
      'of the zone moves what no longer falls into the hours',
      { zone: 'Asia/Tokyo', rules: aRule({ hours: hours('09:00-20:00') }) },
      {
        tea: 'scheduled 2026-03-13T00:00Z',
        cup: 'scheduled 2026-03-13T00:00Z',
        business: 'scheduled 2026-03-13T00:00Z',
        merchant: 'scheduled 2026-03-13T00:00Z',
      },
    ],
  ])('%s', (_name, german, expected) => {
    expect(moved(rulesOf(german))).toEqual(expected);
  });

  test('that is taken back brings back the orders it held, and only those', () => {
    const without = rulesOf({ filters: { ...noFilters, fulfilledBy: new Set(['AMAZON'] as const) } });

    expect(moved(before, without)).toEqual({
      merchant: 'scheduled 2026-03-12T12:00Z',
      underWay: 'waiting not-delivered',
    });
  });

  test('that another one replaces is named by the new one', () => {
    const one = rulesOf({ filters: { ...noFilters, exceptSkus: ['CUP-*'] } });
    const other = rulesOf({ filters: { ...noFilters, exceptAsins: ['B000000002'] } });

    expect(moved(other, one)).toEqual({ cup: 'skipped except-asins' });
  });

  test('that leaves a marketplace out holds back all of its orders, and asks them when it is back', () => {
    const withoutFrance = planningRules();

    expect(moved(withoutFrance)).toEqual({ french: 'skipped marketplace-not-configured' });
    expect(moved(before, withoutFrance)).toEqual({ french: 'scheduled 2026-03-12T12:00Z' });
  });

  test('does not bring back an order whose window has closed meanwhile', () => {
    const without = rulesOf({ filters: { ...noFilters, exceptSkus: ['*'] } });
    const held = recorded(anOrder(delivered), without, now);

    expect(inShort(replan(held, before, at('2026-04-04T10:59:59.999Z')))).toBe('scheduled 2026-03-12T12:00Z');
    expect(inShort(replan(held, before, at('2026-04-04T11:00:00Z')))).toBe('expired window-closed');
  });

  test('does not give up a parcel under way: when it shipped is not on record', () => {
    const shippedAt = at('2026-09-01T00:00:00Z');
    const facts = aMerchantOrder({
      lastUpdatedAt: shippedAt,
      packages: [aPackage({ status: 'IN_TRANSIT', shippedAt })],
    });
    const late = at('2026-09-20T00:00:00Z');
    const without = rulesOf({ filters: { ...noFilters, exceptSkus: ['*'] } });

    expect(inShort(replan(recorded(facts, before, late), before, late))).toBe('stands');
    expect(inShort(replan(recorded(facts, without, late), before, late))).toBe('waiting not-delivered');
  });
});

describe('what is kept of packages', () => {
  const statuses = ['PENDING', 'IN_TRANSIT', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNDELIVERABLE', null] as const;
  const anyPackages: fc.Arbitrary<PackageFacts[]> = fc.array(
    fc.record({
      status: fc.constantFrom(...statuses),
      detailedStatus: fc.constantFrom(null, 'DELIVERED', 'RETURNED_TO_SELLER', 'LOST'),
      shippedAt: fc.constant(null),
    }),
    { maxLength: 5 },
  );

  test('is their states, in their order', () => {
    const property = fc.property(anyPackages, (packages) => {
      expect(packagesOf(packageStatusText(packages))).toEqual(packages);
    });

    fc.assert(property, { numRuns: 10_000 });
  });

  test('is nothing where there are none', () => {
    expect(packageStatusText([])).toBeNull();
    expect(packagesOf(null)).toEqual([]);
  });

  test('a state that nobody knows any more tells nothing', () => {
    expect(packagesOf('DELIVERED,TELEPORTED/SOON')).toEqual([
      aPackage({ shippedAt: null }),
      { status: null, detailedStatus: 'SOON', shippedAt: null },
    ]);
  });
});
