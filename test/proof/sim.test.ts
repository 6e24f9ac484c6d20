import { describe, expect, test } from '@jest/globals';
import { type RunOptions, simulate } from '../../proof/sim/simulate.js';
import { weatherKinds } from '../../proof/sim/weather.js';
import { realSteps, type Steps } from '../../proof/sim/worker.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { noFilters } from '../../src/policy/asking-rules.js';
import type { StepContext } from '../../src/steps/step.js';
import type { MemoryLedger } from '../support/memory-ledger.js';

/** Half as long as in `npm run proof:sim`. */
const play = (seed: number, options: Partial<RunOptions> = {}) =>
  simulate(seed, { days: 30, without: new Set(), keepTrace: false, ...options });

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('nothing is wrong in the month of seed %i', async (seed) => {
  const { findings, figures } = await play(seed);

  expect(findings).toEqual([]);
  expect(figures.checks).toBeGreaterThan(0);
});

test('the same seed goes the same way every time, and another one another way', async () => {
  const [once, again, other] = [await play(14), await play(14), await play(15)];

  expect(again.fingerprint).toBe(once.fingerprint);
  expect(other.fingerprint).not.toBe(once.fingerprint);
});

test('in calm weather every POST is answered, and no worker falls', async () => {
  const { findings, figures } = await play(3, { without: new Set(weatherKinds) });

  expect(findings).toEqual([]);
  expect(figures).toMatchObject({ lostAnswers: 0, crashes: 0, stops: 0, outages: 0, queueWipes: 0, clockJumps: 0 });
  expect(figures.sent).toBe(figures.posts);
});

describe('a run notices', () => {
  test.each<[string, Partial<RunOptions>, string, RegExp]>([
    [
      'a POST that no claim stands behind',
      { steps: stepsWith({ claim: () => inventedClaim, mayPost: () => async () => true }) },
      'double',
      /holds no claim/,
    ],
    [
      'a POST of a worker that slept through its claim',
      { steps: stepsThatNeverLookAtTheClock() },
      'double',
      /claim was gone|after its claim|holds no claim/,
    ],
    [
      'a fate that one look alone decided',
      {
        steps: stepsWith({
          recordSight: (ledger) => (orderId, mark, result, attempt, now) =>
            ledger.recordSight(
              orderId,
              mark,
              result.kind === 'look-again' && result.sight === 'offered' ? { kind: 'scheduled', lookAt: now } : result,
              attempt,
              now,
            ),
        }),
      },
      'wrongly-recorded',
      /settled as not sent/,
    ],
    [
      'a lost answer that is recorded as not sent',
      {
        steps: stepsWith({
          record: (ledger) => (claim, after, attempt, now) =>
            ledger.record(
              claim,
              after.state === 'unknown'
                ? { state: 'scheduled', reason: 'no-answer', lookAt: now.plus({ minutes: 1 }), reachedAmazon: true }
                : after,
              attempt,
              now,
            ),
        }),
      },
      'wrongly-recorded',
      /may have been accepted/,
    ],
    [
      'a window that is closed before its end',
      { steps: stepsWith({ expire: (ledger) => (now) => ledger.expire(now.plus({ days: 5 })) }) },
      'wrongly-recorded',
      /before its window closed/,
    ],
    [
      'a sweep that does not ring again for what was lost',
      { steps: stepsWith({ unheard: () => async () => [] }) },
      'stuck',
      /next look is overdue/,
    ],
    ['an order that nobody sends', { steps: { send: async () => {} } }, 'lost', /could have been asked/],
    [
      'a page that is passed over',
      {
        steps: stepsWith({
          recordPage: (ledger) => (page, now) => ledger.recordPage({ ...page, orders: page.orders.slice(1) }, now),
        }),
      },
      'lost',
      /not in the ledger/,
    ],
    [
      'an order that is asked against the rules of its owner',
      { steps: { discover: (account, context) => realSteps.discover(account, withoutFilters(context)) } },
      'misbehaved',
      /against the owner's will/,
    ],
    [
      'a POST behind the back of a pause',
      { steps: stepsWith({ mayPost: () => async () => true }) },
      'misbehaved',
      /paused|in spite of never/,
    ],
    [
      'requests that do not wait for their turn',
      { steps: stepsWithoutPace(), without: new Set(weatherKinds) },
      'misbehaved',
      /refused for pace/,
    ],
    [
      'a final row that changes',
      { ledger: ledgerThatTurns(({ state }) => state === 'sent', { reason: 'changed behind our back' }) },
      'wrongly-recorded',
      /changed a final row/,
    ],
    [
      'an open row that nobody will look at',
      { ledger: ledgerThatTurns(({ state }) => state === 'waiting', { nextLookAt: null }) },
      'stuck',
      /without a next look/,
    ],
    [
      'an attempt that is gone',
      { ledger: (ledger) => ({ ...ledger, attempts: async (id) => (await ledger.attempts(id)).slice(-2) }) },
      'wrongly-recorded',
      /attempt on record was changed|are in the attempts/,
    ],
    [
      'a request recorded as sent that Amazon does not have',
      { ledger: ledgerThatTurns(({ state }) => state === 'scheduled', { state: 'sent', knownBy: 'accepted' }) },
      'wrongly-recorded',
      /never accepted|has accepted nothing/,
    ],
  ])('%s', async (_name, broken, kind, words) => {
    expect(await firstFinding(broken, kind)).toMatch(words);
  });
});

