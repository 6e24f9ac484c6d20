import { describe, expect, test } from '@jest/globals';
import { A, given, planned, scheduled, waiting } from '../ledger/planned.js';
import { aMerchantOrder, anOrder, aPackage, at } from '../support/builders.js';
import { noon, openStage } from '../support/steps.js';
import { page, throttled, tokenServiceDown } from '../support/steps-amazon.js';

const due = planned(waiting({ lookAt: noon }), { fulfillmentStatus: 'UNSHIPPED' });

describe('a waiting order', () => {
  test('whose look is due is read by itself and planned anew', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.amazon.orders({ kind: 'order', facts: anOrder({ lastUpdatedAt: at('2026-03-15T00:00:00Z') }) });

    await stage.schedule(A);

    expect(stage.amazon.calls.orders).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'scheduled',
      askAt: at('2026-03-14T10:00:00Z'),
    });
    expect(await stage.ledger.attempts(A)).toMatchObject([
      { kind: 'decision' },
      { kind: 'order', outcome: 'scheduled' },
    ]);
  });

  test('is not read again by a second delivery', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.amazon.orders({ kind: 'order', facts: anOrder({ fulfillmentStatus: 'UNSHIPPED' }) });

    await stage.schedule(A);
    await stage.schedule(A);

    expect(stage.amazon.calls.orders).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'waiting', nextLookAt: noon.plus({ days: 1 }) });
  });

  test('is not read before its time, nor when it does not wait', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(waiting({ lookAt: noon.plus(1) })));
    await given(stage.ledger, planned(scheduled(), { orderId: 'scheduled' }));

    await stage.schedule(A);
    await stage.schedule('scheduled');
    await stage.schedule('no-such-order');

    expect(stage.amazon.calls.orders).toEqual([]);
  });

  test('is put off while the account cools down, and left alone while Amazon refuses it', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    await stage.ledger.coolDown('tea', noon.plus({ minutes: 4 }));
    await stage.schedule(A);
    const cooling = await stage.ledger.read(A);
    await stage.ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);
    stage.pass({ minutes: 5 });

    await stage.schedule(A);

    expect(cooling?.nextLookAt).toEqual(noon.plus({ minutes: 4 }));
    expect(stage.amazon.calls.orders).toEqual([]);
  });

  test.each([
    ['for pace', throttled, { seconds: 5 }],
    ['for want of a token', tokenServiceDown, { seconds: 1 }],
    ['because Amazon does not know it', { kind: 'not-found' } as const, { hours: 24 }],
    ['because it cannot be read', { kind: 'unreadable', problem: 'createdTime' } as const, { hours: 24 }],
    ['for want of an answer', { kind: 'no-answer', cause: 'timeout' } as const, { hours: 24 }],
  ])('that is not read %s is read again later', async (_name, outcome, pause) => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.amazon.orders(outcome);

    await stage.schedule(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'waiting', nextLookAt: noon.plus(pause) });
  });

  test('that Amazon tells older facts about is read again a day later, not every half minute', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.amazon.orders({ kind: 'order', facts: anOrder({ lastUpdatedAt: at('2026-03-01T11:00:00Z') }) });

    await stage.schedule(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'waiting', nextLookAt: noon.plus({ hours: 24 }) });
  });

  test('that was suppressed meanwhile is skipped', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.ledger.suppress(A);
    stage.amazon.orders({ kind: 'order', facts: anOrder() });

    await stage.schedule(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  });

  test('that may be asked at once is handed to the sweep at once', async () => {
    const stage = await openStage();
    await given(stage.ledger, due);
    stage.amazon.orders({ kind: 'order', facts: anOrder() });

    await stage.schedule(A);

    expect(stage.rungNow).toEqual(['sweep all']);
  });
});

test("a merchant's order whose package is under way waits, however late, and is asked after it arrives", async () => {
  const stage = await openStage();
  const withPackage = (status: 'IN_TRANSIT' | 'DELIVERED', lastUpdatedAt = at('2026-03-06T00:00:00Z')) =>
    aMerchantOrder({ packages: [aPackage({ status })], lastUpdatedAt });
  const underWay = { kind: 'order', facts: withPackage('IN_TRANSIT') } as const;
  const delivered = { kind: 'order', facts: withPackage('DELIVERED') } as const;
  stage.amazon.pages(page([withPackage('IN_TRANSIT')], { readThrough: noon }));
  stage.amazon.orders(...Array.from({ length: 15 }, () => underWay), delivered, delivered);

  await stage.discover();
  for (let day = 0; day < 40; day += 1) {
    const next = (await stage.ledger.read(A))?.nextLookAt;
    if (!next) break;
    stage.passTo(next);
    await stage.sweep();
    await stage.hear();
  }

  const row = await stage.ledger.read(A);
  const arrived = noon.plus({ days: 16 });
  expect(row).toMatchObject({ state: 'sent', delivery: { evidence: 'package-delivered' } });
  expect(row?.delivery?.latest).toEqual(arrived);
  expect(row?.delivery?.earliest).toEqual(arrived.minus({ days: 1 }));
  expect(stage.amazon.calls.asked).toEqual([A]);
  expect(row?.sentAt && row.sentAt >= arrived.plus({ days: 5 })).toBe(true);
});
