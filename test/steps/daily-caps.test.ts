import { expect, test } from '@jest/globals';
import { Duration } from 'luxon';
import type { DailyCap, MarketplaceCaps } from '../../src/policy/daily-cap.js';
import { noCaps } from '../../src/policy/daily-cap.js';
import type { StepAccount } from '../../src/steps/step.js';
import { closingAt, FRANCE, firstSeen, given, planned, scheduled } from '../ledger/planned.js';
import { aRule, GERMANY, hours, planningRules } from '../support/builders.js';
import { noon, openStage, type Stage } from '../support/steps.js';
import { throttled } from '../support/steps-amazon.js';

const rule = aRule({ hours: hours('09:00-20:00') });

/** The account `tea`, asking from nine to eight in Germany and France, under these caps. */
function capped(caps: Readonly<Record<string, Partial<MarketplaceCaps>>>): Partial<StepAccount> & { name: string } {
  const german = planningRules({ rule }).marketplaces.get(GERMANY);
  if (german === undefined) throw new Error('the rules are those of Germany');
  return {
    name: 'tea',
    marketplaceIds: [GERMANY, FRANCE],
    rules: planningRules({
      marketplaces: new Map([
        [GERMANY, german],
        [FRANCE, { ...german, zone: 'Europe/Paris' }],
      ]),
    }),
    caps: new Map(Object.entries(caps).map(([id, some]) => [id, { ...noCaps, ...some }])),
  };
}

const perDay = (limit: number, ...marketplaceIds: string[]): DailyCap => ({ limit, marketplaceIds });

/** An order whose window closes so many days after noon. */
async function dueOrder(stage: Stage, orderId: string, days: number, seenAt = firstSeen, marketplaceId = GERMANY) {
  const plan = scheduled(closingAt(noon.plus({ days })));
  await given(stage.ledger, planned(plan, { orderId, marketplaceId }), 'tea', seenAt);
}

/** The orders that were asked, by local day, in the order in which they were. */
async function asked(stage: Stage): Promise<Record<string, string[]>> {
  const days: Record<string, string[]> = {};
  for (const orderId of stage.amazon.calls.asked) {
    const sentAt = (await stage.ledger.read(orderId))?.sentAt?.setZone('Europe/Berlin');
    if (sentAt == null) continue;
    expect(sentAt.hour >= 9 && sentAt.hour < 20).toBe(true);
    const day = sentAt.toFormat('yyyy-MM-dd');
    days[day] = [...(days[day] ?? []), orderId];
  }
  return days;
}

/** Sweeps less often than in life: some days have to pass. */
const settings = { sweepEvery: Duration.fromObject({ minutes: 10 }) };

test('so many are asked a day, the oldest deadline first, the rest on the next days, in their hours', async () => {
  const stage = await openStage({ accounts: [capped({ [GERMANY]: { maxPerDay: perDay(3, GERMANY) } })], settings });
  for (const days of [9, 12, 11, 15, 13, 10, 14, 16]) await dueOrder(stage, `closes-in-${days}`, days);

  await stage.run(noon.plus({ days: 3 }));

  expect(await asked(stage)).toEqual({
    '2026-03-20': ['closes-in-9', 'closes-in-10', 'closes-in-11'],
    '2026-03-21': ['closes-in-12', 'closes-in-13', 'closes-in-14'],
    '2026-03-22': ['closes-in-15', 'closes-in-16'],
  });
});

test('an order of a full day costs no call to Amazon, and says why it waits', async () => {
  const stage = await openStage({ accounts: [capped({ [GERMANY]: { maxPerDay: perDay(1, GERMANY) } })], settings });
  await dueOrder(stage, 'first', 9);
  await dueOrder(stage, 'second', 10);

  await stage.send('first');
  await stage.send('second');

  expect(stage.amazon.calls.looked).toEqual(['first']);
  expect(await stage.ledger.read('second')).toMatchObject({
    state: 'scheduled',
    reason: 'max-per-day',
    nextLookAt: noon.plus({ hours: 11 }),
    looks: 0,
  });
});