/** The first of its kind that a few seeds bring to light. */
async function firstFinding(broken: Partial<RunOptions>, wanted: string): Promise<string> {
  for (let seed = 1; seed <= 12; seed += 1) {
    const { findings } = await play(seed, broken);
    const found = findings.find(({ kind }) => kind === wanted);
    if (found !== undefined) return found.text;
  }
  return 'nothing was found';
}

type Break = { readonly [M in keyof Ledger]?: (ledger: Ledger) => Ledger[M] };

/** The real steps over a ledger of which some methods do something else. */
function stepsWith(broken: Break): Partial<Steps> {
  return around((context) => ({ ...context, ledger: ledgerWith(context.ledger, broken) }));
}

function stepsThatNeverLookAtTheClock(): Partial<Steps> {
  return around((context) => ({
    ...context,
    clock: { now: () => context.clock.now(), stopwatch: () => () => 0, agreesWithAmazon: () => true },
    ledger: ledgerWith(context.ledger, { mayPost: () => async () => true }),
    accounts: new Map(
      [...context.accounts].map(([name, account]) => {
        const { gateway } = account;
        return [name, { ...account, gateway: { ...gateway, ask: (order) => gateway.ask(order, () => true) } }];
      }),
    ),
  }));
}

function stepsWithoutPace(): Partial<Steps> {
  return around((context) => ({
    ...context,
    ledger: ledgerWith(context.ledger, {
      reserve: () => async (_account, _operation, _pace, _patienceMs, now) => ({ kind: 'slot', at: now }),
    }),
    wakeUps: {
      ...context.wakeUps,
      ring: (wakeUps) => {
        const now = context.clock.now();
        return context.wakeUps.ring(wakeUps.map((wakeUp) => ({ ...wakeUp, at: now })));
      },
    },
  }));
}

function around(wrap: (context: StepContext) => StepContext): Partial<Steps> {
  return {
    discover: (account, context) => realSteps.discover(account, wrap(context)),
    schedule: (orderId, context) => realSteps.schedule(orderId, wrap(context)),
    send: (orderId, context) => realSteps.send(orderId, wrap(context)),
    settle: (orderId, context) => realSteps.settle(orderId, wrap(context)),
    sweep: (context) => realSteps.sweep(wrap(context)),
  };
}

function ledgerWith(ledger: Ledger, broken: Break): Ledger {
  return new Proxy(ledger, {
    get: (target, name: keyof Ledger) => broken[name]?.(target) ?? target[name],
  });
}

function withoutFilters(context: StepContext): StepContext {
  const accounts = [...context.accounts].map(([name, account]) => {
    const marketplaces = [...account.rules.marketplaces].map(
      ([id, rules]) => [id, { ...rules, filters: noFilters }] as const,
    );
    return [name, { ...account, rules: { ...account.rules, marketplaces: new Map(marketplaces) } }] as const;
  });
  return { ...context, accounts: new Map(accounts) };
}

/** From the hundredth reading of such a row on it reads otherwise. */
function ledgerThatTurns(
  isMeant: (row: NonNullable<Awaited<ReturnType<Ledger['read']>>>) => boolean,
  into: Partial<NonNullable<Awaited<ReturnType<Ledger['read']>>>>,
): (ledger: MemoryLedger) => MemoryLedger {
  let readings = 0;
  return (ledger) => ({
    ...ledger,
    read: async (orderId) => {
      const row = await ledger.read(orderId);
      if (row === null || !isMeant(row)) return row;
      readings += 1;
      return readings > 20 ? { ...row, ...into } : row;
    },
  });
}

const inventedClaim: Ledger['claim'] = async (orderId, _by, leaseSeconds, _look, now) => ({
  id: '00000000-0000-4000-8000-000000000000',
  orderId,
  account: 'north',
  claimedAt: now,
  leaseUntil: now.plus({ seconds: leaseSeconds }),
  posts: 1,
  earlierDoubt: false,
  closesAt: now.plus({ days: 1 }),
});
