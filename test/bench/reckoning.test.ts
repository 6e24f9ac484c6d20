import { describe, expect, test } from '@jest/globals';
import { arrivedBetween } from '../../bench/asks/reckoning.js';
import { fateOf } from '../../bench/baseline/reckoning.js';
import { latenessOf } from '../../bench/late/reckoning.js';
import { recoveryOf } from '../../bench/queue/recovery.js';
import { rounded } from '../../bench/support/figures.js';
import { isScheduled, orderIdOf } from '../../bench/support/ledger-rows.js';
import { parseStat } from '../../bench/support/machine.js';
import { sizesOf } from '../../bench/support/options.js';
import { ordersDueFrom } from '../../bench/support/orders.js';
import { percentile, spreadOf } from '../../bench/support/percentiles.js';
import type { OrderTruth } from '../../src/simulator/truth.js';

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    ['the median of an even number is the lower of the two in the middle', hundred, 0.5, 50],
    ['99 of a hundred lie at or below the p99', hundred, 0.99, 99],
    ['the whole is the largest', hundred, 1, 100],
    ['of few values the p99 is the largest', [3, 1, 2], 0.99, 3],
    ['of one value it is that value', [7], 0.5, 7],
    ['numbers are put in order as numbers', [10, 9, 100], 0.5, 10],
  ])('%s', (_name, values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  test('of nothing there is none', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured');
  });
});

describe('what arrived between two tallies', () => {
  const tally = (account: string, accepted: number, throttled = 0) => ({ account, accepted, throttled });

  test('is what was added, of all accounts together, and of the one with least by what it is allowed', () => {
    const before = [tally('one', 100, 1), tally('two', 50)];
    const after = [tally('one', 160, 3), tally('two', 80), tally('late', 30)];

    expect(arrivedBetween(before, after, 60)).toEqual({
      accepted: 120,
      throttled: 2,
      leastServed: 0.5,
      medianServed: 0.5,
    });
  });
});

describe('the fate of orders', () => {
  type Decision = 'accepted' | 'refused' | 'pending';
  const order = (...decisions: Decision[]): Pick<OrderTruth, 'accepted' | 'posts'> => ({
    accepted: decisions.filter((decision) => decision === 'accepted').length,
    posts: decisions.map((decision) => ({
      ...{ at: '2026-11-22T10:00:00.000Z', requestId: 'one', account: 'one', why: null, status: null, fault: null },
      decision,
    })),
  });

  test.each([
    ['one accepted request is none', order('accepted'), 0],
    ['a refused request before it makes none', order('refused', 'accepted'), 0],
    ['any request after it makes one, although Amazon refuses it', order('accepted', 'refused'), 1],
    ['several of them make one', order('accepted', 'refused', 'refused'), 1],
    ['requests that were all refused make none', order('refused', 'refused'), 0],
  ])('doubles: %s', (_name, asked, doubles) => {
    expect(fateOf([asked], 0).doubles).toBe(doubles);
  });

  test('an order that was not asked is lost when nobody means to ask it any more', () => {
    const orders = [order('accepted'), order('refused'), order(), order()];

    expect(fateOf(orders, 0)).toMatchObject({ orders: 4, accepted: 1, posts: 2, lost: 3, open: 0 });
    expect(fateOf(orders, 2)).toMatchObject({ lost: 1, open: 2 });
    expect(fateOf(orders, 9)).toMatchObject({ lost: 0, open: 3 });
  });
});

describe('lateness', () => {
  const planned = (orderId: string, askAt: number, overdueAtFirst = false) => ({ orderId, askAt, overdueAtFirst });

  test('is what lies between the ask time and the first request, in seconds', () => {
    const posts = new Map([
      ['a', 10_500],
      ['b', 22_000],
    ]);

    const late = latenessOf([planned('a', 10_000), planned('b', 20_000)], posts);

    expect(late).toEqual({ median: 0.5, p99: 2, max: 2, measured: 2, neverAsked: 0, leftOut: 0 });
  });

  test('an order that was not asked is counted, not forgotten', () => {
    expect(latenessOf([planned('a', 10_000)], new Map())).toMatchObject({ measured: 0, neverAsked: 1 });
  });

  test('an order that was overdue when it was first seen is left out', () => {
    const late = latenessOf(
      [planned('a', 10_000, true), planned('b', 20_000)],
      new Map([
        ['b', 20_100],
        ['a', 90_000],
      ]),
    );

    expect(late).toMatchObject({ max: 0.1, measured: 1, leftOut: 1 });
  });
});

describe('the recovery of a queue', () => {
  test('takes until the last of the due orders rings', () => {
    expect(recoveryOf([31_000, 41_000, 61_000], 1_000, 3)).toEqual({
      due: 3,
      silent: 0,
      medianSeconds: 40,
      allSeconds: 60,
    });
  });

  test('never ends where one of them stays silent', () => {
    expect(recoveryOf([31_000], 1_000, 2)).toMatchObject({ silent: 1, allSeconds: null });
  });
});

test('figures keep four digits that count, and whole numbers all of theirs', () => {
  expect([0.123456, 12.34567, 1234567.89, 1_000_000].map(rounded)).toEqual([0.1235, 12.35, 1_234_568, 1_000_000]);
});

test('processor time is read past a process name of any kind', () => {
  const fields = ['S', '12', ...Array.from({ length: 9 }, () => '0'), '250', '50', '30', '20', '0'];

  expect(parseStat(`4711 (a) b (c) ${fields.join(' ')}`)).toEqual({ parent: 12, own: 3, ended: 0.5 });
});

test('a size that was given wins over the quick one, and that over the full one', () => {
  const sizes = { orders: [1000, 10, 'orders'], seconds: [60, 2, 'seconds'] } as const;

  expect(sizesOf(sizes, {})).toEqual({ orders: 1000, seconds: 60 });
  expect(sizesOf(sizes, { quick: true, orders: 0 })).toEqual({ orders: 0, seconds: 2 });
});

test('no two orders of a filled ledger have the same id, whatever the seed', () => {
  for (const seed of ['1', 'another']) {
    const ids = Array.from({ length: 20_000 }, (_, number) => orderIdOf(number * 500, seed));

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^302-\d{7}-\d{7}$/.test(id))).toBe(true);
  }
});

test('of a filled ledger the last orders are open, and all but the waiting and the doubtful of them scheduled', () => {
  const plan = { orders: 10_000, open: 4_000 };
  const scheduled = Array.from({ length: plan.orders }, (_, number) => isScheduled(number, plan));

  expect(scheduled.slice(0, 6_000)).not.toContain(true);
  expect(scheduled.filter(Boolean)).toHaveLength(4_000 - 400 - 2);
});

test('orders of an account come due one by one, each within a span of its own', () => {
  const first = Date.parse('2026-11-22T10:00:00Z');
  const orders = ordersDueFrom(first, ['one'], { asksEach: 5, seconds: 50, seed: '1' });

  const askAt = orders.map(({ shippedAt }) => Date.parse(String(shippedAt)) + 9 * 86_400_000 - first);

  expect(askAt.map((ms) => Math.floor(ms / 10_000))).toEqual([0, 1, 2, 3, 4]);
  expect(askAt.every((ms) => ms % 10_000 < 5_000)).toBe(true);
});
