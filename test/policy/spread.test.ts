import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime, Duration } from 'luxon';
import { backlogHorizon, type Due, type Pace, spread } from '../../src/policy/spread.js';
import { at } from '../support/builders.js';

const now = at('2026-03-10T12:00:00Z');
const inAnHour = now.plus({ hours: 1 });
const inAMonth = now.plus({ days: 30 });

function aPace(pace: Partial<Pace> = {}): Pace {
  return { rate: 1, burst: 4, backlogThrough: null, ...pace };
}

function due(orderId: string, order: Partial<Due> = {}): Due {
  return { orderId, lookAt: now, closesAt: inAMonth, ...order };
}

/** So many orders, all of them overdue. */
function backlog(count: number): readonly Due[] {
  return Array.from({ length: count }, (_, index) => due(`order-${index}`, { lookAt: now.minus({ hours: 1 }) }));
}

/** Seconds from now, by order. */
function seconds(orders: readonly Due[], pace = aPace(), horizon = inAnHour): Record<string, number> {
  const { wakeUps } = spread(orders, pace, now, horizon);
  return Object.fromEntries(wakeUps.map(({ orderId, at: time }) => [orderId, time.diff(now).as('seconds')]));
}

describe('overdue orders', () => {
  test('the burst rings at once, the others one by one', () => {
    expect(Object.values(seconds(backlog(7)))).toEqual([0, 0, 0, 0, 1, 2, 3]);
  });

  test('orders that come due this very moment ring as a burst, too', () => {
    const orders = ['a', 'b', 'c', 'd', 'e'].map((orderId) => due(orderId));

    expect(seconds(orders)).toEqual({ a: 0, b: 0, c: 0, d: 0, e: 1 });
  });

  test('a slower pace', () => {
    expect(Object.values(seconds(backlog(4), aPace({ rate: 0.5, burst: 2 })))).toEqual([0, 0, 2, 4]);
  });

  test('they queue up behind those who were given times before', () => {
    const pace = aPace({ backlogThrough: now.plus({ seconds: 10 }) });

    expect(Object.values(seconds(backlog(3), pace))).toEqual([10, 11, 12]);
  });

  test('a backlog of long ago gives no more than a burst', () => {
    const pace = aPace({ backlogThrough: now.minus({ hours: 5 }) });

    expect(Object.values(seconds(backlog(6), pace))).toEqual([0, 0, 0, 0, 1, 2]);
  });

  test('the next sweep goes on where this one ended', () => {
    const orders = backlog(10);
    const first = spread(orders.slice(0, 6), aPace(), now, inAnHour);

    const second = seconds(orders.slice(6), aPace({ backlogThrough: first.backlogThrough }));

    expect(Object.values(second)).toEqual([3, 4, 5, 6]);
  });

  test('what does not fit before the horizon waits for a later sweep', () => {
    const horizon = now.plus({ seconds: 2 });

    const { wakeUps, backlogThrough } = spread(backlog(100), aPace(), now, horizon);

    expect(wakeUps).toHaveLength(6);
    expect(wakeUps.at(-1)?.at).toEqual(horizon);
    expect(backlogThrough).toEqual(horizon.plus({ seconds: 1 }));
  });
});

describe('orders of later', () => {
  test('each rings at its own time where there is room', () => {
    const orders = [due('b', { lookAt: now.plus({ seconds: 20 }) }), due('a', { lookAt: now.plus({ seconds: 10 }) })];

    expect(seconds(orders)).toEqual({ a: 10, b: 20 });
  });

  test('those of the same instant ring one by one', () => {
    const lookAt = now.plus({ seconds: 10 });

    const times = seconds([due('a', { lookAt }), due('b', { lookAt }), due('c', { lookAt })]);

    expect(times).toEqual({ a: 10, b: 11, c: 12 });
  });

  test('they do not ring beside a backlog, but behind it', () => {
    const later = due('later', { lookAt: now.plus({ seconds: 1 }) });

    expect(seconds([...backlog(8), later])['later']).toBe(5);
  });

  test('they do not move the mark of the backlog', () => {
    const later = due('later', { lookAt: now.plus({ minutes: 50 }) });

    const { backlogThrough } = spread([...backlog(5), later], aPace(), now, inAnHour);

    expect(backlogThrough).toEqual(now.plus({ seconds: 2 }));
  });
});

