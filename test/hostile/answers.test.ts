import { describe, expect, test } from '@jest/globals';
import { decodeAsk, decodeLook } from '../../src/amazon/answers.js';
import { decodeOrderLook, decodeOrdersPage } from '../../src/amazon/orders-answers.js';
import { askAmazon } from '../../src/amazon/token-service.js';
import { at } from '../support/builders.js';
import { timesAsLong } from '../support/growth.js';
import { decoding } from '../support/hostile/decoding.js';
import { isWellFormed } from '../support/hostile/kept-text.js';
import { soundOrder, soundPage } from '../support/hostile/sound-answers.js';

describe('whatever Amazon answers', () => {
  test.each(decoding.map((property) => [property.says, property] as const))('%s', async (_says, property) => {
    expect(await property.check(1, 400)).toBeNull();
  });
});

/** Whoever complains of each part of an answer, or begins anew at each of its letters, needs hundreds of times as long as it takes to read it. */
const A_FEW_TIMES = 30;
const parsing = (body: string) => () => JSON.parse(body);

describe('an answer made to be slow', () => {
  test('is read in no time, however often it begins to say that a secret expired', () => {
    const message = 'lwa secret '.repeat(360);
    const body = JSON.stringify({ errors: Array.from({ length: 20 }, () => Array(10).fill({ message })) });

    expect(body.length).toBeGreaterThan(700_000);
    expect(timesAsLong(parsing(body), () => decodeAsk({ status: 403, body }))).toBeLessThan(A_FEW_TIMES);
    expect(timesAsLong(parsing(body), () => decodeLook({ status: 403, body }))).toBeLessThan(A_FEW_TIMES);
  });

  test('with an order of a million items costs neither time nor memory, and the other orders are kept', () => {
    const endless = { ...soundOrder, orderId: '303-0000000-0000001', orderItems: Array(1_000_000).fill(0) };
    const body = JSON.stringify({ ...soundPage, orders: [endless, soundOrder] });
    const before = process.memoryUsage().heapUsed;

    const { outcome } = decodeOrdersPage({ status: 200, body }, false);

    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
    expect(outcome).toMatchObject({
      kind: 'page',
      orders: [{ orderId: soundOrder.orderId }],
      unreadable: [{ orderId: endless.orderId, problem: 'orderItems: missing or wrong' }],
    });
    expect(timesAsLong(parsing(body), () => decodeOrdersPage({ status: 200, body }, false))).toBeLessThan(A_FEW_TIMES);
  });

  test('with a million orders on a page is no page', () => {
    const body = `{"orders":[${'0,'.repeat(1_000_000)}0]}`;

    expect(timesAsLong(parsing(body), () => decodeOrdersPage({ status: 200, body }, false))).toBeLessThan(A_FEW_TIMES);
    expect(decodeOrdersPage({ status: 200, body }, false).outcome).toEqual({
      kind: 'no-answer',
      cause: 'unreadable-body',
    });
  });
});

describe('what the ledger could not hold', () => {
  test('is not made of a pair of characters by cutting between them', () => {
    const message = `${'ab '.repeat(66)}${'\u{1f600}'.repeat(10)}`;

    expect(isWellFormed(decodeAsk({ status: 500, body: JSON.stringify({ message }) }).said ?? '')).toBe(true);
  });

  test.each([
    ['a control character', 'a\u0000b'],
    ['half a pair', 'a\ud800'],
    ['no end', 'x'.repeat(10_000)],
  ])('is a page token with %s: the page is read again, and none behind it is forgotten', (_name, nextToken) => {
    const body = JSON.stringify({ ...soundPage, pagination: { nextToken } });

    expect(decodeOrdersPage({ status: 200, body }, false).outcome).toEqual({
      kind: 'no-answer',
      cause: 'unreadable-body',
    });
  });

  test.each(['+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', '9999-01-01T00:00:00Z'])(
    'is no instant to read through: %s',
    (lastUpdatedBefore) => {
      const body = JSON.stringify({ ...soundPage, lastUpdatedBefore });

      expect(decodeOrdersPage({ status: 200, body }, false).outcome).toMatchObject({ kind: 'page', readThrough: null });
    },
  );

  test('is a SKU without end: the order is unreadable', () => {
    const order = { ...soundOrder, orderItems: [{ product: { sellerSku: 'x'.repeat(1_000_000) } }] };

    expect(decodeOrderLook({ status: 200, body: JSON.stringify({ order }) }, order.orderId).outcome).toEqual({
      kind: 'unreadable',
      problem: 'orderItems.0.product.sellerSku: missing or wrong',
    });
  });
});

test.each(['Atza|a\r\nb', 'Atza|ü', ' ', 'x'.repeat(5_000)])(
  'a token that fits into no header (%j) is none',
  async (token) => {
    const now = at('2026-03-20T12:00:00Z');
    const auth = { getAccessToken: async () => token, expiresAt: undefined };

    expect(await askAmazon(auth, { now: () => now })).toEqual({
      kind: 'account-trouble',
      trouble: 'token-unavailable',
    });
  },
);
