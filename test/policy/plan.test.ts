import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DateTime, Duration } from 'luxon';
import { nothingSeen, type SeenBefore } from '../../src/policy/evidence.js';
import type { OrderFacts } from '../../src/policy/order.js';
import { nextAllowed, type Plan, type PlanningRules, plan } from '../../src/policy/plan.js';
import {
  aDelivery,
  aMerchantOrder,
  anOrder,
  aPackage,
  aRule,
  at,
  GERMANY,
  hours,
  planningRules,
} from '../support/builders.js';
import { anyRule, isAllowed, placeAndInstant, walkToAllowed } from './asking-times.js';

const now = at('2026-03-06T12:00:00Z');
const promisedFrom = at('2026-03-04T00:00:00Z');
const promisedBy = at('2026-03-05T12:00:00Z');

/** Promised for 4 to 5 March: the window is 9 March to 4 April. */
function promised(facts: Partial<OrderFacts> = {}): OrderFacts {
  return anOrder({ promisedFrom, promisedBy, ...facts });
}

function planned(facts: OrderFacts, rules = planningRules(), when = now, seen: SeenBefore = nothingSeen): Plan {
  return plan(facts, seen, rules, when);
}

function scheduled(facts: OrderFacts, rules: PlanningRules, when = now): Extract<Plan, { kind: 'scheduled' }> {
  const result = planned(facts, rules, when);
  if (result.kind !== 'scheduled') throw new Error(`the order is ${result.kind}`);
  return result;
}

function inShort(result: Plan): string {
  return result.kind === 'scheduled' ? `scheduled, ${result.rule}` : `${result.kind}, ${result.reason}`;
}

describe('the ask time', () => {
  const inBerlin = (spans: string, weekdays = [1, 2, 3, 4, 5, 6, 7], askAfterDays = 7) =>
    planningRules({ rule: aRule({ askAfterDays, hours: hours(spans), weekdays: new Set(weekdays) }) });

  test.each([
    ['the wait after delivery is over', inBerlin('00:00-24:00'), 'wait-after-delivery', '2026-03-12T12:00:00.000Z'],
    ['the hours have not begun', inBerlin('14:00-20:00'), 'asking-hours', '2026-03-12T13:00:00.000Z'],
    ['the hours begin as the wait ends', inBerlin('13:00-20:00'), 'wait-after-delivery', '2026-03-12T12:00:00.000Z'],
    ['the hours are over for today', inBerlin('09:00-13:00'), 'asking-hours', '2026-03-13T08:00:00.000Z'],
    ['the weekday is next week', inBerlin('00:00-24:00', [3]), 'asking-hours', '2026-03-17T23:00:00.000Z'],
    ['the longest wait', inBerlin('00:00-24:00', [1], 29), 'deadline', '2026-04-03T12:00:00.000Z'],
    ['an hour before the window closes', inBerlin('12:59-13:00', [6], 29), 'asking-hours', '2026-04-04T10:59:00.000Z'],
    ['an hour as the window closes', inBerlin('13:00-14:00', [6], 29), 'deadline', '2026-04-03T12:00:00.000Z'],
  ])('%s', (_name, rules, rule, askAt) => {
    const result = scheduled(promised(), rules);

    expect([result.rule, result.askAt.toISO()]).toEqual([rule, askAt]);
  });

  test('is the opening of the window, should an owner wait for less than Amazon does', () => {
    const result = scheduled(
      promised({ promisedBy: promisedFrom }),
      planningRules({ rule: aRule({ askAfterDays: 4 }) }),
    );

    expect([result.rule, result.askAt.toISO()]).toEqual(['window-opens', '2026-03-09T00:00:00.000Z']);
  });

  test('is looked at then, or in the next allowed hour where it has passed', () => {
    const rules = inBerlin('09:00-20:00');

    const before = scheduled(promised(), rules, now);
    const inTheNight = scheduled(promised(), rules, at('2026-03-20T23:00:00Z'));

    expect(before.lookAt).toEqual(before.askAt);
    expect(inTheNight.askAt).toEqual(before.askAt);
    expect(inTheNight.lookAt).toEqual(at('2026-03-21T08:00:00Z'));
  });

  test('follows the zone of the marketplace', () => {
    const rule = aRule({ hours: hours('09:00-20:00') });

    const result = scheduled(promised(), planningRules({ rule, zone: 'Australia/Sydney' }));

    expect(result.askAt.toISO()).toBe('2026-03-12T22:00:00.000Z');
  });
});

