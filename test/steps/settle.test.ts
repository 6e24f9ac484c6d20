import { describe, expect, test } from '@jest/globals';
import type { Ledger, SettleResult, Slot } from '../../src/ledger/ledger.js';
import type { LookOutcome } from '../../src/policy/outcome.js';
import {
  A,
  anAttempt,
  B,
  claimed,
  closing,
  closingAt,
  given,
  inDoubt,
  markOf,
  planned,
  scheduled,
} from '../ledger/planned.js';
import { noon, openStage, type Stage, type StageOptions } from '../support/steps.js';
import { answerLost, denied, gone, offered, revoked, throttled, tokenServiceDown } from '../support/steps-amazon.js';

/** A stage with the order A, whose POST left at noon and was never answered. */
async function withDoubt(options: StageOptions = {}): Promise<Stage> {
  const stage = await openStage(options);
  await inDoubt(stage.ledger);
  return stage;
}

/** Settles the order at its next look, so many times. */
async function settleNext(stage: Stage, times = 1, orderId = A): Promise<void> {
  for (let look = 0; look < times; look += 1) {
    stage.passTo((await stage.ledger.read(orderId))?.nextLookAt ?? stage.now());
    await stage.settle(orderId);
  }
}

/** Answers each call by the next one; the last one answers all that follow. */
function inTurn<A extends readonly unknown[], T>(
  ...answers: readonly ((...args: A) => Promise<T>)[]
): (...args: A) => Promise<T> {
  let calls = 0;
  return (...args) => {
    const answer = answers[Math.min(calls, answers.length - 1)];
    calls += 1;
    if (answer === undefined) throw new Error('nothing to answer with');
    return answer(...args);
  };
}

describe('an order in doubt', () => {
  test('is looked at a quarter of an hour and a day after its POST, and was asked when it is gone both times', async () => {
    const stage = await withDoubt();
    stage.amazon.looks(gone, gone);

    await settleNext(stage);
    const between = await stage.ledger.read(A);
    await settleNext(stage);

    expect(between).toMatchObject({ state: 'unknown', lastSight: 'gone', nextLookAt: noon.plus({ days: 1 }) });
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'inferred', sentAt: noon });
    expect(stage.amazon.calls).toMatchObject({ asked: [], looked: [A, A] });
  });

  test('is not looked at before its time', async () => {
    const stage = await withDoubt();
    stage.pass({ minutes: 14, seconds: 59 });

    await stage.settle(A);

    expect(stage.amazon.calls.looked).toEqual([]);
  });

  test('that is offered twice was not asked, and is asked again', async () => {
    const stage = await withDoubt();

    await settleNext(stage, 2);
    const givenBack = await stage.ledger.read(A);
    await stage.send(A);

    expect(givenBack).toMatchObject({ state: 'scheduled', reason: 'settled-not-sent', doubts: 1 });
    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'accepted', posts: 2 });
  });

  test('is not asked while the looks do not agree, however stale they are', async () => {
    const stage = await withDoubt();
    stage.amazon.looks(offered, gone, offered, gone, gone);

    for (let look = 0; look < 5; look += 1) {
      await stage.send(A);
      await settleNext(stage);
    }

    expect(stage.amazon.calls.asked).toEqual([]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'inferred' });
  });

  test('whose looks never agree ends as "fate unknown" when the window closes', async () => {
    const stage = await withDoubt();
    for (let look = 0; look < 40; look += 1) stage.amazon.looks(look % 2 === 0 ? offered : gone);

    await settleNext(stage, 20);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'expired', reason: 'fate-unknown' });
    expect(stage.now().toISO()).toBe(closing.toISO());
    expect(stage.amazon.calls.asked).toEqual([]);
  });

  test('that was not asked after all expires when there is no time left to ask', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(scheduled(closingAt(noon.plus({ minutes: 20 })))));
    stage.amazon.asks(answerLost);
    await stage.send(A);

    await settleNext(stage, 2);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed' });
  });

  test('is decided once when two look at the same time', async () => {
    const stage = await withDoubt();
    stage.amazon.looks(gone, gone);
    stage.pass({ minutes: 15 });

    await Promise.all([stage.settle(A), stage.settle(A)]);

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'unknown', settleLooks: 1 });
  });

  test.each<[string, (other: () => Promise<void>) => StageOptions]>([
    [
      'no slot',
      (other) => ({
        ledger: () => ({
          reserve: inTurn<Parameters<Ledger['reserve']>, Slot>(
            async (_account, _operation, _pace, _patienceMs, now) => {
              await other();
              return { kind: 'busy', freeAt: now.plus({ seconds: 2 }) };
            },
            async (_account, _operation, _pace, _patienceMs, now) => ({ kind: 'slot', at: now }),
          ),
        }),
      }),
    ],
    [
      'an account that cools down',
      (other) => ({
        ledger: (ledger) => ({
          account: inTurn(
            async (name) => {
              await other();
              const state = await ledger.account(name);
              return state && { ...state, coolDownUntil: noon.plus({ minutes: 16 }) };
            },
            (name) => ledger.account(name),
          ),
        }),
      }),
    ],
  ])(
    'is not looked at sooner because a second settler, which found %s, puts its own look off',
    async (_what, slowed) => {
      const stage: Stage = await withDoubt(slowed(() => stage.settle(A)));
      stage.pass({ minutes: 15 });

      await stage.settle(A);

      expect(stage.amazon.calls.looked).toEqual([A]);
      expect(await stage.ledger.read(A)).toMatchObject({ settleLooks: 1, nextLookAt: noon.plus({ days: 1 }) });
    },
  );

  test('is not looked at sooner because a look that another one overtook was refused for pace', async () => {
    const stage = await withDoubt();
    stage.pass({ minutes: 15 });
    stage.amazon.looks(async () => {
      stage.amazon.looks(offered);
      await stage.settle(A);
      return throttled;
    });

    await stage.settle(A);

    expect(await stage.ledger.read(A)).toMatchObject({ settleLooks: 1, nextLookAt: noon.plus({ days: 1 }) });
  });

  test('that settle has decided is left alone by a second delivery', async () => {
    const stage = await withDoubt();
    stage.amazon.looks(gone, gone);
    await settleNext(stage, 2);

    await stage.settle(A);

    expect(stage.amazon.calls.looked).toEqual([A, A]);
  });
});

