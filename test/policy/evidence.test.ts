import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from 'luxon';
import { type Delivery, deliveryOf, nothingSeen, type SeenBefore } from '../../src/policy/evidence.js';
import type { OrderFacts, PackageFacts } from '../../src/policy/order.js';
import { aDelivery, aMerchantOrder, anOrder, aPackage, at, planningRules } from '../support/builders.js';

const { transitDays } = planningRules();
const now = at('2026-03-06T12:00:00Z');

function deliveryAt(facts: OrderFacts, seen: Partial<SeenBefore> = {}, when = now): Delivery {
  return deliveryOf(facts, { ...nothingSeen, ...seen }, transitDays, when);
}

/** Evidence, earliest, about and latest, to the minute. */
function inShort(delivery: Delivery): string {
  if (delivery.kind === 'under-way') return 'under-way';
  if (delivery.kind === 'failed') return delivery.reason;
  const { evidence, earliest, about, latest } = delivery.estimate;
  return [evidence, ...[earliest, about, latest].map((instant) => instant.toFormat('LL-dd HH:mm'))].join(' | ');
}

describe('a promise', () => {
  const from = at('2026-03-04T00:00:00Z');
  const by = at('2026-03-05T23:00:00Z');

  test.each<[string, Partial<OrderFacts>, string]>([
    [
      'is taken at its end',
      { promisedFrom: from, promisedBy: by },
      'promised | 03-04 00:00 | 03-05 23:00 | 03-05 23:00',
    ],
    [
      'without a beginning',
      { promisedFrom: null, promisedBy: by },
      'promised | 03-05 23:00 | 03-05 23:00 | 03-05 23:00',
    ],
    ['without an end', { promisedFrom: from, promisedBy: null }, 'promised | 03-04 00:00 | 03-04 00:00 | 03-04 00:00'],
    [
      'with its ends mixed up',
      { promisedFrom: by, promisedBy: from },
      'promised | 03-04 00:00 | 03-04 00:00 | 03-04 00:00',
    ],
  ])('%s', (_name, facts, expected) => {
    expect(inShort(deliveryAt(aMerchantOrder({ packages: [], ...facts })))).toBe(expected);
  });

  test('that moved counts as it stands today', () => {
    const onRecord = aDelivery({ about: at('2026-03-03T23:00:00Z') });

    const delivery = deliveryAt(aMerchantOrder({ packages: [] }), { delivered: onRecord });

    expect(inShort(delivery)).toContain('03-05 23:00');
  });
});

describe('a transit estimate', () => {
  test.each<[string, Partial<OrderFacts>, string]>([
    ['from the first update seen as shipped', {}, '03-06 12:00'],
    ['to the last ship time that is possible', { lastUpdatedAt: at('2026-03-20T12:00:00Z') }, '03-07 10:00'],
    ['by service level', { serviceLevel: 'NEXT_DAY' }, '03-03 12:00'],
    ['on the same day', { serviceLevel: 'SAME_DAY' }, '03-02 12:00'],
    ['of a service level that nobody knows', { serviceLevel: 'DRONE' }, '03-07 12:00'],
    ['of a service level whose name JavaScript knows', { serviceLevel: 'constructor' }, '03-07 12:00'],
    ['of no service level', { serviceLevel: null }, '03-07 12:00'],
  ])('%s', (_name, facts, about) => {
    expect(inShort(deliveryAt(anOrder(facts)))).toContain(`transit-estimate | ${about} | ${about}`);
  });

  test('is as vague as the ship time: created plus two days, to the first update seen as shipped', () => {
    const delivery = deliveryAt(anOrder({ lastUpdatedAt: at('2026-03-20T12:00:00Z') }));

    expect(inShort(delivery)).toBe('transit-estimate | 03-07 10:00 | 03-07 10:00 | 03-24 12:00');
  });

  test('a pre-order may ship long after it was made', () => {
    const preOrder = anOrder({ programs: ['PRIME', 'PREORDER'], lastUpdatedAt: at('2026-03-20T12:00:00Z') });

    expect(inShort(deliveryAt(preOrder))).toBe('transit-estimate | 03-24 12:00 | 03-24 12:00 | 03-24 12:00');
  });

  test('a later update of the order does not move it', () => {
    const order = anOrder();
    const updated = anOrder({ lastUpdatedAt: at('2026-03-20T12:00:00Z') });

    const delivery = deliveryAt(updated, { shippedSeenAt: order.lastUpdatedAt });

    expect(delivery).toEqual(deliveryAt(order));
  });

  test('rules without a number for unknown service levels take four days', () => {
    const delivery = deliveryOf(anOrder({ serviceLevel: 'DRONE' }), nothingSeen, {}, now);

    expect(inShort(delivery)).toContain('03-06 12:00');
  });
});

