import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from 'luxon';
import { firstAllowed } from '../../src/policy/asking-hours.js';
import { type MarketplaceCaps, noCaps } from '../../src/policy/daily-cap.js';
import {
  type AskWish,
  capKey,
  dailyCapacity,
  type Forecast,
  type ForecastAccount,
  type ForecastRules,
  forecast,
} from '../../src/policy/forecast.js';
import { aRule, at, GERMANY, hours } from '../support/builders.js';
import { timesAsLong } from '../support/growth.js';

const FRANCE = 'A13V1IB3VIYZZH';
/** A Tuesday, 13:00 in Berlin. */
const now = at('2026-03-10T12:00:00Z');
const berlin = 'Europe/Berlin';
const daytime = hours('09:00-20:00');
/** Fast enough that the pace never matters. */
const noPace = 1e9;

function wish(orderId: string, order: Partial<AskWish> = {}): AskWish {
  return {
    orderId,
    marketplaceId: GERMANY,
    lookAt: now,
    closesAt: now.plus({ days: 20 }),
    catchUp: false,
    ...order,
  };
}

function perDay(limit: number, marketplaceIds: readonly string[] = [GERMANY]): MarketplaceCaps {
  return { ...noCaps, maxPerDay: { limit, marketplaceIds } };
}

function catchUpPerDay(limit: number): MarketplaceCaps {
  return { ...noCaps, catchUpPerDay: { limit, marketplaceIds: [GERMANY] } };
}

function germany(rules: Partial<ForecastRules> = {}): [string, ForecastRules] {
  return [GERMANY, { zone: berlin, rules: aRule({ hours: daytime }), caps: noCaps, ...rules }];
}

function account(marketplace: Partial<ForecastRules> = {}, terms: Partial<ForecastAccount> = {}): ForecastAccount {
  return { marketplaces: new Map([germany(marketplace)]), rate: noPace, used: new Map(), ...terms };
}

/** Date and local time of each order, or why it is at risk. */
function inShort(results: readonly Forecast[], zone = berlin): Record<string, string> {
  return Object.fromEntries(
    results.map((result) => [
      result.wish.orderId,
      result.kind === 'ask'
        ? result.askAt.setZone(zone).toFormat('dd HH:mm')
        : `${result.date.slice(-2)} at risk: ${result.reason}`,
    ]),
  );
}

describe('without caps', () => {
  test.each([
    ['now, within the hours', { lookAt: now.minus({ days: 2 }) }, '10 13:00'],
    ['later today', { lookAt: at('2026-03-10T15:30:00Z') }, '10 16:30'],
    ['in the evening: the next morning', { lookAt: at('2026-03-10T20:00:00Z') }, '11 09:00'],
    [
      'in the evening, but the window closes in the night: the deadline wins',
      { lookAt: at('2026-03-10T20:00:00Z'), closesAt: at('2026-03-11T07:59:59Z') },
      '10 21:00',
    ],
    [
      'in months, as long as the promise may be',
      { lookAt: now.plus({ days: 80 }), closesAt: now.plus({ days: 99 }) },
      '29 14:00',
    ],
    [
      'after the window: it will expire',
      { lookAt: now.plus({ hours: 2 }), closesAt: now.plus({ hours: 2 }) },
      '10 at risk: window-closed',
    ],
  ])('an order that is due %s', (_name, order, expected) => {
    expect(inShort(forecast([wish('a', order)], account(), now))).toEqual({ a: expected });
  });

  test('no order, no forecast', () => {
    expect(forecast([], account(), now)).toEqual([]);
  });

  test('the date is the one of the marketplace', () => {
    const tokyo = account({ zone: 'Asia/Tokyo', rules: aRule() });

    const [result] = forecast([wish('a', { lookAt: at('2026-03-10T16:00:00Z') })], tokyo, now);

    expect(result).toMatchObject({ kind: 'ask', date: '2026-03-11' });
  });
});