describe('the window', () => {
  const closesAt = at('2026-04-04T11:00:00Z');

  test.each([
    ['is open until its last millisecond', closesAt.minus(1), 'scheduled, wait-after-delivery'],
    ['has expired the moment it closes', closesAt, 'expired, window-closed'],
  ])('%s', (_name, when, expected) => {
    expect(inShort(planned(promised(), planningRules(), when))).toBe(expected);
  });

  test('an expired order keeps what is known of its delivery', () => {
    const result = planned(promised(), planningRules(), closesAt);

    expect(result).toMatchObject({ delivery: { evidence: 'promised' }, window: { closesAt } });
  });
});

describe('skipped', () => {
  test.each<[string, Partial<OrderFacts>, string]>([
    ['an order of another channel', { salesChannel: 'NON_AMAZON' }, 'non-amazon-channel'],
    ['an order that replaces another one', { replacesAnother: true }, 'replacement-order'],
    ['a cancelled order', { fulfillmentStatus: 'CANCELLED' }, 'cancelled'],
    ['an order of which every item is cancelled', { allItemsCancelled: true }, 'cancelled'],
    ['an unfulfillable order', { fulfillmentStatus: 'UNFULFILLABLE' }, 'unfulfillable'],
    ['an order without a marketplace', { marketplaceId: null }, 'marketplace-unknown'],
    [
      'an order of a marketplace that is not configured',
      { marketplaceId: 'ATVPDKIKX0DER' },
      'marketplace-not-configured',
    ],
    ['an undeliverable package', { packages: [aPackage({ status: 'UNDELIVERABLE' })] }, 'package-undeliverable'],
    ['a returned package', { packages: [aPackage({ detailedStatus: 'RETURNED_TO_SELLER' })] }, 'package-returned'],
    ['a shipment that was cancelled', { packages: [aPackage({ status: 'CANCELLED' })] }, 'package-cancelled'],
  ])('%s', (_name, facts, reason) => {
    expect(planned(promised(facts))).toMatchObject({ kind: 'skipped', reason });
  });

  test.each<[string, Partial<OrderFacts>, string]>([
    ['not yet shipped', { fulfillmentStatus: 'UNSHIPPED' }, 'non-amazon-channel'],
    ['of a marketplace that is not configured', { marketplaceId: null }, 'non-amazon-channel'],
  ])('for good rather than for now: an order of another channel, %s', (_name, facts, reason) => {
    expect(planned(promised({ salesChannel: 'NON_AMAZON', ...facts }))).toMatchObject({ kind: 'skipped', reason });
  });

  test('a cancelled label beside a delivered package does not skip the order', () => {
    const packages = [aPackage({ status: 'CANCELLED' }), aPackage()];

    expect(planned(aMerchantOrder({ packages })).kind).toBe('scheduled');
  });
});

describe('an order that has not shipped', () => {
  const unshipped = promised({ fulfillmentStatus: 'UNSHIPPED' });
  const ordered = unshipped.createdAt;

  test.each<[string, OrderFacts['fulfillmentStatus']]>([
    ['not yet available', 'PENDING_AVAILABILITY'],
    ['not yet paid', 'PENDING'],
    ['unshipped', 'UNSHIPPED'],
    ['shipped in part', 'PARTIALLY_SHIPPED'],
    ['of an unknown status', null],
  ])('waits: %s', (_name, fulfillmentStatus) => {
    expect(inShort(planned(promised({ fulfillmentStatus })))).toBe('waiting, not-shipped');
  });

  test.each<[string, Partial<OrderFacts>, DateTime, DateTime]>([
    ['when the promise ends', {}, ordered, promisedBy],
    ['a week after the order, where nothing is promised', { promisedBy: null }, ordered, ordered.plus({ days: 7 })],
    ['in RECHECK_EVERY, where both have passed', {}, ordered.plus({ days: 30 }), ordered.plus({ days: 31 })],
  ])('is looked at again %s', (_name, facts, when, lookAt) => {
    const result = planned({ ...unshipped, ...facts }, planningRules(), when);

    expect(result).toEqual({ kind: 'waiting', reason: 'not-shipped', lookAt });
  });

  test.each([
    ['the last millisecond of a year', ordered.plus({ days: 365 }).minus(1), 'waiting, not-shipped'],
    ['the moment a year has passed', ordered.plus({ days: 365 }), 'expired, never-shipped'],
  ])('%s', (_name, when, expected) => {
    expect(inShort(planned(unshipped, planningRules(), when))).toBe(expected);
  });
});