test('a cap for the catch-up leaves new orders free', async () => {
  const account = capped({ [GERMANY]: { catchUpPerDay: perDay(2, GERMANY) } });
  const stage = await openStage({ accounts: [account], settings });
  for (const index of [1, 2, 3, 4, 5]) {
    await dueOrder(stage, `old-${index}`, 8 + index, noon.minus({ hours: 1 }));
    await dueOrder(stage, `new-${index}`, 20 + index);
  }

  await stage.run(noon.plus({ days: 2 }));

  const days = await asked(stage);
  expect(days['2026-03-20']?.toSorted()).toEqual(['new-1', 'new-2', 'new-3', 'new-4', 'new-5', 'old-1', 'old-2']);
  expect(days['2026-03-21']).toEqual(['old-3', 'old-4']);
});

test('orders of the catch-up count towards the general cap, too', async () => {
  const caps = { maxPerDay: perDay(3, GERMANY), catchUpPerDay: perDay(2, GERMANY) };
  const stage = await openStage({ accounts: [capped({ [GERMANY]: caps })], settings });
  for (const index of [1, 2, 3]) {
    await dueOrder(stage, `old-${index}`, 8 + index, noon.minus({ hours: 1 }));
    await dueOrder(stage, `new-${index}`, 20 + index);
  }

  await stage.run(noon.plus({ hours: 6 }));

  expect(Object.values(await asked(stage)).map((ids) => ids.length)).toEqual([3]);
});

test('caps of two marketplaces are kept apart, one cap for both is shared', async () => {
  const apart = { [GERMANY]: { maxPerDay: perDay(1, GERMANY) }, [FRANCE]: { maxPerDay: perDay(2, FRANCE) } };
  const both = { maxPerDay: perDay(3, GERMANY, FRANCE) };
  const askedToday = async (caps: Parameters<typeof capped>[0]) => {
    const stage = await openStage({ accounts: [capped(caps)], settings });
    for (const index of [1, 2, 3, 4]) {
      await dueOrder(stage, `de-${index}`, 9);
      await dueOrder(stage, `fr-${index}`, 9, firstSeen, FRANCE);
    }
    await stage.run(noon.plus({ hours: 6 }));
    return stage.amazon.calls.asked.map((orderId) => orderId.slice(0, 2)).toSorted();
  };

  expect(await askedToday(apart)).toEqual(['de', 'fr', 'fr']);
  expect(await askedToday({ [GERMANY]: both, [FRANCE]: both })).toHaveLength(3);
});

test('an order that Amazon refused for pace gets its place of the day again', async () => {
  const stage = await openStage({ accounts: [capped({ [GERMANY]: { maxPerDay: perDay(1, GERMANY) } })], settings });
  await dueOrder(stage, 'only', 9);
  stage.amazon.asks(throttled);

  await stage.run(noon.plus({ hours: 2 }));

  expect(stage.amazon.calls.asked).toEqual(['only', 'only']);
  expect((await stage.ledger.read('only'))?.sentAt).toEqual(noon.plus({ minutes: 10 }));
});

test('twenty wake-ups at once ask no more than the cap allows', async () => {
  const stage = await openStage({ accounts: [capped({ [GERMANY]: { maxPerDay: perDay(3, GERMANY) } })], settings });
  const ids = Array.from({ length: 20 }, (_, index) => `302-${index}`);
  for (const orderId of ids) await dueOrder(stage, orderId, 9);

  await Promise.all(ids.map((orderId) => stage.send(orderId)));
  await stage.run(noon.plus({ hours: 1 }));

  expect(stage.amazon.calls.asked).toHaveLength(3);
});

test('an order whose window closes before its turn expires, and its story names the cap', async () => {
  const stage = await openStage({ accounts: [capped({ [GERMANY]: { maxPerDay: perDay(1, GERMANY) } })], settings });
  await dueOrder(stage, 'first', 0.3);
  await dueOrder(stage, 'second', 0.4);

  await stage.run(noon.plus({ days: 1 }));

  expect(stage.amazon.calls.asked).toEqual(['first']);
  expect(await stage.ledger.read('second')).toMatchObject({ state: 'expired', reason: 'window-closed' });
  expect(await stage.ledger.attempts('second')).toMatchObject([
    { kind: 'decision', outcome: 'expired', detail: 'max-per-day' },
  ]);
});
