import { describe, expect, test } from '@jest/globals';
import type { LookOutcome } from '../../src/policy/outcome.js';
import { send } from '../../src/steps/send.js';
import { sweep } from '../../src/steps/sweep.js';
import {
  A,
  anAttempt,
  askTime,
  B,
  closing,
  closingAt,
  given,
  inDoubt,
  markOf,
  planned,
  scheduled,
  waiting,
} from '../ledger/planned.js';
import { aMerchantOrder, aPackage, aRule, at, hours, planningRules } from '../support/builders.js';
import { failing, noon, openStage, type Stage, type StageOptions } from '../support/steps.js';
import { answerLost, denied, gone, offered, revoked, throttled, tokenServiceDown } from '../support/steps-amazon.js';

/** A stage with the order A, which is due. */
async function withOrder(options: StageOptions = {}, order = planned()): Promise<Stage> {
  const stage = await openStage(options);
  await given(stage.ledger, order);
  return stage;
}

const story = async ({ ledger }: Stage, orderId = A) =>
  (await ledger.attempts(orderId)).map(({ kind, outcome }) => `${kind} ${outcome}`);

test('a wake-up that comes while a person has paused the account is not taken for lost: once resumed, the next sweep rings again', async () => {
  const stage = await withOrder();
  await stage.sweep();
  await stage.ledger.pause(['tea'], 'holiday', 'anna', stage.now());
  await stage.send(A);
  await stage.ledger.resume(['tea'], 'anna');
  const before = stage.rung.length;

  stage.pass({ seconds: 1 });
  await stage.sweep();

  expect(stage.rung.slice(before)).toMatchObject([{ verb: 'send', orderId: A }]);
});

describe('an order that is due and offered', () => {
  test('is asked once, and the ledger says so', async () => {
    const stage = await withOrder();

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted', sentAt: noon, posts: 1 });
    expect(await story(stage)).toEqual(['look offered', 'claim sending', 'answer accepted']);
  });

  test('is not asked again by a second delivery of the same wake-up', async () => {
    const stage = await withOrder();

    await stage.send(A);
    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ asked: [A], looked: [A] });
  });

  test('is asked by one of several that look at the same time', async () => {
    const stage = await withOrder();

    await Promise.all([stage.send(A), stage.send(A), stage.send(A), stage.send(A)]);

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', posts: 1 });
  });

  test('is not asked when the claim is lost to another process', async () => {
    const stage = await withOrder();
    stage.amazon.looks(async () => {
      await stage.ledger.claim(A, 'worker-2', 120, anAttempt(), stage.now());
      return offered;
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect((await stage.ledger.read(A))?.state).toBe('sending');
  });

  test('has its token at hand before it is claimed', async () => {
    const stage = await withOrder();
    let stateAtToken = '';
    stage.amazon.tokens(async () => {
      stateAtToken = (await stage.ledger.read(A))?.state ?? '';
      return { kind: 'ready' };
    });

    await stage.send(A);

    expect(stateAtToken).toBe('scheduled');
  });
});

