import { describe, expect, test } from '@jest/globals';
import { DateTime, Duration, type DurationLikeObject } from 'luxon';
import type { LookSpan, ReadingFacts } from '../../src/policy/alarm-facts.js';
import { judgeAlarms } from '../../src/policy/alarm-judgement.js';
import {
  ago,
  anAccount,
  changesOver,
  namesFor,
  nobodyInLine,
  now,
  open,
  someFacts,
  textFor,
  thresholds,
} from './alarm-judging.js';

const paused = { at: ago({ days: 2 }), reason: 'holidays', by: 'anna' };

test('nobody is told anything while all is well', () => {
  expect(judgeAlarms(someFacts(), thresholds, now).firing).toEqual([]);
});

describe('feed-silent', () => {
  const read = (readThrough: DurationLikeObject | null, changes: Partial<ReadingFacts> = {}) => ({
    reading: {
      readThrough: readThrough === null ? null : ago(readThrough),
      movedAt: null,
      watchedSince: ago({ days: 3 }),
      ...changes,
    },
  });

  test.each([
    ['a moment before the threshold', read({ hours: 23, minutes: 59 }), []],
    ['at the threshold', read({ hours: 24 }), ['feed-silent']],
    ['a mark that lies far back, but moves', read({ days: 9 }, { movedAt: ago({ minutes: 5 }) }), []],
    ['a mark that moved last a day ago', read({ days: 9 }, { movedAt: ago({ hours: 24 }) }), ['feed-silent']],
    ['never read, for a day', read(null, { watchedSince: ago({ hours: 24 }) }), ['feed-silent']],
    ['never read, for less', read(null, { watchedSince: ago({ hours: 23 }) }), []],
    ['a worker that has just begun after days in which none ran', read({ days: 5 }, { watchedSince: now }), []],
    [
      'the same, once it has had its chance',
      read({ days: 5 }, { watchedSince: ago({ minutes: 12 }) }),
      ['feed-silent'],
    ],
    ['a paused account', { ...read({ days: 9 }), paused }, ['account-paused']],
  ])('reading: %s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  const arrived = (...days: readonly [string, number][]) => {
    const last = days.at(-1)?.[0] ?? '';
    return {
      arrivals: days.map(([day, orders]) => ({
        day,
        orders,
        lastAt: now.set({ month: 3, day: Number(last.slice(8)) }),
      })),
    };
  };
  test.each([
    [
      'daily orders that ended four days ago',
      arrived(['2026-03-14', 5], ['2026-03-15', 5], ['2026-03-16', 5]),
      ['feed-silent'],
    ],
    ['daily orders that ended three days ago', arrived(['2026-03-15', 5], ['2026-03-16', 5], ['2026-03-17', 5]), []],
    ['orders every other day, seven days ago', arrived(['2026-03-11', 1], ['2026-03-13', 1]), ['feed-silent']],
    ['orders every other day, six days ago', arrived(['2026-03-12', 1], ['2026-03-14', 1]), []],
    ['many on one day, and none since yesterday', arrived(['2026-03-19', 8]), ['feed-silent']],
    ['an account with one single order', arrived(['2026-03-01', 1]), []],
    ['an account that never had any', { arrivals: [] }, []],
    ['a paused account', { ...arrived(['2026-03-01', 50]), paused }, ['account-paused']],
  ])('arrivals: %s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  test('a silence of months does not end by itself', () => {
    const before = {
      arrivals: ['2025-12-01', '2025-12-02'].map((day) => ({ day, orders: 5, lastAt: DateTime.fromISO(day) })),
    };
    expect(namesFor(before)).toEqual(['feed-silent']);
  });

  test('says since when, and what to do', () => {
    expect(textFor(read({ hours: 26 }))).toContain('since 2026-03-19 10:00 UTC (1 day 2 h ago)');
    expect(textFor(read({ hours: 26 }))).toContain('askonce check');
  });
});

