import { afterEach, expect, test } from '@jest/globals';
import { TokenBucket } from '../../src/simulator/token-bucket.js';
import { otherSeller, StandIn, stopAll } from './stand-in.js';

afterEach(stopAll);

test('by default Amazon\u2019s own plans hold: five looks at once, then one a second', async () => {
  const amazon = await StandIn.start({ rates: {} });
  const orderId = amazon.world.addOrder({ account: 'seller' });
  const statuses = async (count: number) => {
    const heard: number[] = [];
    for (let i = 0; i < count; i++) heard.push((await amazon.look(orderId)).status);
    return heard;
  };

  expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 429]);
  amazon.clock.step({ seconds: 2 });
  expect(await statuses(3)).toEqual([200, 200, 429]);
  expect(amazon.tally()?.throttled).toBe(2);
});

test('a throttled answer is Amazon\u2019s, without a rate limit header', async () => {
  const amazon = await StandIn.start({ rates: { createSolicitation: { rate: 1, burst: 1 } } });
  const [first, second] = amazon.world.makeOrders('seller', 2, { 'fba-eligible': 1 }) as [string, string];

  expect((await amazon.ask(first)).headers.get('x-amzn-ratelimit-limit')).toBe('1.0');
  const { status, headers, text } = await amazon.ask(second);

  expect(status).toBe(429);
  expect(text).toBe(
    '{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota for the requested resource.","details":""}]}',
  );
  expect(headers.get('x-amzn-ratelimit-limit')).toBeNull();
  expect(headers.get('x-amzn-requestid')).not.toBeNull();
  expect(amazon.world.truthOf(second)).toMatchObject({ accepted: 0, posts: [{ why: 'throttled', status: 429 }] });
});

test('accounts and operations have buckets of their own', async () => {
  const amazon = await StandIn.start({ rates: { getSolicitationActions: { rate: 1, burst: 1 } } });
  const orderId = amazon.world.addOrder({ account: 'seller' });
  const theirs = amazon.world.addOrder({ account: 'other' });

  await amazon.look(orderId);
  expect((await amazon.look(orderId)).status).toBe(429);
  expect((await amazon.ask(orderId)).status).toBe(201);
  await amazon.signIn(otherSeller);
  expect((await amazon.look(theirs)).status).toBe(200);
});

test('a bucket refills at its rate, holds no more than its burst, and lives with a clock that steps back', () => {
  const bucket = new TokenBucket({ rate: 0.5, burst: 2 }, 0);
  const taken = (now: number, tries: number) =>
    Array.from({ length: tries }, () => bucket.tryTake(now)).filter(Boolean).length;

  expect(taken(0, 5)).toBe(2);
  expect(taken(1_999, 1)).toBe(0);
  expect(taken(2_000, 2)).toBe(1);
  expect(taken(1_000, 1)).toBe(0);
  expect(taken(1_000_000, 5)).toBe(2);
});