describe('nothing is called', () => {
  const untouched = ({ amazon }: Stage) =>
    expect(amazon.calls).toEqual({ asked: [], looked: [], orders: [], searches: [], prepared: 0 });

  test('for an order the ledger does not know', async () => {
    const stage = await openStage();

    await stage.send(A);

    untouched(stage);
  });

  test('before the time of the next look', async () => {
    const stage = await withOrder({}, planned(scheduled({ askAt: noon.plus(1) })));

    await stage.send(A);

    untouched(stage);
  });

  test('for an order that waits', async () => {
    const stage = await withOrder({}, planned(waiting({ lookAt: noon })));

    await stage.send(A);

    untouched(stage);
  });

  test('for an order in doubt, whatever the time', async () => {
    const stage = await openStage();
    await inDoubt(stage.ledger);
    stage.pass({ days: 3 });

    await stage.send(A);

    untouched(stage);
  });

  test('once the window is closed', async () => {
    const stage = await withOrder();
    stage.passTo(closing);

    await stage.send(A);

    untouched(stage);
  });

  test('for an account that is not configured any more', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(), 'gone');

    await stage.send(A);

    untouched(stage);
  });

  test.each(['anna', 'askonce'])('while the account is paused by %s', async (by) => {
    const stage = await withOrder();
    await stage.ledger.pause(['tea'], 'a reason', by, noon);

    await stage.send(A);

    untouched(stage);
    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
  });

  test('while the account cools down; the order is put off to the end of it', async () => {
    const stage = await withOrder();
    await stage.ledger.coolDown('tea', noon.plus({ minutes: 4 }));

    await stage.send(A);

    untouched(stage);
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(noon.plus({ minutes: 4 }));
  });

  test("outside the owner's hours; the order is put off to the next one", async () => {
    const rules = planningRules({ rule: aRule({ hours: hours('15:00-16:00') }) });
    const stage = await withOrder({ accounts: [{ name: 'tea', rules }] });

    await stage.send(A);

    untouched(stage);
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(at('2026-03-20T14:00:00Z'));
  });

  test('for a marketplace that is not configured any more, not even a wake-up every half minute', async () => {
    const rules = { ...planningRules(), marketplaces: new Map() };
    const stage = await withOrder({ accounts: [{ name: 'tea', rules }] });

    await stage.send(A);

    untouched(stage);
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(noon.plus({ hours: 24 }));
  });
});

describe('the deadline', () => {
  test("wins over the owner's hours", async () => {
    const rules = planningRules({ rule: aRule({ hours: hours('15:00-16:00') }) });
    const stage = await withOrder(
      { accounts: [{ name: 'tea', rules }] },
      planned(scheduled(closingAt(noon.plus({ hours: 1 })))),
    );

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
  });

  test('draws the next look forward to just before it', async () => {
    const stage = await withOrder({}, planned(scheduled(closingAt(noon.plus({ hours: 3 })))));
    stage.amazon.looks(gone);

    await stage.send(A);

    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(noon.plus({ hours: 3 }).minus({ minutes: 5 }));
  });
});

describe('an order that is not offered', () => {
  test('is looked at again a day later, because an empty look is not final', async () => {
    const stage = await withOrder();
    stage.amazon.looks(gone);

    await stage.send(A);
    const held = await stage.ledger.read(A);
    stage.pass({ days: 1 });
    await stage.send(A);

    expect(held).toMatchObject({
      state: 'scheduled',
      reason: 'not-offered',
      nextLookAt: noon.plus({ days: 1 }),
      looks: 1,
    });
    expect(stage.amazon.calls.asked).toEqual([A]);
    expect((await stage.ledger.read(A))?.state).toBe('sent');
  });

  test.each<[string, LookOutcome, string, { hours?: number; seconds?: number }]>([
    ['that Amazon does not know', { kind: 'rejected', status: 404 }, 'rejected', { hours: 24 }],
    ['for want of an answer', { kind: 'no-answer', cause: 'timeout' }, 'no-answer', { seconds: 10 }],
  ])('%s is put off', async (_name, outcome, reason, pause) => {
    const stage = await withOrder();
    stage.amazon.looks(outcome);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'scheduled',
      reason,
      nextLookAt: noon.plus(pause),
      posts: 0,
    });
  });

  test('leaves its first look on record as the first', async () => {
    const stage = await withOrder();
    stage.amazon.looks(gone, gone);

    await stage.send(A);
    stage.pass({ days: 1 });
    await stage.send(A);

    expect((await stage.ledger.attempts(A)).map(({ detail }) => detail)).toEqual(['first', null]);
  });
});

describe('an answer that never came', () => {
  test('puts the order in doubt, and nobody sends again', async () => {
    const stage = await withOrder();
    stage.amazon.asks(answerLost);

    await stage.send(A);
    stage.pass({ minutes: 30 });
    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'unknown',
      reason: 'answer-lost',
      doubts: 1,
      nextLookAt: noon.plus({ minutes: 15 }),
    });
  });

  test('because the process died: the claim stays, and nobody sends again', async () => {
    const stage = await withOrder();
    stage.amazon.asks(() => {
      throw new Error('killed');
    });

    await expect(stage.send(A)).rejects.toThrow('killed');
    stage.pass({ minutes: 30 });
    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect((await stage.ledger.read(A))?.state).toBe('sending');
  });
});