describe('nothing-sent', () => {
  const due = {
    ...nobodyInLine,
    overdue: 3,
    overdueSince: ago({ hours: 2 }),
    waitingSince: ago({ hours: 2 }),
    lastAskAt: ago({ hours: 2 }),
  };
  test.each([
    ['due for two hours, and nobody was asked', { line: due }, ['nothing-sent']],
    ['nobody was ever asked', { line: { ...due, lastAskAt: null } }, ['nothing-sent']],
    ['somebody was asked within the two hours', { line: { ...due, lastAskAt: ago({ hours: 1, minutes: 59 }) } }, []],
    ['due for a little less', { line: { ...due, overdueSince: ago({ hours: 1, minutes: 59 }), answeredLooks: 1 } }, []],
    ['nothing is due', { line: { ...nobodyInLine, lastAskAt: null } }, []],
    ['a dry run', { line: due, live: false }, []],
    ['a paused account', { line: due, paused }, ['account-paused']],
    ['a worker that has just begun', { line: { ...due, waitingSince: ago({ minutes: 1 }) } }, []],
    ['the same, a moment later', { line: { ...due, waitingSince: ago({ minutes: 2 }) } }, ['nothing-sent']],
    [
      'orders that are tried in vain, and so never due for long',
      { line: { ...due, overdue: 0, overdueSince: null, waitingSince: ago({ hours: 2 }) } },
      ['nothing-sent'],
    ],
    [
      'orders that are looked at, and not offered',
      { line: { ...due, overdueSince: ago({ seconds: 5 }), answeredLooks: 4 } },
      [],
    ],
  ])('%s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  test.each([
    ['the first order succeeds, and others have yet to be tried again', { inVain: true, askedSinceRaised: 1 }, true],
    ['the last of them has succeeded', { inVain: false, askedSinceRaised: 2 }, false],
    ['many have', { inVain: true, askedSinceRaised: 10 }, false],
  ])('after an outage: %s', (_situation, line, stays) => {
    const account = anAccount({ line: { ...due, lastAskAt: ago({ seconds: 5 }), ...line } });
    const facts = someFacts({ accounts: [account], open: [open({ name: 'nothing-sent' })] });
    expect(judgeAlarms(facts, thresholds, now).firing).toHaveLength(stays ? 1 : 0);
  });

  test('stays until somebody is asked, or nothing is due any more', () => {
    const raised = someFacts({ accounts: [anAccount({ line: due })] });
    const stillDue = someFacts({
      accounts: [anAccount({ line: { ...due, overdueSince: ago({ minutes: 1 }), answeredLooks: 1 } })],
    });
    const asked = someFacts({ accounts: [anAccount({ line: { ...due, lastAskAt: ago({ seconds: 1 }) } })] });
    expect(changesOver([raised, stillDue, stillDue, asked])).toEqual(['+nothing-sent north', '-nothing-sent north']);
  });
});

describe('unknown-old', () => {
  const inDoubt = (...ages: readonly DurationLikeObject[]) => ({
    doubts: { requests: ages.map((age, index) => ({ orderId: `order-${index}`, intentAt: ago(age) })) },
  });
  test.each([
    ['a moment before the threshold', inDoubt({ hours: 24, minutes: 59 }), []],
    ['at the threshold', inDoubt({ hours: 25 }), ['unknown-old']],
    ['nothing in doubt', inDoubt(), []],
  ])('%s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  test('names the oldest, and how many are as old', () => {
    const text = textFor(inDoubt({ hours: 30 }, { hours: 26 }, { hours: 1 }));
    expect(text).toContain('2 requests');
    expect(text).toContain('askonce why order-0');
  });

  test('of many that come of age one after the other, it is raised once', () => {
    const one = (...ages: readonly DurationLikeObject[]) => someFacts({ accounts: [anAccount(inDoubt(...ages))] });
    const story = [one({ hours: 25 }, { hours: 24 }), one({ hours: 24, minutes: 30 }), one({ hours: 25 }), one()];
    expect(changesOver(story)).toEqual(['+unknown-old north', '-unknown-old north']);
  });
});

describe('deadline-near', () => {
  const closing = (orders: number) => ({
    line: {
      ...nobodyInLine,
      overdue: orders,
      closing: orders,
      closingSince: ago({ minutes: 1 }),
      nearestDeadline: now.plus({ hours: 5 }),
    },
  });
  test.each([
    ['one order fewer than the backlog', closing(9), []],
    ['as many as the backlog', closing(10), ['deadline-near']],
    ['orders that are only just due', { line: { ...closing(10).line, closingSince: now } }, []],
  ])('%s', (_situation, account, expected) => {
    expect(namesFor(account, { deadlineBacklog: 10 })).toEqual(expected);
  });

  test('is told of a paused account as well, for that is when it matters', () => {
    expect(namesFor({ ...closing(1), paused })).toEqual(['deadline-near', 'account-paused']);
    expect(textFor({ ...closing(1), paused })).toContain('the first ends at 2026-03-20 17:00 UTC');
  });

  test('is over once a fifth of the backlog is gone, not one order', () => {
    const story = [10, 9, 10, 8, 7].map((orders) => someFacts({ accounts: [anAccount(closing(orders))] }));
    expect(changesOver(story, { deadlineBacklog: 10 })).toEqual(['+deadline-near north', '-deadline-near north']);
  });
});