describe('an order near its deadline', () => {
  test.each([
    ['half an hour before it closes', 30, 0],
    ['a minute more than that', 31, 60],
    ['after it has closed', -1, 0],
  ])('behind a backlog of a minute, %s', (_name, minutesLeft, expected) => {
    const order = due('near', { closesAt: now.plus({ minutes: minutesLeft, seconds: minutesLeft > 30 ? 1 : 0 }) });

    expect(seconds([order], aPace({ backlogThrough: now.plus({ minutes: 1 }) }))).toEqual({ near: expected });
  });

  test('is near by the time that the backlog would give it', () => {
    const pace = aPace({ backlogThrough: now.plus({ minutes: 50 }) });

    expect(seconds([due('near', { closesAt: now.plus({ minutes: 80 }) })], pace)).toEqual({ near: 0 });
  });

  test('does not ring before its own time', () => {
    const order = due('near', { lookAt: now.plus({ seconds: 5 }), closesAt: now.plus({ seconds: 10 }) });

    expect(seconds([order])).toEqual({ near: 5 });
  });

  test('an order without a deadline is never urgent', () => {
    const pace = aPace({ backlogThrough: now.plus({ minutes: 50 }) });

    expect(seconds([due('calm', { closesAt: null })], pace)).toEqual({ calm: 3000 });
  });
});

describe('how far ahead backlogs are handed out', () => {
  const anHour = Duration.fromObject({ hours: 1 });
  const halfAMinute = Duration.fromObject({ seconds: 30 });
  const secondsFor = (accounts: number, rate = 1, sweepEvery = halfAMinute) =>
    backlogHorizon(Array<number>(accounts).fill(rate), anHour, sweepEvery).as('seconds');

  test.each([
    ['nobody', 0, 1, 3_600],
    ['one account', 1, 1, 3_600],
    ['eight accounts', 8, 1, 3_600],
    ['a hundred accounts', 100, 1, 300],
    ['a hundred slow ones', 100, 0.05, 3_600],
    ['five hundred accounts: three sweeps', 500, 1, 90],
    ['ten thousand accounts: three sweeps', 10_000, 1, 90],
  ])('%s', (_whose, accounts, rate, expected) => {
    expect(secondsFor(accounts, rate)).toBe(expected);
  });

  test('half a minute at least, where sweeps follow each other quickly', () => {
    expect(secondsFor(10_000, 1, Duration.fromObject({ seconds: 1 }))).toBe(30);
  });

  test('all together fit into one sweep, or each has three sweeps; never further than the queue reaches', () => {
    const rates = fc.array(fc.constantFrom(0.0056, 0.5, 1, 3, 20), { maxLength: 800 });
    const anySpan = (from: number, until: number) =>
      fc.integer({ min: from, max: until }).map((seconds) => Duration.fromObject({ seconds }));

    const property = fc.property(rates, anySpan(1, 7_200), anySpan(1, 600), (given, queueHorizon, sweepEvery) => {
      const seconds = backlogHorizon(given, queueHorizon, sweepEvery).as('seconds');

      const handedOut = given.reduce((sum, rate) => sum + rate * seconds, 0);
      const least = Math.max(3 * sweepEvery.as('seconds'), 30);
      expect(seconds).toBeLessThanOrEqual(queueHorizon.as('seconds'));
      expect(seconds).toBeGreaterThanOrEqual(Math.min(least, queueHorizon.as('seconds')));
      expect(handedOut <= 30_000 || seconds <= least).toBe(true);
    });

    fc.assert(property, { numRuns: 1_000 });
  });
});