describe('packages', () => {
  const statuses = (...packages: Partial<PackageFacts>[]) => aMerchantOrder({ packages: packages.map(aPackage) });
  const promise = 'promised | 03-04 00:00 | 03-05 23:00 | 03-05 23:00';
  const delivered = 'package-delivered | 03-02 08:00 | 03-05 23:00 | 03-06 12:00';

  test.each<[string, OrderFacts, string]>([
    ['none known: the promise counts', statuses(), promise],
    ['none with a status: the promise counts', statuses({ status: null }, { status: null }), promise],
    ['delivered', statuses({}), delivered],
    ['all delivered', statuses({}, {}), delivered],
    ['one delivered, one of which Amazon tells nothing: the promise counts', statuses({}, { status: null }), promise],
    ['one delivered, one in transit', statuses({}, { status: 'IN_TRANSIT' }), 'under-way'],
    [
      'one in transit, one of which Amazon tells nothing',
      statuses({ status: 'SHIPPED' }, { status: null }),
      'under-way',
    ],
    ['not yet picked up', statuses({ status: 'PENDING' }), 'under-way'],
    ['shipped', statuses({ status: 'SHIPPED' }), 'under-way'],
    ['in transit', statuses({ status: 'IN_TRANSIT' }), 'under-way'],
    ['undeliverable', statuses({ status: 'UNDELIVERABLE' }), 'package-undeliverable'],
    ['one of two undeliverable', statuses({}, { status: 'UNDELIVERABLE' }), 'package-undeliverable'],
    ['lost', statuses({ status: 'IN_TRANSIT', detailedStatus: 'LOST' }), 'package-undeliverable'],
    ['damaged', statuses({ detailedStatus: 'DAMAGED' }), 'package-undeliverable'],
    ['undeliverable in detail', statuses({ status: null, detailedStatus: 'UNDELIVERABLE' }), 'package-undeliverable'],
    ['refused by the buyer', statuses({ detailedStatus: 'REJECTED_BY_BUYER' }), 'package-returned'],
    ['on its way back', statuses({ status: 'IN_TRANSIT', detailedStatus: 'RETURNING_TO_SELLER' }), 'package-returned'],
    ['back', statuses({ status: 'UNDELIVERABLE', detailedStatus: 'RETURNED_TO_SELLER' }), 'package-returned'],
    ['cancelled', statuses({ status: 'CANCELLED' }), 'package-cancelled'],
    ['all cancelled', statuses({ status: 'CANCELLED' }, { status: 'CANCELLED' }), 'package-cancelled'],
    ['a cancelled label beside a delivered package', statuses({ status: 'CANCELLED' }, {}), delivered],
    ['a cancelled label beside one in transit', statuses({ status: 'CANCELLED' }, { status: 'SHIPPED' }), 'under-way'],
  ])('%s', (_name, order, expected) => {
    expect(inShort(deliveryAt(order))).toBe(expected);
  });

  test('under way stays under way, however late', () => {
    const late = at('2026-08-01T00:00:00Z');
    const order = statuses({ status: 'IN_TRANSIT' });

    expect(deliveryAt(order, {}, late)).toEqual({ kind: 'under-way' });
    expect(deliveryAt(order, { delivered: aDelivery() }, late)).toEqual({ kind: 'under-way' });
  });
});

describe('a delivered package', () => {
  const order = aMerchantOrder();

  test.each<[string, OrderFacts, Partial<SeenBefore>, string]>([
    ['arrived after it shipped', order, {}, '03-02 08:00 | 03-05 23:00 | 03-06 12:00'],
    [
      'arrived after the look that said otherwise',
      order,
      { undeliveredAt: at('2026-03-06T09:00:00Z') },
      '03-06 09:00 | 03-06 09:00 | 03-06 12:00',
    ],
    [
      'arrived after the last of several shipped',
      aMerchantOrder({ packages: [aPackage(), aPackage({ shippedAt: at('2026-03-04T08:00:00Z') })] }),
      {},
      '03-04 08:00 | 03-05 23:00 | 03-06 12:00',
    ],
    [
      'arrived within the promise, where nobody knows when it shipped',
      aMerchantOrder({ packages: [aPackage({ shippedAt: null })] }),
      {},
      '03-04 00:00 | 03-05 23:00 | 03-06 12:00',
    ],
    [
      'arrived by now, whatever was promised',
      aMerchantOrder({ promisedFrom: at('2026-03-09T00:00:00Z'), promisedBy: at('2026-03-12T00:00:00Z') }),
      {},
      '03-02 08:00 | 03-06 12:00 | 03-06 12:00',
    ],
    [
      'arrived by now, where its ship time lies ahead',
      aMerchantOrder({ packages: [aPackage({ shippedAt: at('2026-03-07T00:00:00Z') })] }),
      {},
      '03-06 12:00 | 03-06 12:00 | 03-06 12:00',
    ],
  ])('%s', (_name, facts, seen, expected) => {
    expect(inShort(deliveryAt(facts, seen))).toBe(`package-delivered | ${expected}`);
  });

  test('keeps the estimate of the look that found it delivered', () => {
    const first = deliveryAt(order);
    if (first.kind !== 'estimated') throw new Error(first.kind);

    const later = deliveryAt(order, { delivered: first.estimate }, now.plus({ days: 10 }));

    expect(later).toEqual(first);
  });
});