describe('an answer that cannot be recorded', () => {
  const withLedgerAway = (times: number) =>
    withOrder({ ledger: (ledger) => ({ record: failing(times, ledger.record) }) });

  test('at first is recorded when the ledger is back a moment later', async () => {
    const stage = await withLedgerAway(3);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted' });
  });

  test('at all is found out by settle, and there is no second POST', async () => {
    const stage = await withLedgerAway(99);

    await expect(stage.send(A)).rejects.toThrow('cannot be reached');
    stage.amazon.looks(gone, gone);
    for (let look = 0; look < 4; look += 1) {
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      await stage.settle(A);
      await stage.send(A);
    }

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'inferred', sentAt: noon, posts: 1 });
  });
});

describe('a process that was stopped', () => {
  test('between claim and fence for half of its lease does not POST, and the order is asked later', async () => {
    const stage = await withOrder({
      ledger: (ledger, open) => ({
        mayPost: async (claim, now) => {
          open().pass({ seconds: 60 });
          return ledger.mayPost(claim, now.plus({ seconds: 60 }));
        },
      }),
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', reason: 'not-sent', posts: 0, doubts: 0 });
  });

  test('between fence and POST for half of its lease does not POST', async () => {
    const stage = await withOrder({
      ledger: (ledger, open) => ({
        mayPost: async (claim, now) => {
          const may = await ledger.mayPost(claim, now);
          open().pass({ seconds: 60 });
          return may;
        },
      }),
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', posts: 0 });
  });

  test('by a sleep of the machine, which its clock did not see, does not POST', async () => {
    let slept = 0;
    const stage = await withOrder({
      clock: { stopwatch: () => () => slept },
      ledger: (ledger) => ({
        mayPost: async (claim, now) => {
          const may = await ledger.mayPost(claim, now);
          slept = 60_000;
          return may;
        },
      }),
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', posts: 0 });
  });

  test('for days after its claim was taken over does not POST and leaves the doubt to settle', async () => {
    const stage = await withOrder({
      ledger: (ledger, open) => ({
        mayPost: async (claim, now) => {
          open().pass({ days: 2 });
          await open().settle(A);
          return ledger.mayPost(claim, now);
        },
      }),
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect((await stage.ledger.read(A))?.state).toBe('unknown');
  });

  test('by a pause between claim and POST does not POST', async () => {
    const stage = await withOrder({
      ledger: (ledger) => ({
        mayPost: async (claim, now) => {
          await ledger.pause(['tea'], 'stop everything', 'anna', now);
          return ledger.mayPost(claim, now);
        },
      }),
    });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([]);
    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
  });

  test('while its POST was accepted tells the truth however late', async () => {
    const stage = await withOrder();
    stage.amazon.asks(async () => {
      stage.pass({ hours: 1 });
      await stage.settle(A);
      return { kind: 'accepted' };
    });

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted', sentAt: noon });
  });

  test('until settle gave the order back still proves that it was asked', async () => {
    const stage = await withOrder();
    stage.amazon.looks(offered, offered, offered).asks(async () => {
      for (let look = 0; look < 3; look += 1) {
        stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
        await stage.settle(A);
      }
      expect((await stage.ledger.read(A))?.state).toBe('scheduled');
      return { kind: 'accepted' };
    });

    await stage.send(A);
    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted' });
  });
});

describe('"already requested"', () => {
  const already = { kind: 'already-requested' } as const;

  test('without an intent of ours was somebody else', async () => {
    const stage = await withOrder();
    stage.amazon.asks(already);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'refused', reason: 'asked-elsewhere' });
  });

  test('after a lost answer was us: offered twice, asked again, and counted as ours', async () => {
    const stage = await withOrder();
    stage.amazon.asks(answerLost, already);

    await stage.send(A);
    for (let look = 0; look < 2; look += 1) {
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      await stage.settle(A);
    }
    const givenBack = await stage.ledger.read(A);
    await stage.send(A);

    expect(givenBack).toMatchObject({ state: 'scheduled', reason: 'settled-not-sent', doubts: 1 });
    expect(stage.amazon.calls.asked).toEqual([A, A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'already-asked' });
  });
});

describe('"not available"', () => {
  const notAvailable = { kind: 'not-available' } as const;

  test('says less: the order is looked at again a day later', async () => {
    const stage = await withOrder();
    stage.amazon.asks(notAvailable);

    await stage.send(A);
    stage.pass({ days: 1 });
    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A, A]);
    expect((await stage.ledger.read(A))?.state).toBe('sent');
  });

  test('after a lost answer was us', async () => {
    const stage = await openStage();
    await inDoubt(stage.ledger);
    await stage.ledger.recordSight(
      A,
      await markOf(stage.ledger),
      { kind: 'scheduled', lookAt: noon },
      anAttempt(),
      noon,
    );
    stage.amazon.asks(notAvailable);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'already-asked' });
  });
});

test("an order outside of Amazon's window is looked at again a day later", async () => {
  const stage = await withOrder();
  stage.amazon.asks({ kind: 'outside-window' });

  await stage.send(A);

  expect(await stage.ledger.read(A)).toMatchObject({
    state: 'scheduled',
    reason: 'outside-window',
    nextLookAt: noon.plus({ days: 1 }),
  });
});

test('an order whose action is gone after a lost answer goes back to settle instead of being held', async () => {
  const stage = await openStage();
  await inDoubt(stage.ledger);
  await stage.ledger.recordSight(A, await markOf(stage.ledger), { kind: 'scheduled', lookAt: noon }, anAttempt(), noon);
  stage.amazon.looks(gone, gone);

  await stage.send(A);
  const doubted = await stage.ledger.read(A);
  stage.passTo(doubted?.nextLookAt ?? noon);
  await stage.settle(A);

  expect(doubted).toMatchObject({ state: 'unknown', reason: 'gone-after-doubt' });
  expect(stage.amazon.calls.asked).toEqual([]);
  expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'inferred' });
});