describe('under a cap', () => {
  const four = ['d', 'c', 'b', 'a'].map((id, nth) => wish(id, { closesAt: now.plus({ days: 10 - nth }) }));

  test('the oldest deadlines go first, the others at the first hour of a later day', () => {
    const results = forecast(four, account({ caps: perDay(2) }), now);

    expect(inShort(results)).toEqual({ a: '10 13:00', b: '10 13:00', c: '11 09:00', d: '11 09:00' });
  });

  test('what was used of today counts', () => {
    const used = new Map([[capKey('max-per-day', [GERMANY], '2026-03-10'), 1]]);
    const results = forecast(four, account({ caps: perDay(2) }, { used }), now);

    expect(inShort(results)).toEqual({ a: '10 13:00', b: '11 09:00', c: '11 09:00', d: '12 09:00' });
  });

  test('a day on which more was used than a new cap allows has no room', () => {
    const used = new Map([[capKey('max-per-day', [GERMANY], '2026-03-10'), 9]]);

    expect(inShort(forecast([wish('a')], account({ caps: perDay(2) }, { used }), now))).toEqual({ a: '11 09:00' });
  });

  test('an order for which no day has room before its window closes is at risk', () => {
    const closesAt = at('2026-03-10T22:00:00Z');
    const results = forecast([wish('a', { closesAt }), wish('b', { closesAt })], account({ caps: perDay(1) }), now);

    expect(inShort(results)).toEqual({ a: '10 13:00', b: '10 at risk: max-per-day' });
  });

  test('an order that closes in the night after is asked at midnight, because the deadline wins', () => {
    const closesAt = at('2026-03-11T05:00:00Z');
    const results = forecast([wish('a', { closesAt }), wish('b', { closesAt })], account({ caps: perDay(1) }), now);

    expect(inShort(results)).toEqual({ a: '10 13:00', b: '11 00:00' });
  });

  test('who is due takes the place: a nearer deadline that comes due later cannot hold it', () => {
    const orders = [
      wish('due-now', { closesAt: now.plus({ days: 10 }) }),
      wish('due-later', { lookAt: now.plus({ hours: 3 }), closesAt: now.plus({ days: 5 }) }),
    ];

    expect(inShort(forecast(orders, account({ caps: perDay(1) }), now))).toEqual({
      'due-now': '10 13:00',
      'due-later': '11 09:00',
    });
  });

  test('who has waited over the weekend does not come before a nearer deadline of Monday', () => {
    const mondays = account({ rules: aRule({ hours: daytime, weekdays: new Set([1]) }), caps: perDay(1) });
    const orders = [
      wish('waits-since-tuesday', { closesAt: now.plus({ days: 18 }) }),
      wish('due-on-sunday', { lookAt: at('2026-03-15T12:00:00Z'), closesAt: now.plus({ days: 15 }) }),
    ];

    expect(inShort(forecast(orders, mondays, now))).toEqual({
      'due-on-sunday': '16 09:00',
      'waits-since-tuesday': '23 09:00',
    });
  });

  test('marketplaces that share a cap share its places, each on its own hours', () => {
    const shared = perDay(2, [GERMANY, FRANCE]);
    const terms = account(
      {},
      {
        marketplaces: new Map([
          germany({ caps: shared }),
          [FRANCE, { zone: 'Europe/Paris', rules: aRule({ hours: hours('15:00-16:00') }), caps: shared }],
        ]),
      },
    );
    const orders = [
      wish('de-1', { closesAt: now.plus({ days: 3 }) }),
      wish('de-2', { lookAt: now.plus({ hours: 5 }), closesAt: now.plus({ days: 4 }) }),
      wish('fr-1', { marketplaceId: FRANCE, closesAt: now.plus({ days: 9 }) }),
    ];

    expect(inShort(forecast(orders, terms, now))).toEqual({
      'de-1': '10 13:00',
      'fr-1': '10 15:00',
      'de-2': '11 09:00',
    });
  });

  test('the cap on the catch-up holds back orders of the catch-up alone', () => {
    const orders = ['a', 'b', 'c'].flatMap((id) => [wish(`new-${id}`), wish(`old-${id}`, { catchUp: true })]);

    expect(inShort(forecast(orders, account({ caps: catchUpPerDay(1) }), now))).toEqual({
      'new-a': '10 13:00',
      'new-b': '10 13:00',
      'new-c': '10 13:00',
      'old-a': '10 13:00',
      'old-b': '11 09:00',
      'old-c': '12 09:00',
    });
  });

  test('an order at risk names the cap that has no room', () => {
    const closesAt = at('2026-03-10T22:00:00Z');
    const used = new Map([[capKey('catch-up-per-day', [GERMANY], '2026-03-10'), 1]]);
    const orders = [wish('new', { closesAt }), wish('old', { closesAt, catchUp: true })];

    expect(inShort(forecast(orders, account({ caps: catchUpPerDay(1) }, { used }), now))).toEqual({
      new: '10 13:00',
      old: '10 at risk: catch-up-per-day',
    });
  });
});