describe('better evidence', () => {
  const packageDelivered = aDelivery({ about: at('2026-03-01T00:00:00Z'), evidence: 'package-delivered' });
  const promised = aDelivery({ about: at('2026-03-01T00:00:00Z'), evidence: 'promised' });
  const transit = aDelivery({ about: at('2026-03-01T00:00:00Z'), evidence: 'transit-estimate' });
  const bare = anOrder();
  const withPromise = aMerchantOrder({ packages: [] });
  const withPackage = aMerchantOrder();

  test.each<[string, OrderFacts, SeenBefore['delivered'], string]>([
    ['a promise replaces a transit estimate', withPromise, transit, 'promised | 03-04'],
    ['a delivered package replaces a transit estimate', withPackage, transit, 'package-delivered | 03-02'],
    ['a delivered package replaces a promise', withPackage, promised, 'package-delivered | 03-02'],
    ['a promise does not replace a delivered package', withPromise, packageDelivered, 'package-delivered | 03-01'],
    ['a transit estimate does not replace a delivered package', bare, packageDelivered, 'package-delivered | 03-01'],
    ['a transit estimate does not replace a promise', bare, promised, 'promised | 03-01'],
    ['a fresh transit estimate replaces an old one', bare, transit, 'transit-estimate | 03-06'],
  ])('%s', (_name, facts, delivered, expected) => {
    expect(inShort(deliveryAt(facts, { delivered }))).toMatch(expected);
  });
});

test('the ends of an estimate are in order, whatever Amazon says', () => {
  const instant: fc.Arbitrary<DateTime> = fc
    .integer({ min: -100_000, max: 100_000 })
    .map((minutes) => now.plus({ minutes }));
  const maybeInstant = fc.option(instant);
  const parcel: fc.Arbitrary<PackageFacts> = fc.record({
    status: fc.constantFrom('DELIVERED', 'DELIVERED', 'DELIVERED', 'IN_TRANSIT', 'CANCELLED', null),
    detailedStatus: fc.constantFrom(null, null, 'DELIVERED', 'LOST', 'RETURNED_TO_SELLER'),
    shippedAt: maybeInstant,
  });
  const anyOrder = fc
    .record({
      createdAt: instant,
      lastUpdatedAt: instant,
      promisedFrom: maybeInstant,
      promisedBy: maybeInstant,
      packages: fc.array(parcel, { maxLength: 3 }),
      programs: fc.subarray(['PREORDER', 'PRIME']),
      serviceLevel: fc.option(fc.constantFrom('STANDARD', 'NEXT_DAY', 'DRONE', '__proto__', 'toString', '')),
    })
    .map(anOrder);
  const anyDelivery = fc
    .tuple(
      fc.array(instant, { minLength: 3, maxLength: 3 }),
      fc.constantFrom<NonNullable<SeenBefore['delivered']>['evidence']>(
        'package-delivered',
        'promised',
        'transit-estimate',
      ),
    )
    .map(([instants, evidence]) => {
      const [earliest, about, latest] = instants.toSorted((a, b) => a.toMillis() - b.toMillis());
      return aDelivery({ ...(earliest && about && latest && { earliest, about, latest }), evidence });
    });
  const anySeen: fc.Arbitrary<SeenBefore> = fc.record({
    shippedSeenAt: maybeInstant,
    undeliveredAt: maybeInstant,
    delivered: fc.option(anyDelivery),
  });

  const property = fc.property(anyOrder, anySeen, (order, seen) => {
    const delivery = deliveryAt(order, seen);

    if (delivery.kind !== 'estimated') return;
    const { earliest, about, latest } = delivery.estimate;
    expect(earliest.isValid && about.isValid && latest.isValid).toBe(true);
    expect(earliest <= about && about <= latest).toBe(true);
  });

  fc.assert(property, { numRuns: 10_000 });
});