describe('a refusal for pace', () => {
  test('of the POST gives the order back; nobody asks for the account for a moment', async () => {
    const stage = await withOrder();
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    stage.amazon.asks(throttled);

    await stage.send(A);
    await stage.send(B);
    const [first, second] = [await stage.ledger.read(A), await stage.ledger.read(B)];
    stage.pass({ seconds: 10 });
    await stage.send(B);
    await stage.send(A);

    expect(first).toMatchObject({
      state: 'scheduled',
      reason: 'throttled',
      doubts: 0,
      nextLookAt: noon.plus({ seconds: 10 }),
    });
    expect(second).toMatchObject({ state: 'scheduled', posts: 0, nextLookAt: noon.plus({ seconds: 5 }) });
    expect(stage.amazon.calls.asked).toEqual([A, B, A]);
    expect((await stage.ledger.read(A))?.state).toBe('sent');
  });

  test('of the look puts the order off and costs it nothing', async () => {
    const stage = await withOrder();
    stage.amazon.looks(throttled);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'scheduled',
      posts: 0,
      nextLookAt: noon.plus({ seconds: 5 }),
    });
  });

  test('is not provoked: the order that finds no slot is put off to when there is one', async () => {
    const stage = await openStage();
    const ids = Array.from({ length: 12 }, (_, index) => `302-${index}`);
    for (const orderId of ids) await given(stage.ledger, planned(scheduled(), { orderId }));

    await Promise.all(ids.map((orderId) => stage.send(orderId)));

    const rows = await Promise.all(ids.map((orderId) => stage.ledger.read(orderId)));
    const putOff = rows.filter((row) => row?.state === 'scheduled');
    expect(stage.amazon.calls.asked.length + putOff.length).toBe(12);
    expect(putOff.length).toBeGreaterThan(0);
    expect(putOff.every((row) => row?.nextLookAt && row.nextLookAt > noon && row.posts === 0)).toBe(true);
  });
});

