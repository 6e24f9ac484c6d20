import { afterEach, expect, test } from '@jest/globals';
import type { Arrival } from '../../src/simulator/operation.js';
import { StandIn, stopAll } from './stand-in.js';

afterEach(stopAll);

async function statuses(amazon: StandIn, orderId: string, count: number): Promise<number[]> {
  const heard: number[] = [];
  for (let i = 0; i < count; i++) heard.push((await amazon.look(orderId)).status);
  return heard;
}

test('an account may be granted more or less while it runs: the header says so, and what has gathered stays', async () => {
  const amazon = await StandIn.start({ rates: {} });
  const orderId = amazon.world.addOrder({ account: 'seller' });
  await statuses(amazon, orderId, 4);

  amazon.simulator.amazon.grant('seller', 'getSolicitationActions', { rate: 3, burst: 5 });
  const { status, headers } = await amazon.look(orderId);
  expect([status, headers.get('x-amzn-ratelimit-limit')]).toEqual([200, '3.0']);
  expect(await statuses(amazon, orderId, 1)).toEqual([429]);
  amazon.clock.step({ seconds: 1 });
  expect(await statuses(amazon, orderId, 4)).toEqual([200, 200, 200, 429]);

  amazon.simulator.amazon.grant('seller', 'getSolicitationActions', { rate: 0.5, burst: 5 });
  amazon.clock.step({ seconds: 4 });
  expect(await statuses(amazon, orderId, 3)).toEqual([200, 200, 429]);
});

test('another client of the account takes from the same bucket', async () => {
  const amazon = await StandIn.start({ rates: {} });
  const orderId = amazon.world.addOrder({ account: 'seller' });
  const takes = (count: number) =>
    Array.from({ length: count }, () => amazon.simulator.amazon.useElsewhere('seller', 'getSolicitationActions'));

  expect(takes(3)).toEqual([true, true, true]);
  expect(await statuses(amazon, orderId, 3)).toEqual([200, 200, 429]);
  expect(takes(1)).toEqual([false]);
});

test('whoever wants to is told of every metered request as it came', async () => {
  const arrivals: Arrival[] = [];
  const amazon = await StandIn.start({ rates: {}, onArrival: (arrival) => void arrivals.push(arrival) });
  const orderId = amazon.world.addOrder({ account: 'seller' });
  const at = amazon.clock.now().toMillis();

  await amazon.look(orderId);
  await amazon.ask(orderId);
  await amazon.ask(orderId);

  expect(arrivals).toEqual([
    { at, account: 'seller', operation: 'getSolicitationActions', status: 200 },
    { at, account: 'seller', operation: 'createSolicitation', status: 201 },
    { at, account: 'seller', operation: 'createSolicitation', status: 403 },
  ]);
});
