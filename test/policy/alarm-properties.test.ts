import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Duration } from 'luxon';
import type { AccountFacts, AlarmThresholds } from '../../src/policy/alarm-facts.js';
import { anAccount, changesOver, namesFor, nobodyInLine, now, someFacts } from './alarm-judging.js';

/** Milliseconds: from a tenth of a second to two months. */
const lengths = fc.integer({ min: 100, max: 5_000_000_000 });
const length = (ms: number) => Duration.fromMillis(ms);
const before = (ms: number) => now.minus(ms);

/** Each alarm that has a length for its threshold, as facts in which that length has passed. */
const byAge: readonly {
  readonly name: string;
  readonly rule: (ms: number) => Partial<AlarmThresholds>;
  readonly facts: (ageMs: number) => Partial<AccountFacts>;
  readonly over: Partial<AccountFacts>;
}[] = [
  {
    name: 'feed-silent',
    rule: (ms) => ({ feedSilentAfter: length(ms) }),
    facts: (ms) => ({ reading: { readThrough: before(ms), movedAt: null, watchedSince: before(6_000_000_000) } }),
    over: { reading: { readThrough: now, movedAt: now, watchedSince: before(6_000_000_000) } },
  },
  {
    name: 'nothing-sent',
    rule: (ms) => ({ nothingSentAfter: length(ms) }),
    facts: (ms) => ({
      line: { ...nobodyInLine, overdue: 1, overdueSince: before(ms), waitingSince: before(ms), lastAskAt: null },
    }),
    over: { line: { ...nobodyInLine, lastAskAt: null } },
  },
  {
    name: 'unknown-old',
    rule: (ms) => ({ unknownAfter: length(ms) }),
    facts: (ms) => ({ doubts: { requests: [{ orderId: 'a', intentAt: before(ms) }] } }),
    over: { doubts: { requests: [] } },
  },
];

test.each(byAge)('$name fires exactly from its threshold on, whatever it is', ({ name, rule, facts }) => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 0, max: 5_000_000_000 }), (limit, more) => {
      // Intervals are shorter than what they are to measure.
      const rules = { ...rule(limit), every: length(Math.min(60_000, limit / 4)), readEvery: length(limit / 4) };
      expect(namesFor(facts(limit + more), rules)).toContain(name);
      expect(namesFor(facts(limit - 1 - (more % limit)), rules)).not.toContain(name);
    }),
  );
});

test.each(byAge)(
  '$name is raised once while its cause grows older, and over once when the cause is',
  ({ name, rule, facts, over }) => {
    fc.assert(
      fc.property(lengths, fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 20 }), (limit, ages) => {
        const rules = { ...rule(limit), every: length(Math.min(60_000, limit / 4)), readEvery: length(limit / 4) };
        const growing = ages
          .toSorted((a, b) => a - b)
          .map((age) => someFacts({ accounts: [anAccount(facts(limit * age))] }));
        const changes = changesOver([...growing, someFacts({ accounts: [anAccount(over)] })], rules);
        const fired = (ages.toSorted((a, b) => a - b).at(-1) ?? 0) * limit >= limit;
        expect(changes).toEqual(fired ? [`+${name} north`, `-${name} north`] : []);
      }),
    );
  },
);

/** A figure that trembles by a tenth around the threshold never takes an alarm back that it raised. */
const trembling = fc.array(fc.double({ min: 0.85, max: 1.15, noNaN: true }), { minLength: 1, maxLength: 40 });

test('a clock that trembles around the threshold raises one alarm', () => {
  fc.assert(
    fc.property(trembling, fc.integer({ min: 1_000, max: 86_400_000 }), (figures, limit) => {
      const story = figures.map((figure) =>
        someFacts({
          clock: { machineAheadMs: figure * limit, ledgerAheadMs: 0, heardAt: now, lastChangeAt: null },
        }),
      );
      const raised = figures.some((figure) => figure * limit > limit);
      expect(changesOver(story, { clockSkew: length(limit) })).toEqual(raised ? ['+clock-skew box'] : []);
    }),
  );
});

test('a backlog that trembles around the threshold raises one alarm', () => {
  fc.assert(
    fc.property(trembling, fc.integer({ min: 20, max: 1_000_000 }), (figures, limit) => {
      const orders = figures.map((figure) => Math.round(figure * limit));
      const story = orders.map((closing) =>
        someFacts({ accounts: [anAccount({ line: { ...nobodyInLine, closing, closingSince: before(60_000) } })] }),
      );
      const raised = orders.some((closing) => closing >= limit);
      expect(changesOver(story, { deadlineBacklog: limit })).toEqual(raised ? ['+deadline-near north'] : []);
    }),
  );
});

test('the share of empty looks counts as it is configured', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 20, max: 50 }),
      fc.nat(50),
      (percent, looks, some) => {
        const gone = Math.min(some, looks);
        const spans = [
          {
            since: before(3_600_000),
            looks: { recent: { offered: looks - gone, gone }, before: { offered: 40, gone: 0 } },
            posts: 0,
          },
        ];
        const names = namesFor({ looks: { spans, clearedAt: null } }, { eligibilityEmptyShare: percent / 100 });
        expect(names.includes('eligibility-empty')).toBe(gone >= (percent / 100) * looks);
      },
    ),
  );
});

test('a secret is told of from the span before its 180th day on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 179 }), fc.integer({ min: 0, max: 400 }), (days, age) => {
      const names = namesFor(
        { secretRotatedOn: now.minus({ days: age }) },
        { secretRotationWithin: Duration.fromObject({ days }) },
      );
      expect(names.includes('secret-rotation')).toBe(age >= 180 - days);
    }),
  );
});

test('two processes that look at different moments never take back what the other has just raised', () => {
  fc.assert(
    fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), (limit, lag) => {
      const every = Math.min(60_000, limit / 4);
      const rules = { feedSilentAfter: length(limit), every: length(every), readEvery: length(1_000) };
      // The other process noticed the last move up to one interval later.
      const seen = (ageMs: number) =>
        someFacts({
          accounts: [
            anAccount({
              reading: {
                readThrough: before(9_000_000_000),
                movedAt: before(ageMs),
                watchedSince: before(6_000_000_000),
              },
            }),
          ],
        });
      expect(changesOver([seen(limit), seen(limit - lag * every), seen(limit + every)], rules)).toEqual([
        '+feed-silent north',
      ]);
    }),
  );
});