describe("Amazon's rate", () => {
  const many = (count: number, order: Partial<AskWish> = {}) =>
    Array.from({ length: count }, (_, nth) => wish(`order-${nth}`, order));
  const countBy = (results: readonly Forecast[]) => {
    const counts: Record<string, number> = {};
    for (const result of results) {
      const key = result.kind === 'ask' ? result.date : `at risk: ${result.reason}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  };

  test('lets through as many a day as its allowed hours have room for', () => {
    const halfHour = { rules: aRule({ hours: hours('13:00-13:30') }) };

    const results = forecast(many(4000), account(halfHour, { rate: 1 }), now);

    expect(countBy(results)).toEqual({ '2026-03-10': 1800, '2026-03-11': 1800, '2026-03-12': 400 });
  });

  test('has only the rest of today', () => {
    const results = forecast(many(700), account({}, { rate: 1 }), at('2026-03-10T18:50:00Z'));

    expect(countBy(results)).toEqual({ '2026-03-10': 600, '2026-03-11': 100 });
  });

  test('leaves orders at risk that cannot be asked one after the other before their windows close', () => {
    const results = forecast(many(100, { closesAt: now.plus({ minutes: 1 }) }), account({}, { rate: 1 }), now);

    expect(countBy(results)).toEqual({ '2026-03-10': 60, 'at risk: rate': 40 });
  });

  test('is shared by the marketplaces of the account, but not their hours', () => {
    const terms = account(
      {},
      {
        rate: 1,
        marketplaces: new Map([
          germany(),
          [FRANCE, { zone: 'Europe/Paris', rules: aRule({ hours: hours('19:00-19:30') }), caps: noCaps }],
        ]),
      },
    );
    const inFrance = { ...wish('fr', { marketplaceId: FRANCE }) };

    expect(inShort(forecast([...many(2000), inFrance], terms, now))['fr']).toBe('10 19:00');
  });

  test.each([
    ['09:00-20:00', 39_600],
    ['00:00-24:00', 86_400],
    ['22:00-02:00', 14_400],
    ['09:00-12:00,11:00-13:00', 14_400],
  ])('has room for so many in a day of %s', (spans, expected) => {
    expect(dailyCapacity(1, { hours: hours(spans) })).toBe(expected);
  });
});

describe('over all orders, caps and hours', () => {
  // The same few rules again and again: what is reckoned about them is remembered.
  const anyRules = fc.constantFrom(
    ...['00:00-24:00', '09:00-20:00', '22:00-02:00', '08:00-08:30,17:00-18:00'].flatMap((spans) =>
      [[1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [1], [6, 7]].map((weekdays) =>
        aRule({ hours: hours(spans), weekdays: new Set(weekdays) }),
      ),
    ),
  );
  const inHours = Array.from({ length: 700 }, (_, nth) => now.plus({ hours: nth - 48 }));
  const hoursFromNow = (count: number) => inHours[count + 48] as DateTime;
  const anyLimit = fc.option(fc.integer({ min: 1, max: 3 }));
  const anyWish = fc.record({
    marketplaceId: fc.constantFrom(GERMANY, FRANCE),
    lookHours: fc.integer({ min: -48, max: 200 }),
    openHours: fc.integer({ min: 1, max: 400 }),
    catchUp: fc.boolean(),
  });
  const anySituation = fc
    .record({
      inGermany: anyRules,
      inFrance: anyRules,
      limit: anyLimit,
      shared: fc.boolean(),
      catchUpLimit: anyLimit,
      usedToday: fc.integer({ min: 0, max: 3 }),
      orders: fc.array(anyWish, { maxLength: 12 }),
    })
    .map(({ inGermany, inFrance, limit, shared, catchUpLimit, usedToday, orders }) => {
      const both = [GERMANY, FRANCE];
      const capsOf = (own: string): MarketplaceCaps => ({
        maxPerDay: limit === null ? null : { limit, marketplaceIds: shared ? both : [own] },
        catchUpPerDay: catchUpLimit === null ? null : { limit: catchUpLimit, marketplaceIds: [own] },
      });
      const wishes = orders.map(({ marketplaceId, lookHours, openHours, catchUp }, nth) => {
        const closesAt = hoursFromNow(Math.max(lookHours, 0) + openHours);
        return wish(`order-${nth}`, { marketplaceId, catchUp, lookAt: hoursFromNow(lookHours), closesAt });
      });
      const terms: ForecastAccount = {
        marketplaces: new Map([
          [GERMANY, { zone: berlin, rules: inGermany, caps: capsOf(GERMANY) }],
          [FRANCE, { zone: 'Europe/Paris', rules: inFrance, caps: capsOf(FRANCE) }],
        ]),
        rate: noPace,
        used: new Map([both, [GERMANY]].map((ids) => [capKey('max-per-day', ids, '2026-03-10'), usedToday])),
      };
      return { wishes, terms, results: forecast(wishes, terms, now) };
    });
  type Situation = typeof anySituation extends fc.Arbitrary<infer S> ? S : never;

  function rulesOf(order: AskWish, terms: ForecastAccount): ForecastRules {
    return terms.marketplaces.get(order.marketplaceId) as ForecastRules;
  }

  /** The caps that an order must fit into, with what counts for each on a date. */
  function capsOn(date: string, order: AskWish, { results, terms }: Situation): { taken: number; limit: number }[] {
    const keysOf = (each: AskWish) => {
      const { maxPerDay, catchUpPerDay } = rulesOf(each, terms).caps;
      return [
        ...(maxPerDay === null ? [] : [{ ...maxPerDay, reason: 'max-per-day' as const }]),
        ...(catchUpPerDay === null || !each.catchUp ? [] : [{ ...catchUpPerDay, reason: 'catch-up-per-day' as const }]),
      ].map(({ reason, limit, marketplaceIds }) => ({ limit, key: capKey(reason, marketplaceIds, date) }));
    };
    const asked = results.filter((result) => result.kind === 'ask' && result.date === date);
    return keysOf(order).map(({ key, limit }) => {
      const counted = asked.filter((result) => keysOf(result.wish).some((other) => other.key === key));
      return { limit, taken: counted.length + (terms.used.get(key) ?? 0) };
    });
  }

  /** Date by date the first instant at which the order may be asked. */
  function* chances(order: AskWish, terms: ForecastAccount): Generator<{ date: string; at: DateTime }> {
    const { zone, rules } = rulesOf(order, terms);
    let from = order.lookAt > now ? order.lookAt : now;
    while (from < order.closesAt) {
      const instant = firstAllowed(from, order.closesAt, rules, zone) ?? from;
      const local = instant.setZone(zone);
      yield { date: local.toISODate() as string, at: instant };
      from = local.startOf('day').plus({ days: 1 });
    }
  }

  const asksOf = ({ results }: Situation) => results.filter((result) => result.kind === 'ask');

  /** Nothing breaks the rule, in whatever situation. */
  const neverBroken = (broken: (situation: Situation) => readonly unknown[]) =>
    fc.assert(
      fc.property(anySituation, (situation) => expect(broken(situation)).toEqual([])),
      { numRuns: 10_000 },
    );

  test('every order has exactly one place, on a date of its marketplace', () => {
    neverBroken((situation) => {
      const left = new Map(situation.wishes.map(({ orderId }) => [orderId, 1]));
      for (const { wish: placed } of situation.results) left.set(placed.orderId, (left.get(placed.orderId) ?? 0) - 1);
      const misdated = asksOf(situation).filter(
        ({ wish: order, askAt, date }) => date !== askAt.setZone(rulesOf(order, situation.terms).zone).toISODate(),
      );
      return [...[...left].filter(([, count]) => count !== 0), ...misdated];
    });
  });

  test('nobody is asked before the order is due, after its window, or outside the hours unless the window closes first', () => {
    neverBroken((situation) =>
      asksOf(situation).filter(({ wish: order, askAt }) => {
        const { zone, rules } = rulesOf(order, situation.terms);
        const allowed = firstAllowed(askAt, order.closesAt, rules, zone);
        return (
          askAt < order.lookAt || askAt < now || askAt >= order.closesAt || (allowed !== null && +allowed !== +askAt)
        );
      }),
    );
  });

  test('on no date are more asked than a cap allows', () => {
    neverBroken((situation) =>
      asksOf(situation).filter(({ wish: order, date }) =>
        capsOn(date, order, situation).some(({ taken, limit }) => taken > limit),
      ),
    );
  });

  test('an order waits for another day, or is at risk, only where a cap has no room on any day before', () => {
    neverBroken((situation) =>
      situation.results.filter((result) => {
        for (const { date } of chances(result.wish, situation.terms)) {
          if (result.kind === 'ask' && date >= result.date) return false;
          if (capsOn(date, result.wish, situation).every(({ taken, limit }) => taken < limit)) return true;
        }
        return false;
      }),
    );
  });

  test('of those who are due at the same time the oldest deadline takes the place', () => {
    neverBroken((situation) => {
      const placeOf = (result: Forecast) => (result.kind === 'ask' ? +result.askAt : Number.POSITIVE_INFINITY);
      const overtaken = (late: Forecast) =>
        asksOf(situation).filter(
          (early) =>
            placeOf(early) < placeOf(late) &&
            early.wish.closesAt > late.wish.closesAt &&
            early.wish.marketplaceId === late.wish.marketplaceId &&
            early.wish.catchUp === late.wish.catchUp,
        );
      return situation.results.filter((late) => {
        const others = overtaken(late);
        if (others.length === 0) return false;
        const due = [...chances(late.wish, situation.terms)];
        return others.some((early) => due.some(({ date, at: since }) => date === early.date && since <= early.askAt));
      });
    });
  });

  test('the cap on the catch-up leaves new orders where they would be without any catch-up', () => {
    neverBroken(({ wishes, terms }) => {
      const withoutDailyCap = [...terms.marketplaces].map(([id, local]): [string, ForecastRules] => [
        id,
        { ...local, caps: { ...local.caps, maxPerDay: null } },
      ]);
      const uncapped = { ...terms, marketplaces: new Map(withoutDailyCap) };
      const fresh = wishes.filter(({ catchUp }) => !catchUp);
      const beside = inShort(forecast(wishes, uncapped, now));
      return Object.entries(inShort(forecast(fresh, uncapped, now))).filter(([id, place]) => beside[id] !== place);
    });
  });
});

test('sixteen times the orders under a tight cap do not take the square of sixteen as long', () => {
  const instants = Array.from({ length: 1000 }, (_, nth) => now.plus({ minutes: nth * 20 }));
  const forecastOf = (count: number) => {
    const orders = Array.from({ length: count }, (_, nth) =>
      wish(`order-${nth}`, {
        lookAt: instants[nth % 500] as DateTime,
        closesAt: instants[500 + ((nth * 7919) % 500)] as DateTime,
        catchUp: nth % 2 === 0,
      }),
    );
    const caps = { ...perDay(count / 100), catchUpPerDay: catchUpPerDay(count / 500).catchUpPerDay };
    return () => expect(forecast(orders, account({ caps }, { rate: 1 }), now)).toHaveLength(count);
  };

  expect(timesAsLong(forecastOf(2_000), forecastOf(32_000))).toBeLessThan(64);
});