describe('trouble of the account', () => {
  test('with its token burns no order: it is asked when the token service is back', async () => {
    const stage = await withOrder();
    stage.amazon.looks(tokenServiceDown).tokens(tokenServiceDown);

    await stage.send(A);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      await stage.send(A);
    }

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', posts: 1, doubts: 0 });
    expect(await stage.ledger.account('tea')).toMatchObject({ paused: null, failures: 0 });
  });

  test('with its token lasts as long as it likes and pauses nobody', async () => {
    const stage = await withOrder();
    stage.amazon.looks(...Array.from({ length: 200 }, () => tokenServiceDown));

    for (let attempt = 0; attempt < 200; attempt += 1) {
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      await stage.send(A);
    }

    expect(stage.now() > noon.plus({ hours: 8 })).toBe(true);
    expect((await stage.ledger.account('tea'))?.paused).toBeNull();
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', posts: 0, looks: 0 });
  });

  test('a look denied for a moment pauses nobody and loses nothing', async () => {
    const stage = await withOrder();
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    stage.amazon.looks(denied, denied, denied, denied);

    for (let attempt = 0; attempt < 8; attempt += 1) {
      for (const orderId of [A, B]) {
        stage.passTo((await stage.ledger.read(orderId))?.nextLookAt ?? stage.now());
        await stage.send(orderId);
      }
    }

    expect((await stage.ledger.account('tea'))?.paused).toBeNull();
    expect(stage.amazon.calls.asked.toSorted()).toEqual([A, B]);
  });

  test('an order denied while others are answered is looked at again a day later, and the account is well', async () => {
    const stage = await withOrder();
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    stage.amazon.looks(denied, gone);

    await stage.send(A);

    expect(stage.amazon.calls.looked).toEqual([A, B]);
    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'scheduled',
      reason: 'order-denied',
      nextLookAt: noon.plus({ days: 1 }),
    });
    expect(await stage.ledger.account('tea')).toMatchObject({ failures: 0, paused: null });
  });

  test('a POST denied gives the order back, with its POST counted and no doubt', async () => {
    const stage = await withOrder();
    stage.amazon.asks(denied);

    await stage.send(A);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', reason: 'account-trouble', doubts: 0 });
    expect(await stage.ledger.account('tea')).toMatchObject({ failures: 1 });
  });

  test('POSTs that stay denied although looks are answered pause the account', async () => {
    const stage = await withOrder();
    const ids = [A, ...Array.from({ length: 19 }, (_, index) => `302-${index}`)];
    for (const orderId of ids.slice(1)) await given(stage.ledger, planned(scheduled(), { orderId }));
    stage.amazon.asks(...Array.from({ length: 500 }, () => denied));

    for (let attempt = 0; attempt < 400 && (await stage.ledger.account('tea'))?.paused === null; attempt += 1) {
      const rows = await Promise.all(ids.map((orderId) => stage.ledger.read(orderId)));
      const [first] = rows.toSorted((a, b) => Number(a?.nextLookAt) - Number(b?.nextLookAt));
      stage.passTo(first?.nextLookAt ?? stage.now());
      await stage.send(first?.orderId ?? A);
    }

    expect((await stage.ledger.account('tea'))?.paused?.by).toBe('askonce');
    expect(stage.amazon.calls.asked.length).toBeLessThan(30);
  });

  test('one order whose POST stays denied is tried three times soon, and then once in RECHECK_EVERY', async () => {
    const stage = await withOrder();
    stage.amazon.asks(...Array.from({ length: 500 }, () => denied));
    const tries: number[] = [];

    while (tries.length < 5) {
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      const before = stage.amazon.calls.asked.length;
      await stage.send(A);
      if (stage.amazon.calls.asked.length > before) tries.push(Math.floor(stage.now().diff(noon).as('hours')));
    }

    expect(tries).toEqual([0, 0, 0, 24, 48]);
    expect((await stage.ledger.account('tea'))?.paused).toBeNull();
  });

  test('with a revoked token pauses the account at once; the order keeps its place', async () => {
    const stage = await withOrder();
    stage.amazon.looks(revoked);

    await stage.send(A);
    stage.pass({ hours: 1 });
    await stage.send(A);

    expect((await stage.ledger.account('tea'))?.paused).toMatchObject({ by: 'askonce' });
    expect(stage.amazon.calls).toMatchObject({ looked: [A], asked: [] });
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', posts: 0 });
  });
});