describe('over all backlogs', () => {
  const anyPace: fc.Arbitrary<Pace> = fc.record({
    rate: fc.constantFrom(0.0056, 0.5, 1, 3, 20),
    burst: fc.integer({ min: 1, max: 30 }),
    backlogThrough: fc.option(fc.integer({ min: -7_200, max: 3_600 }).map((late) => now.plus({ seconds: late }))),
  });
  const anyLookAt = fc
    .oneof(fc.constant(0), fc.integer({ min: -7_200_000, max: 0 }), fc.integer({ min: 1, max: 3_600_000 }))
    .map((millis) => now.plus(millis));
  const farOff = fc.option(fc.integer({ min: 20, max: 30 }).map((days) => now.plus({ days })));
  const anyClosing = fc.option(fc.integer({ min: -10, max: 200 }).map((minutes) => now.plus({ minutes })));

  /** As the sweep hands them over: oldest deadline first. */
  function dueWith(closesAt: fc.Arbitrary<DateTime | null>): fc.Arbitrary<readonly Due[]> {
    const order = fc.record({ lookAt: anyLookAt, closesAt });
    return fc
      .array(order, { maxLength: 60 })
      .map((orders) =>
        orders
          .toSorted((a, b) => (a.closesAt?.toMillis() ?? Infinity) - (b.closesAt?.toMillis() ?? Infinity))
          .map((each, index) => ({ ...each, orderId: `order-${index}` })),
      );
  }

  const numRuns = 1_000;

  test('nothing rings twice, before its own time or before now', () => {
    const property = fc.property(dueWith(anyClosing), anyPace, (orders, pace) => {
      const { wakeUps } = spread(orders, pace, now, inAnHour);

      expect(new Set(wakeUps.map(({ orderId }) => orderId)).size).toBe(wakeUps.length);
      for (const { orderId, at: time } of wakeUps) {
        const order = orders.find((each) => each.orderId === orderId);
        expect(time >= now && order !== undefined && time >= order.lookAt).toBe(true);
      }
    });

    fc.assert(property, { numRuns });
  });

  test('in no span of time more rings than the pace and one burst allow', () => {
    const property = fc.property(dueWith(farOff), anyPace, (orders, pace) => {
      const { wakeUps } = spread(orders, pace, now, inAnHour);

      const times = wakeUps.map(({ at: time }) => time.diff(now).as('seconds')).sort((a, b) => a - b);
      for (const [first, from] of times.entries()) {
        for (const [last, until] of times.entries()) {
          if (last < first) continue;
          expect(last - first + 1).toBeLessThanOrEqual(pace.burst + pace.rate * (until - from) + 0.1);
        }
      }
    });

    fc.assert(property, { numRuns });
  });

  test('nothing but what is urgent rings after the horizon', () => {
    const anyHorizon = fc.integer({ min: 0, max: 600 }).map((late) => now.plus({ seconds: late }));

    const property = fc.property(dueWith(farOff), anyPace, anyHorizon, (orders, pace, horizon) => {
      const { wakeUps } = spread(orders, pace, now, horizon);

      expect(wakeUps.filter(({ at: time }) => time > horizon)).toEqual([]);
    });

    fc.assert(property, { numRuns });
  });

  test('what closes within half an hour rings at its own time, however long the backlog', () => {
    const soon = fc.integer({ min: -10, max: 30 }).map((minutes) => now.plus({ minutes }));
    const urgent = dueWith(soon).map((orders) =>
      orders.map((each) => ({ ...each, orderId: `urgent-${each.orderId}` })),
    );

    const property = fc.property(urgent, dueWith(farOff), anyPace, (near, far, pace) => {
      const times = seconds([...near, ...far], pace);

      for (const { orderId, lookAt } of near) {
        expect(times[orderId]).toBe(Math.max(lookAt.diff(now).as('seconds'), 0));
      }
    });

    fc.assert(property, { numRuns });
  });

  test('overdue orders ring in the order of their deadlines', () => {
    const property = fc.property(dueWith(farOff), anyPace, (orders, pace) => {
      const overdue = orders.filter(({ lookAt }) => lookAt <= now);
      const times = seconds(orders, pace);

      const given = overdue.flatMap(({ orderId }) => times[orderId] ?? []);
      const left = overdue.findIndex(({ orderId }) => !(orderId in times));
      expect(given).toEqual(given.toSorted((a, b) => a - b));
      expect(given).toHaveLength(left < 0 ? overdue.length : left);
    });

    fc.assert(property, { numRuns });
  });

  test('all overdue orders are handed out where there is room', () => {
    const pace = fc.record({ rate: fc.constantFrom(0.5, 1, 3), burst: fc.integer({ min: 1, max: 30 }) });

    const property = fc.property(dueWith(farOff), pace, (orders, { rate, burst }) => {
      const overdue = orders.filter(({ lookAt }) => lookAt <= now);
      const justEnough = now.plus({ seconds: Math.max(overdue.length - burst, 0) / rate }).plus(1);

      const { wakeUps } = spread(overdue, { rate, burst, backlogThrough: null }, now, justEnough);

      expect(wakeUps).toHaveLength(overdue.length);
    });

    fc.assert(property, { numRuns });
  });

  test('the mark of the backlog never goes back behind one burst before now', () => {
    const property = fc.property(dueWith(anyClosing), anyPace, (orders, pace) => {
      const { backlogThrough } = spread(orders, pace, now, inAnHour);

      const least = DateTime.max(
        now.minus(((pace.burst - 1) * 1000) / pace.rate),
        pace.backlogThrough ?? now.minus({ years: 1 }),
      );
      expect(backlogThrough >= least.minus(1)).toBe(true);
    });

    fc.assert(property, { numRuns });
  });
});