describe('a claim without an answer', () => {
  const withClaim = async () => {
    const stage = await openStage();
    await given(stage.ledger);
    await claimed(stage.ledger, A, noon, 'a worker that died');
    return stage;
  };

  test('is left alone until its lease has run out', async () => {
    const stage = await withClaim();
    stage.pass({ seconds: 119 });

    await stage.settle(A);

    expect((await stage.ledger.read(A))?.state).toBe('sending');
  });

  test('is in doubt from then on, and looked at as any other', async () => {
    const stage = await withClaim();
    stage.amazon.looks(gone, gone);

    await settleNext(stage);
    const taken = await stage.ledger.read(A);
    await settleNext(stage, 2);

    expect(taken).toMatchObject({ state: 'unknown', reason: 'lease-ran-out', nextLookAt: noon.plus({ minutes: 15 }) });
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'sent', knownBy: 'inferred', sentAt: noon });
  });

  test('found only days later still takes two looks with a pause between them', async () => {
    const stage = await withClaim();
    stage.amazon.looks(gone, gone);
    stage.pass({ days: 4 });

    await stage.settle(A);
    await stage.settle(A);
    const afterOne = await stage.ledger.read(A);
    await settleNext(stage);

    expect(afterOne).toMatchObject({ state: 'unknown', settleLooks: 1 });
    expect((await stage.ledger.read(A))?.state).toBe('sent');
  });
});