describe('a dry run', () => {
  const dry = { accounts: [{ name: 'tea', live: false }] };

  test('looks, says what it would do, and never asks', async () => {
    const stage = await withOrder(dry);

    await stage.send(A);
    stage.pass({ days: 1 });
    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ asked: [], looked: [A, A], prepared: 0 });
    expect(stage.logged.filter(({ event }) => event === 'would-ask')).toHaveLength(2);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled', reason: 'dry-run', posts: 0 });
  });

  test('loses no order when the account goes live', async () => {
    const stage = await withOrder(dry);
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    await stage.send(A);
    await stage.send(B);
    const live: Stage['context'] = {
      ...stage.context,
      accounts: new Map([...stage.context.accounts].map(([name, account]) => [name, { ...account, live: true }])),
    };

    await sweep(live);
    for (const { orderId } of stage.rung) await send(orderId, live);

    expect(stage.amazon.calls.asked.toSorted()).toEqual([A, B]);
  });
});

describe("a merchant's order", () => {
  const merchant = (facts = {}) =>
    planned(scheduled(), aMerchantOrder({ lastUpdatedAt: at('2026-03-06T00:00:00Z'), ...facts }));
  const today = { lastUpdatedAt: at('2026-03-20T11:00:00Z') };

  test('is read once more before it is asked', async () => {
    const stage = await withOrder({}, merchant());
    stage.amazon.orders({ kind: 'order', facts: aMerchantOrder(today) });

    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ orders: [A], asked: [A] });
  });

  test('is not read again when its facts are fresh', async () => {
    const stage = await withOrder({}, merchant());
    await stage.ledger.recordOrder('tea', merchant(today), anAttempt({ kind: 'order' }), noon);

    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ orders: [], asked: [A] });
  });

  test('whose package came back meanwhile is skipped without a look', async () => {
    const stage = await withOrder({}, merchant());
    const back = aPackage({ detailedStatus: 'RETURNED_TO_SELLER' });
    stage.amazon.orders({ kind: 'order', facts: aMerchantOrder({ ...today, packages: [back] }) });

    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ looked: [], asked: [] });
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'skipped', reason: 'package-returned' });
  });

  test('that cannot be read is asked on what is on record', async () => {
    const stage = await withOrder({}, merchant());
    stage.amazon.orders({ kind: 'no-answer', cause: 'timeout' });

    await stage.send(A);

    expect(stage.amazon.calls.asked).toEqual([A]);
  });

  test('is put off when reading it has to wait', async () => {
    const stage = await withOrder({}, merchant());
    stage.amazon.orders(throttled);

    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ looked: [], asked: [] });
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(noon.plus({ seconds: 5 }));
  });

  test('that Amazon tells older facts about than those on record is asked on those on record', async () => {
    const stage = await withOrder({}, merchant(today));
    const underWay = aPackage({ status: 'IN_TRANSIT' });
    stage.amazon.orders({ kind: 'order', facts: aMerchantOrder({ packages: [underWay] }) });

    await stage.send(A);

    expect(stage.amazon.calls).toMatchObject({ orders: [A], asked: [A] });
  });
});

test('a suppressed order is not asked, nor looked at every half minute', async () => {
  const stage = await withOrder();
  stage.ledger.suppress(A);

  await stage.send(A);

  expect(stage.amazon.calls.asked).toEqual([]);
  expect((await stage.ledger.read(A))?.nextLookAt).not.toEqual(askTime);
});