describe('a package under way', () => {
  const shippedAt = at('2026-03-02T08:00:00Z');
  const underWay = aMerchantOrder({ packages: [aPackage({ status: 'IN_TRANSIT', shippedAt })] });

  test('is looked at again every RECHECK_EVERY', () => {
    const result = planned(underWay);

    expect(result).toEqual({ kind: 'waiting', reason: 'not-delivered', lookAt: now.plus({ hours: 24 }) });
  });

  test.each([
    ['after the promised window has closed', shippedAt.plus({ days: 60 }), 'waiting, not-delivered'],
    ['the last millisecond of 180 days', shippedAt.plus({ days: 180 }).minus(1), 'waiting, not-delivered'],
    ['the moment 180 days have passed', shippedAt.plus({ days: 180 }), 'expired, never-delivered'],
  ])('%s', (_name, when, expected) => {
    expect(inShort(planned(underWay, planningRules(), when))).toBe(expected);
  });

  test('of which nobody knows when it shipped is given up 180 days after the order', () => {
    const order = aMerchantOrder({ packages: [aPackage({ status: 'IN_TRANSIT', shippedAt: null })] });
    const gaveUp = order.createdAt.plus({ days: 180 });

    expect(inShort(planned(order, planningRules(), gaveUp.minus(1)))).toBe('waiting, not-delivered');
    expect(inShort(planned(order, planningRules(), gaveUp))).toBe('expired, never-delivered');
  });

  test('that arrives late still gets its request', () => {
    const arrived = aMerchantOrder({ packages: [aPackage({ shippedAt })] });
    const late = shippedAt.plus({ days: 90 });
    const seen = { ...nothingSeen, undeliveredAt: late.minus({ days: 1 }) };

    expect(inShort(planned(arrived, planningRules(), late, seen))).toBe('scheduled, wait-after-delivery');
  });
});

describe('the next allowed time', () => {
  const window = { opensAt: at('2026-03-09T00:00:00Z'), closesAt: at('2026-03-31T07:00:00Z') };
  const local = { rules: aRule({ hours: hours('09:00-20:00') }), zone: 'Europe/Berlin', window };
  const askAt = at('2026-03-12T08:00:00Z');

  test.each([
    ['is the ask time until then', '2026-03-10T00:00:00Z', '2026-03-12T08:00:00.000Z', false],
    ['is now, in an allowed hour after it', '2026-03-15T12:00:00Z', '2026-03-15T12:00:00.000Z', false],
    ['is the morning, in the night after it', '2026-03-15T22:00:00Z', '2026-03-16T08:00:00.000Z', false],
    ['is the last allowed millisecond', '2026-03-30T17:59:59.999Z', '2026-03-30T17:59:59.999Z', false],
    ['is now, where the window closes before the morning', '2026-03-30T18:00:00Z', '2026-03-30T18:00:00.000Z', true],
  ])('%s', (_name, when, expected, deadline) => {
    const next = nextAllowed(askAt, local, at(when));

    expect([next.at.toISO(), next.deadline]).toEqual([expected, deadline]);
  });
});

