import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DateTime, Duration } from 'luxon';
import {
  type Doubt,
  judge,
  lookTime,
  type SettleRules,
  type Sight,
  suddenlyEmpty,
  type Verdict,
} from '../../src/policy/settling.js';
import { at } from '../support/builders.js';

const rules: SettleRules = {
  looks: [Duration.fromObject({ minutes: 15 }), Duration.fromObject({ hours: 24 })],
  recheckEvery: Duration.fromObject({ hours: 24 }),
};
const intentAt = at('2026-03-10T12:00:00Z');
const closesAt = at('2026-03-31T12:00:00Z');

function aDoubt(doubt: Partial<Doubt> = {}): Doubt {
  return { intentAt, closesAt, looksBefore: 0, previous: null, ...doubt };
}

describe('a verdict', () => {
  const secondLook = intentAt.plus({ hours: 24 });

  test.each<[string, Sight | null, Sight, Verdict['kind']]>([
    ['one look at an action that is gone decides nothing', null, 'gone', 'look-again'],
    ['one look at an action that is offered decides nothing', null, 'offered', 'look-again'],
    ['gone twice in a row: the buyer was asked', 'gone', 'gone', 'sent'],
    ['offered twice in a row: Amazon has no request', 'offered', 'offered', 'not-sent'],
    ['gone, then offered', 'gone', 'offered', 'look-again'],
    ['offered, then gone', 'offered', 'gone', 'look-again'],
  ])('%s', (_name, previous, sight, expected) => {
    const doubt = aDoubt({ previous, looksBefore: previous === null ? 0 : 1 });

    expect(judge(doubt, sight, rules, secondLook).kind).toBe(expected);
  });

  test.each<[string, Sight | null, Sight, Verdict['kind']]>([
    ['the first look of all', null, 'gone', 'fate-unknown'],
    ['looks that disagree', 'offered', 'gone', 'fate-unknown'],
    ['looks that agree at last', 'gone', 'gone', 'sent'],
  ])('at the moment the window closes: %s', (_name, previous, sight, expected) => {
    expect(judge(aDoubt({ previous, looksBefore: 5 }), sight, rules, closesAt).kind).toBe(expected);
  });
});

describe('the time of a look', () => {
  test.each<[string, Partial<Doubt>, DateTime, DateTime]>([
    ['the first', {}, intentAt, intentAt.plus({ minutes: 15 })],
    [
      'the second counts from the request, too',
      { looksBefore: 1 },
      intentAt.plus({ minutes: 16 }),
      intentAt.plus({ hours: 24 }),
    ],
    ['one whose time has passed', {}, intentAt.plus({ hours: 2 }), intentAt.plus({ hours: 2 })],
    [
      'beyond the list, every RECHECK_EVERY',
      { looksBefore: 2 },
      intentAt.plus({ hours: 25 }),
      intentAt.plus({ hours: 49 }),
    ],
    ['beyond the end of the window, drawn forward to it', { looksBefore: 2 }, closesAt.minus({ hours: 3 }), closesAt],
    ['a millisecond before the end', { looksBefore: 2 }, closesAt.minus(1), closesAt],
    ['once the window has closed, as planned', { looksBefore: 2 }, closesAt, closesAt.plus({ hours: 24 })],
  ])('%s', (_name, doubt, now, expected) => {
    expect(lookTime(aDoubt(doubt), rules, now).toISO()).toBe(expected.toISO());
  });

  test('a look that disagrees plans the next one', () => {
    const verdict = judge(aDoubt(), 'gone', rules, intentAt.plus({ minutes: 15 }));

    expect(verdict).toEqual({ kind: 'look-again', at: intentAt.plus({ hours: 24 }) });
  });
});

describe('over all sequences of looks', () => {
  const anyLook = fc.record({
    sight: fc.constantFrom<Sight>('offered', 'gone'),
    lateByMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
  });
  const anyLooks = fc.infiniteStream(anyLook);
  const anyIntent = fc.integer({ min: 1, max: 25 * 24 * 60 }).map((minutes) => closesAt.minus({ minutes }));

  interface Settled {
    readonly verdict: Verdict;
    readonly sights: readonly Sight[];
    readonly decidedAt: DateTime;
  }

  /** Looks whenever policy says so, until it decides. */
  function settled(intent: DateTime, looks: Iterable<{ sight: Sight; lateByMinutes: number }>): Settled {
    const sights: Sight[] = [];
    let now = lookTime({ intentAt: intent, closesAt, looksBefore: 0 }, rules, intent);
    for (const { sight, lateByMinutes } of looks) {
      now = now.plus({ minutes: lateByMinutes });
      const doubt = { intentAt: intent, closesAt, looksBefore: sights.length, previous: sights.at(-1) ?? null };
      const verdict = judge(doubt, sight, rules, now);
      sights.push(sight);
      if (verdict.kind !== 'look-again') return { verdict, sights, decidedAt: now };
      expect(verdict.at >= now && verdict.at <= closesAt).toBe(true);
      now = verdict.at;
    }
    throw new Error('an infinite stream has ended');
  }

  test('it decides by two equal looks in a row, as soon as there are two, or not at all', () => {
    const property = fc.property(anyIntent, anyLooks, (intent, looks) => {
      const { verdict, sights, decidedAt } = settled(intent, looks);

      const lastTwo = sights.slice(-2).join();
      const agreedBefore = sights.slice(0, -1).some((sight, index, before) => index > 0 && sight === before[index - 1]);
      expect(agreedBefore).toBe(false);
      expect(verdict.kind === 'sent').toBe(lastTwo === 'gone,gone');
      expect(verdict.kind === 'not-sent').toBe(lastTwo === 'offered,offered');
      if (verdict.kind === 'fate-unknown') expect(decidedAt >= closesAt).toBe(true);
    });

    fc.assert(property, { numRuns: 10_000 });
  });

  test('it ends when the window closes at the latest, if nobody is late', () => {
    const property = fc.property(anyIntent, anyLooks, (intent, looks) => {
      const inTime = looks.map(({ sight }) => ({ sight, lateByMinutes: 0 }));

      const { decidedAt } = settled(intent, inTime);

      expect(decidedAt <= closesAt).toBe(true);
    });

    fc.assert(property, { numRuns: 10_000 });
  });
});

describe('an account whose looks are suddenly empty', () => {
  const counts = (offered: number, gone: number) => ({ offered, gone });

  test.each([
    ['all gone, where most were offered before', counts(0, 8), counts(50, 0), true],
    ['too few looks to tell', counts(0, 7), counts(50, 0), false],
    ['exactly four of five gone', counts(2, 8), counts(50, 0), true],
    ['fewer than four of five gone', counts(3, 11), counts(50, 0), false],
    ['too few looks before', counts(0, 8), counts(7, 0), false],
    ['just enough looks before', counts(0, 8), counts(8, 0), true],
    ['half were offered before', counts(0, 8), counts(20, 20), true],
    ['most were gone before, too', counts(0, 8), counts(20, 21), false],
    ['an account without looks', counts(0, 0), counts(0, 0), false],
  ])('%s', (_name, recent, before, expected) => {
    expect(suddenlyEmpty({ recent, before })).toBe(expected);
  });

  test('exactly four of five counts, whatever the number', () => {
    const fifths = Array.from({ length: 200 }, (_, index) => index + 2);

    for (const fifth of fifths) {
      expect(suddenlyEmpty({ recent: counts(fifth, 4 * fifth), before: counts(50, 0) })).toBe(true);
    }
  });
});
