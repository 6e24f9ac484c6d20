import { expect, test } from '@jest/globals';
import { measuredGateway } from '../../src/measuring/measured-gateway.js';
import { createMeters, type Meters } from '../../src/measuring/meters.js';
import { at, GERMANY } from '../support/builders.js';
import { answerLost, gone, revoked, ScriptedAmazon, throttled } from '../support/steps-amazon.js';

const order = { orderId: '302-0000001-0000001', marketplaceId: GERMANY };
const noon = at('2026-03-20T12:00:00Z');
const onTime = { wall: () => noon.toMillis() };
const neverMade = { status: null, durationMs: 0 };

function measured(amazon: ScriptedAmazon, meters: Meters = createMeters(['tea']), timers = onTime) {
  return { gateway: measuredGateway(amazon, 'tea', meters, timers), meters };
}

async function value(meters: Meters, sample: string): Promise<number | null> {
  const line = (await meters.registry.metrics()).split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.slice(sample.length));
}

test('every ask counts for its account and its outcome', async () => {
  const { gateway, meters } = measured(
    new ScriptedAmazon().asks({ kind: 'accepted' }, answerLost, { kind: 'accepted' }),
  );

  for (let ask = 0; ask < 3; ask += 1) await gateway.ask(order, () => true);

  expect(await value(meters, 'askonce_asks_total{account="tea",outcome="accepted"}')).toBe(2);
  expect(await value(meters, 'askonce_asks_total{account="tea",outcome="unknown"}')).toBe(1);
});

test('an outcome that never happened is there with zero, so that its first increase is seen', async () => {
  const { meters } = measured(new ScriptedAmazon());

  expect(await value(meters, 'askonce_asks_total{account="tea",outcome="throttled"}')).toBe(0);
});

test('looks count apart from asks', async () => {
  const { gateway, meters } = measured(new ScriptedAmazon().looks(gone));

  await gateway.look(order);

  expect(await value(meters, 'askonce_looks_total{account="tea",outcome="gone"}')).toBe(1);
  expect(await value(meters, 'askonce_asks_total{account="tea",outcome="accepted"}')).toBe(0);
});

test('each call to Amazon is timed by operation and outcome', async () => {
  const amazon = new ScriptedAmazon().orders({ outcome: throttled, call: { status: 429, durationMs: 1500 } });
  const { gateway, meters } = measured(amazon);

  await gateway.getOrder(order.orderId);

  const labels = 'operation="getOrder",outcome="throttled"';
  expect(await value(meters, `askonce_amazon_call_duration_seconds_sum{${labels}}`)).toBe(1.5);
  expect(await value(meters, `askonce_amazon_call_duration_seconds_count{${labels}}`)).toBe(1);
});

test('a call that was never made, for want of a token, is not timed but counts as a failure of the token', async () => {
  const { gateway, meters } = measured(
    new ScriptedAmazon().looks({ outcome: revoked, call: neverMade }).tokens(revoked),
  );

  await gateway.look(order);
  await gateway.prepare();

  expect(await meters.registry.metrics()).not.toContain('askonce_amazon_call_duration_seconds_count');
  expect(await value(meters, 'askonce_token_failures_total{account="tea",trouble="revoked"}')).toBe(2);
});

test("this machine's clock is held against the time that Amazon names", async () => {
  const amazon = new ScriptedAmazon().looks({ outcome: gone, call: { amazonTime: noon.minus({ minutes: 2 }) } });
  const { gateway, meters } = measured(amazon);

  expect(meters.aheadOfAmazon()).toBeNull();
  await gateway.look(order);

  expect(meters.aheadOfAmazon()).toBeCloseTo(119.5, 3);
});

test('the measured gateway answers what Amazon answered, and asks exactly as often', async () => {
  const amazon = new ScriptedAmazon().asks(answerLost);
  const { gateway } = measured(amazon);

  expect((await gateway.ask(order, () => true)).outcome).toEqual(answerLost);
  expect((await gateway.ask(order, () => false)).outcome.kind).toBe('not-sent');
  expect(amazon.calls.asked).toEqual([order.orderId]);
});