describe('account-paused', () => {
  test('tells who, why and since when', () => {
    const text = textFor({ paused });
    for (const part of ['anna', 'holidays', '2026-03-18 12:00 UTC', 'askonce resume north'])
      expect(text).toContain(part);
  });

  test('of a pause of askonce it says that nobody need resume it', () => {
    expect(textFor({ paused: { ...paused, by: 'askonce' } })).not.toContain('"askonce resume');
  });
});

describe('eligibility-empty', () => {
  const span = (recent: [number, number], before: [number, number], changes: Partial<LookSpan> = {}): LookSpan => ({
    since: ago({ hours: 1 }),
    looks: {
      recent: { offered: recent[0], gone: recent[1] },
      before: { offered: before[0], gone: before[1] },
    },
    posts: 0,
    ...changes,
  });
  const looked = (...spans: LookSpan[]) => ({ looks: { spans, clearedAt: null } });
  test.each([
    ['four fifths of the latest are empty', looked(span([8, 32], [45, 5])), ['eligibility-empty']],
    ['a few less', looked(span([9, 31], [45, 5])), []],
    ['it was always so', looked(span([0, 40], [5, 45])), []],
    ['the first looks of all', looked(span([0, 40], [0, 0])), []],
    ['a handful, all of them empty, where hardly any was', looked(span([0, 8], [18, 2])), ['eligibility-empty']],
    ['a handful, all of them empty, where many were', looked(span([0, 8], [12, 8])), []],
    ['a handful, most of them empty', looked(span([1, 7], [20, 0])), []],
    ['fewer than tell anything', looked(span([0, 7], [20, 0])), []],
    ['one span of several shows it', looked(span([20, 5], [30, 0]), span([0, 20], [30, 0])), ['eligibility-empty']],
  ])('%s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  const later = (offered: number, gone: number, posts: number, since = ago({ minutes: 30 })) =>
    someFacts({
      accounts: [anAccount(looked(span([offered, gone], [40, 0], { since, posts })))],
      open: [open({ name: 'eligibility-empty', firedAt: ago({ minutes: 30 }) })],
    });
  test.each([
    ['nobody looked any more', later(0, 0, 0), true],
    ['orders are offered again', later(5, 4, 0), false],
    ['orders that were looked at before are offered again', later(0, 2, 3), false],
    ['one offer among many', later(1, 30, 1), true],
    ['the offers are older than the alarm', later(30, 1, 30, ago({ hours: 2 })), true],
  ])('once raised: %s', (_situation, facts, stays) => {
    const { firing } = judgeAlarms(facts, thresholds, now);
    expect(firing.map(({ name }) => name)).toEqual(stays ? ['eligibility-empty'] : []);
  });

  test('what was told of and taken back is not told of again', () => {
    const spans = [span([0, 20], [30, 0])];
    expect(namesFor({ looks: { spans, clearedAt: ago({ minutes: 1 }) } })).toEqual([]);
    expect(namesFor({ looks: { spans, clearedAt: ago({ hours: 1 }) } })).toEqual(['eligibility-empty']);
  });
});

describe('secret-rotation', () => {
  const made = (length: DurationLikeObject) => ({ secretRotatedOn: ago(length) });
  test.each([
    ['no day on record', { secretRotatedOn: null }, []],
    ['a moment before the last fortnight', made({ days: 165, hours: 23, minutes: 59 }), []],
    ['as the last fortnight begins', made({ days: 166 }), ['secret-rotation']],
    ['after it has expired', made({ days: 200 }), ['secret-rotation']],
  ])('%s', (_situation, account, expected) => {
    expect(namesFor(account)).toEqual(expected);
  });

  test('says how much time is left, or gone', () => {
    expect(textFor(made({ days: 170 }))).toContain('in 10 days');
    expect(textFor(made({ days: 183 }))).toContain('expired 3 days ago');
  });
});

describe('queue-unsafe', () => {
  const unsafe = someFacts({ queue: [{ problem: 'Redis throws jobs away', remedy: 'set noeviction' }] });

  test('names every problem with its remedy', () => {
    expect(judgeAlarms(unsafe, thresholds, now).firing).toMatchObject([
      {
        name: 'queue-unsafe',
        account: null,
        subject: null,
        text: expect.stringContaining('Redis throws jobs away: set noeviction.'),
      },
    ]);
  });

  test('a Redis that cannot be reached neither raises it nor takes it back', () => {
    const away = someFacts({ queue: null });
    expect(changesOver([away, unsafe, away, someFacts()])).toEqual(['+queue-unsafe', '-queue-unsafe']);
    expect(judgeAlarms(away, thresholds, now).judged.has('queue-unsafe')).toBe(false);
  });
});

describe('clock-skew', () => {
  const clock = (machine: number, ledger = 0) => ({
    machineAheadMs: machine,
    ledgerAheadMs: ledger,
    heardAt: ago({ seconds: 10 }),
    lastChangeAt: null,
  });
  test.each([
    ['at the threshold', clock(60_000), []],
    ['ahead by more', clock(60_001), ['clock-skew']],
    ['behind by more', clock(-60_001), ['clock-skew']],
    ["the ledger's", clock(0, 3_600_000), ['clock-skew']],
    ['Amazon was not heard', null, []],
  ])('%s', (_situation, reading, expected) => {
    const { firing } = judgeAlarms(someFacts({ clock: reading }), thresholds, now);
    expect(firing.map(({ name }) => name)).toEqual(expected);
    expect(firing.every(({ subject, account }) => subject === 'box' && account === null)).toBe(true);
  });

  test('a process that has not heard Amazon since another one of the machine spoke does not contradict it', () => {
    const stale = { heardAt: ago({ minutes: 5 }), lastChangeAt: ago({ minutes: 4 }) };
    const raisedByAnother = open({ name: 'clock-skew', account: null, subject: 'box' });
    const stays = judgeAlarms(
      someFacts({ clock: { ...clock(0), ...stale }, open: [raisedByAnother] }),
      thresholds,
      now,
    );
    expect(stays.firing).toHaveLength(1);
    const staysOver = judgeAlarms(someFacts({ clock: { ...clock(900_000), ...stale } }), thresholds, now);
    expect(staysOver.firing).toHaveLength(0);
  });
});

describe('what could not be read', () => {
  const nothingKnown = anAccount({ reading: null, arrivals: null, line: null, doubts: null, looks: null });
  const names = ['feed-silent', 'nothing-sent', 'unknown-old', 'deadline-near', 'eligibility-empty'] as const;

  test('leaves its alarms as they are', () => {
    const told = names.map((name) => open({ name }));
    const { firing, judged } = judgeAlarms(someFacts({ accounts: [nothingKnown], open: told }), thresholds, now);
    expect(firing.map(({ name }) => name)).toEqual([...names]);
    for (const name of names) expect(judged.has(name)).toBe(false);
  });

  test('raises none', () => {
    expect(judgeAlarms(someFacts({ accounts: [nothingKnown] }), thresholds, now).firing).toEqual([]);
  });

  test('does not keep those of another account', () => {
    const facts = someFacts({
      accounts: [nothingKnown, anAccount({ name: 'south' })],
      open: [open({ name: 'unknown-old' }), open({ name: 'unknown-old', account: 'south' })],
    });
    const { firing, judged } = judgeAlarms(facts, thresholds, now);
    expect(firing.map(({ account }) => account)).toEqual(['north']);
    expect(judged.has('unknown-old')).toBe(true);
  });
});

test('an account that is not configured any more has no alarms', () => {
  const { firing, judged } = judgeAlarms(
    someFacts({ accounts: [], open: [open({ name: 'account-paused' })] }),
    thresholds,
    now,
  );
  expect(firing).toEqual([]);
  expect(judged.has('account-paused')).toBe(true);
});

test('with thresholds of seconds the same holds in seconds', () => {
  const seconds = (n: number) => Duration.fromObject({ seconds: n });
  const short = { every: seconds(1), readEvery: seconds(2), feedSilentAfter: seconds(5), nothingSentAfter: seconds(3) };
  const reading = { readThrough: ago({ minutes: 2 }), movedAt: ago({ seconds: 5 }), watchedSince: ago({ minutes: 1 }) };
  const line = {
    ...nobodyInLine,
    overdue: 1,
    overdueSince: ago({ seconds: 3 }),
    waitingSince: ago({ seconds: 2 }),
    lastAskAt: null,
  };
  expect(namesFor({ reading, line }, short)).toEqual(['feed-silent', 'nothing-sent']);
  expect(namesFor({ reading: { ...reading, movedAt: ago({ seconds: 2 }) } }, short)).toEqual([]);
});