describe('over all orders, rules, marketplaces and times', () => {
  const DAY = 24 * 60;

  interface Case {
    readonly facts: OrderFacts;
    readonly seen: SeenBefore;
    readonly rules: PlanningRules;
    readonly zone: string;
    readonly now: DateTime;
  }

  /** Shipped orders around a change of the clock, with every kind of evidence; seen for the first time. */
  const anyCase: fc.Arbitrary<Case> = fc
    .record({
      place: placeAndInstant,
      rule: anyRule,
      evidence: fc.constantFrom('promised', 'transit', 'package'),
      promisedFor: fc.integer({ min: 0, max: 5 * DAY }),
      beforeClock: fc.integer({ min: 0, max: 34 * DAY }),
      plannedAfter: fc.integer({ min: 0, max: 35 * DAY }),
      wait: fc.constantFrom(5, 7, 25, 28, 29),
      marginHours: fc.integer({ min: 0, max: 23 }),
    })
    .map(({ place, rule, evidence, promisedFor, beforeClock, plannedAfter, wait, marginHours }) => {
      const shippedAt = place.instant.minus({ minutes: beforeClock });
      const promise = { promisedFrom: shippedAt, promisedBy: shippedAt.plus({ minutes: promisedFor }) };
      return {
        facts: anOrder({
          createdAt: shippedAt.minus({ days: 1 }),
          lastUpdatedAt: shippedAt,
          ...(evidence === 'transit' ? {} : promise),
          packages: evidence === 'package' ? [aPackage({ shippedAt })] : [],
        }),
        seen: nothingSeen,
        rules: planningRules({
          rule: { ...rule, askAfterDays: wait },
          zone: place.zone,
          windowMargin: Duration.fromObject({ hours: marginHours }),
        }),
        zone: place.zone,
        now: shippedAt.plus({ minutes: plannedAfter }),
      };
    });

  const planOf = ({ facts, seen, rules, now: when }: Case): Plan => plan(facts, seen, rules, when);

  test('nobody is asked outside the window, before the wait is over, or at another time than the first allowed one', () => {
    const property = fc.property(anyCase, (each) => {
      const result = planOf(each);

      if (result.kind !== 'scheduled') return expect(inShort(result)).toBe('expired, window-closed');
      const { askAt, lookAt, rule, window, delivery } = result;
      const local = each.rules.marketplaces.get(GERMANY)?.rules ?? aRule();
      const waited = delivery.about.plus({ days: local.askAfterDays });
      const first = walkToAllowed(waited, window.closesAt, local, each.zone);
      expect(window.opensAt <= waited && waited <= askAt).toBe(true);
      expect(askAt <= lookAt && lookAt < window.closesAt).toBe(true);
      expect(askAt.toMillis()).toBe(first ?? waited.toMillis());
      expect(rule === 'deadline').toBe(first === null);
    });

    fc.assert(property, { numRuns: 10_000 });
  });

  test('a late order waits for an allowed hour, too, unless none comes before the window closes', () => {
    const property = fc.property(anyCase, (each) => {
      const result = planOf(each);

      if (result.kind !== 'scheduled') return;
      const { askAt, lookAt, window } = result;
      const local = each.rules.marketplaces.get(GERMANY)?.rules ?? aRule();
      if (isAllowed(lookAt.toMillis(), local, each.zone)) return;
      expect(lookAt.toMillis()).toBe(Math.max(askAt.toMillis(), each.now.toMillis()));
      expect(walkToAllowed(lookAt, window.closesAt, local, each.zone)).toBe(null);
    });

    fc.assert(property, { numRuns: 2_500 });
  });

  /** What the ledger keeps of a plan for the next look. */
  function recorded({ facts, seen }: Case, result: Plan): SeenBefore {
    return {
      shippedSeenAt: seen.shippedSeenAt ?? facts.lastUpdatedAt,
      undeliveredAt: seen.undeliveredAt,
      delivered: result.kind === 'scheduled' ? result.delivery : seen.delivered,
    };
  }

  test('planning again changes nothing', () => {
    const property = fc.property(anyCase, (each) => {
      const first = planOf(each);

      const again = planOf({ ...each, seen: recorded(each, first) });

      expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    });

    fc.assert(property, { numRuns: 2_500 });
  });

  test('planning later moves neither the ask time nor the window while the evidence stays the same', () => {
    const later = fc.integer({ min: 1, max: 40 * DAY });

    const property = fc.property(anyCase, later, fc.boolean(), (each, minutes, updated) => {
      const first = planOf(each);
      const laterNow = each.now.plus({ minutes });
      const facts = updated ? { ...each.facts, lastUpdatedAt: laterNow } : each.facts;

      const again = planOf({ ...each, facts, seen: recorded(each, first), now: laterNow });

      if (first.kind !== 'scheduled') return;
      const settled = ({ delivery, window }: Pick<typeof first, 'delivery' | 'window'>) =>
        JSON.stringify([delivery, window]);
      expect(again.kind).toBe(laterNow < first.window.closesAt ? 'scheduled' : 'expired');
      if (again.kind === 'scheduled') {
        expect(again.askAt.toISO()).toBe(first.askAt.toISO());
        expect(settled(again)).toBe(settled(first));
      }
    });

    fc.assert(property, { numRuns: 2_500 });
  });
});

test('evidence that got better plans anew', () => {
  const first = scheduled(promised(), planningRules());
  const arrivedLate = promised({ packages: [aPackage()] });
  const seen = { ...nothingSeen, delivered: first.delivery, undeliveredAt: at('2026-03-10T12:00:00Z') };

  const again = planned(arrivedLate, planningRules(), at('2026-03-11T12:00:00Z'), seen);

  expect(again).toMatchObject({
    kind: 'scheduled',
    delivery: { evidence: 'package-delivered' },
    askAt: at('2026-03-17T12:00:00Z'),
    window: { closesAt: at('2026-04-10T11:00:00Z') },
  });
});

test('an order expired by a promise is not expired by a package that arrived later', () => {
  const late = aDelivery({ about: at('2026-04-20T12:00:00Z'), evidence: 'package-delivered' });

  const result = planned(promised(), planningRules(), at('2026-04-25T12:00:00Z'), { ...nothingSeen, delivered: late });

  expect(result.kind).toBe('scheduled');
});