describe('looks while most of the account is suddenly empty', () => {
  const firstLook = (stage: Stage, orderId: string, outcome: 'offered' | 'gone') =>
    stage.ledger.putOff(
      orderId,
      'scheduled',
      { reason: 'not-offered', lookAt: noon.plus({ days: 9 }) },
      anAttempt({ outcome, detail: 'first' }),
      stage.now(),
    );
  /** Orders that were not looked at before, and what Amazon shows for them now. */
  const firstLooks = async (stage: Stage, prefix: string, outcome: 'offered' | 'gone') => {
    for (let number = 0; number < 10; number += 1) {
      const orderId = `${prefix}-${number}`;
      await given(stage.ledger, planned(scheduled(), { orderId }));
      await firstLook(stage, orderId, outcome);
    }
  };

  test('do not count, and the order is not taken for asked', async () => {
    const stage = await withDoubt();
    await firstLooks(stage, 'before', 'offered');
    stage.pass({ minutes: 30 });
    stage.amazon.looks(gone, gone);

    await firstLooks(stage, 'now', 'gone');
    await stage.settle(A);
    stage.pass({ minutes: 15 });
    await firstLooks(stage, 'still', 'gone');
    await settleNext(stage);

    expect(stage.amazon.calls.looked).toEqual([A, A]);
    expect(await stage.ledger.read(A)).toMatchObject({ state: 'unknown', settleLooks: 0, lastSight: null });
  });

  test('are not taken every few seconds: the next one is minutes away', async () => {
    const stage = await withDoubt();
    await firstLooks(stage, 'before', 'offered');
    stage.pass({ minutes: 30 });
    await firstLooks(stage, 'now', 'gone');
    stage.amazon.looks(gone);

    await stage.settle(A);

    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(stage.now().plus({ minutes: 15 }));
  });

  test('count when they show the offer: a glitch hides it and never makes it up', async () => {
    const stage = await withDoubt();
    await firstLooks(stage, 'before', 'offered');
    stage.pass({ minutes: 30 });
    await firstLooks(stage, 'now', 'gone');
    stage.amazon.looks(offered);

    await stage.settle(A);

    expect(await stage.ledger.read(A)).toMatchObject({ settleLooks: 1, lastSight: 'offered' });
  });
});

describe('a look that brings no answer', () => {
  test.each<[string, LookOutcome, { seconds?: number; hours?: number }]>([
    ['for want of one', { kind: 'no-answer', cause: 'timeout' }, { seconds: 10 }],
    ['because of the pace', throttled, { seconds: 5 }],
    ['because the token service is down', tokenServiceDown, { seconds: 1 }],
    ['because Amazon rejects it', { kind: 'rejected', status: 404 }, { hours: 24 }],
  ])('%s is taken again later and decides nothing', async (_name, outcome, pause) => {
    const stage = await withDoubt();
    stage.amazon.looks(outcome);
    stage.pass({ minutes: 15 });

    await stage.settle(A);

    expect(await stage.ledger.read(A)).toMatchObject({
      state: 'unknown',
      settleLooks: 0,
      nextLookAt: stage.now().plus(pause),
    });
  });

  test('because only this order is denied is taken again a day later', async () => {
    const stage = await withDoubt();
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    stage.amazon.looks(denied, offered);
    stage.pass({ minutes: 15 });

    await stage.settle(A);

    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(stage.now().plus({ hours: 24 }));
    expect((await stage.ledger.account('tea'))?.failures).toBe(0);
  });

  test('because the token was revoked pauses the account', async () => {
    const stage = await withDoubt();
    stage.amazon.looks(revoked);
    stage.pass({ minutes: 15 });

    await stage.settle(A);

    expect((await stage.ledger.account('tea'))?.paused?.by).toBe('askonce');
    expect((await stage.ledger.read(A))?.state).toBe('unknown');
  });
});

describe('a pause', () => {
  test('of a person stops asking, not looking', async () => {
    const stage = await withDoubt();
    await stage.ledger.pause(['tea'], 'holiday', 'anna', noon);
    stage.amazon.looks(gone, gone);

    await settleNext(stage, 2);

    expect((await stage.ledger.read(A))?.state).toBe('sent');
  });

  test("of askonce's own stops looking too: Amazon refuses the account", async () => {
    const stage = await withDoubt();
    await stage.ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);

    await settleNext(stage);

    expect(stage.amazon.calls.looked).toEqual([]);
  });

  test('of a moment, while the account cools down, puts the look off', async () => {
    const stage = await withDoubt();
    stage.pass({ minutes: 15 });
    await stage.ledger.coolDown('tea', stage.now().plus({ minutes: 3 }));

    await stage.settle(A);

    expect(stage.amazon.calls.looked).toEqual([]);
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(stage.now().plus({ minutes: 3 }));
  });
});

test('an order that is not in doubt is none of its business', async () => {
  const stage = await openStage();
  await given(stage.ledger);

  await stage.settle(A);
  await stage.settle('no-such-order');

  expect(stage.amazon.calls.looked).toEqual([]);
});

test('a result found by a settler that was stopped does not undo what another found', async () => {
  const stage = await withDoubt();
  const sent: SettleResult = { kind: 'sent', knownBy: 'inferred' };
  stage.amazon.looks(async () => {
    await stage.ledger.recordSight(A, await markOf(stage.ledger), sent, anAttempt({ kind: 'settle' }), stage.now());
    return offered;
  });

  await settleNext(stage);

  expect((await stage.ledger.read(A))?.state).toBe('sent');
});
