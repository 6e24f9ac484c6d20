import { beforeEach, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { type AlarmLedger, type FactSources, gatherFacts } from '../../src/alarms/gather-facts.js';
import { Watch } from '../../src/alarms/watch.js';
import { alarmNames } from '../../src/policy/alarm.js';
import type { AccountFacts } from '../../src/policy/alarm-facts.js';
import { judgeAlarms } from '../../src/policy/alarm-judgement.js';
import { thresholds } from '../policy/alarm-judging.js';
import { openMemoryLedger } from '../support/memory-ledger.js';

let now: DateTime;
let ledger: AlarmLedger & ReturnType<typeof openMemoryLedger>;
let watch: Watch;
let missed: string[];

beforeEach(async () => {
  now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
  ledger = openMemoryLedger(() => now);
  watch = new Watch();
  missed = [];
  await ledger.registerAccounts([{ name: 'north', region: 'na', marketplaceIds: ['US'] }], now);
});

const sources = (changes: Partial<FactSources> = {}): FactSources => ({
  ledger,
  accounts: [{ name: 'north', live: true, marketplaceIds: ['US'], secretRotatedOn: null }],
  thresholds,
  host: 'box',
  watch,
  queueProblems: async () => [],
  againstAmazon: () => null,
  missed: (what, error) => void missed.push(`${what}: ${error instanceof Error ? error.message : error}`),
  ...changes,
});
const gather = (changes: Partial<FactSources> = {}) => gatherFacts(sources(changes), now, now);
async function north(changes: Partial<FactSources> = {}): Promise<AccountFacts> {
  const [facts] = (await gather(changes)).accounts;
  if (facts === undefined) throw new Error('no account');
  return facts;
}
const fails = async () => {
  throw new Error('no answer');
};

describe('a query that fails', () => {
  test.each<[string, Partial<AlarmLedger>, (facts: AccountFacts) => unknown]>([
    ['feed progress', { feedProgress: fails }, (facts) => facts.reading],
    ['arrivals', { arrivals: fails }, (facts) => facts.arrivals],
    ['backlogs', { backlogs: fails }, (facts) => facts.line],
    ['backlogs', { asks: fails }, (facts) => facts.line],
    ['backlogs', { tallies: fails }, (facts) => facts.line],
    ['requests in doubt', { inDoubt: fails }, (facts) => facts.doubts],
    ['first looks', { firstLooks: fails }, (facts) => facts.looks],
  ])('leaves what it was to tell unknown, and everything else known: %s', async (what, broken, part) => {
    const facts = await north({ ledger: { ...ledger, ...broken } });
    expect(part(facts)).toBeNull();
    expect(missed).toEqual([`${what}: no answer`]);
    const { reading, arrivals, line, doubts, looks } = facts;
    expect([reading, arrivals, line, doubts, looks].filter((each) => each === null)).toHaveLength(1);
  });

  test('silences no alarm of another kind', async () => {
    await ledger.pause(['north'], 'holidays', 'anna', now);
    const broken = { feedProgress: fails, arrivals: fails, backlogs: fails, inDoubt: fails, firstLooks: fails };
    const facts = await gather({ ledger: { ...ledger, ...broken }, queueProblems: fails });
    const { firing, judged } = judgeAlarms(facts, thresholds, now);
    expect(firing.map(({ name }) => name)).toEqual(['account-paused']);
    for (const name of ['unknown-old', 'deadline-near', 'eligibility-empty', 'queue-unsafe'] as const) {
      expect(judged.has(name)).toBe(false);
    }
  });

  test.each<[string, Partial<AlarmLedger>]>([
    ['the accounts', { accounts: fails }],
    ['the book', { openAlarms: fails }],
  ])('of %s leaves nothing to judge by', async (_what, broken) => {
    await expect(gather({ ledger: { ...ledger, ...broken } })).rejects.toThrow('no answer');
  });
});

describe('the line', () => {
  const backlog = (overdue: number, closing = 0) => [
    { account: 'north', overdue, overdueSince: overdue > 0 ? now : null, closing, nearestDeadline: null },
  ];
  const inVain = [
    { account: 'north', marketplaceId: 'US', state: 'scheduled', reason: 'no-answer', orders: 2 },
  ] as const;
  const withLine = (changes: Partial<AlarmLedger>) => north({ ledger: { ...ledger, ...changes } });
  const waitingSince = async (changes: Partial<AlarmLedger>) => (await withLine(changes)).line?.waitingSince ?? null;

  test('waits since orders were seen due, also while they are put off between two tries', async () => {
    const begin = now;
    expect(await waitingSince({ backlogs: async () => backlog(1) })).toEqual(begin);
    now = now.plus({ minutes: 1 });
    expect(await waitingSince({ backlogs: async () => backlog(0) })).toEqual(begin);
    now = now.plus({ minutes: 1 });
    expect(await waitingSince({ backlogs: async () => backlog(0), tallies: async () => [...inVain] })).toEqual(begin);
    now = now.plus({ minutes: 3 });
    expect(await waitingSince({ backlogs: async () => backlog(0) })).toBeNull();
  });

  test('waits anew once somebody was asked', async () => {
    await waitingSince({ backlogs: async () => backlog(2) });
    const lastAt = now.plus({ seconds: 30 });
    const asks = async () => [{ account: 'north', posts: 1, lastAt }];
    now = now.plus({ minutes: 1 });
    expect(await waitingSince({ backlogs: async () => backlog(0), asks })).toBeNull();
    expect(await waitingSince({ backlogs: async () => backlog(1), asks })).toEqual(now);
  });

  test('tells how many were asked since the alarm was raised', async () => {
    const raised = { name: 'nothing-sent', account: 'north', subject: null, text: 'Nothing.' } as const;
    const judged = { names: new Set(alarmNames), subject: 'box', silentBefore: now };
    expect((await north()).line).toMatchObject({ askedSinceRaised: null, inVain: false });
    await ledger.noteAlarms([raised], judged, now.minus({ minutes: 5 }));
    const asks: AlarmLedger['asks'] = async (since) =>
      now.diff(since).as('minutes') === 5 ? [{ account: 'north', posts: 3, lastAt: now }] : [];
    const { line } = await withLine({ asks, tallies: async () => [...inVain] });
    expect(line).toMatchObject({ askedSinceRaised: 3, inVain: true });
  });

  test.each<[string, Partial<FactSources> | 'paused']>([
    ['a paused account', 'paused'],
    ['a dry run', { accounts: [{ name: 'north', live: false, marketplaceIds: [], secretRotatedOn: null }] }],
  ])('of %s waits for nobody', async (_what, change) => {
    if (change === 'paused') await ledger.pause(['north'], 'holidays', 'anna', now);
    const facts = await north({
      ledger: { ...ledger, backlogs: async () => backlog(3) },
      ...(change === 'paused' ? {} : change),
    });
    expect(facts.line?.waitingSince).toBeNull();
  });

  test('counts orders near their deadline only once they wait for longer than asking takes', async () => {
    const asked: number[] = [];
    const backlogs: AlarmLedger['backlogs'] = async (at) => {
      asked.push(now.diff(at).as('seconds'));
      return at < now ? backlog(0, 0) : backlog(5, 5);
    };
    const { line } = await north({ ledger: { ...ledger, backlogs } });
    expect(asked).toEqual([0, 30]);
    expect(line).toMatchObject({ overdue: 5, closing: 0, closingSince: null });
  });
});

describe('reading', () => {
  test('under way counts as a sign, for its mark moves with the last page only', async () => {
    const startedAt = now.minus({ minutes: 10 });
    const old = now.minus({ days: 5 });
    const feeds: AlarmLedger['feeds'] = async () => [
      { marketplaceIds: ['US'], watermark: old, read: { from: old, through: null, token: 't', startedAt } },
    ];
    const feedProgress: AlarmLedger['feedProgress'] = async () => [{ account: 'north', readThrough: old }];
    expect((await north({ ledger: { ...ledger, feeds, feedProgress } })).reading?.movedAt).toEqual(startedAt);
  });

  test('is watched anew after a pause', async () => {
    await north();
    now = now.plus({ hours: 1 });
    await ledger.pause(['north'], 'holidays', 'anna', now);
    await north();
    now = now.plus({ days: 2 });
    await ledger.resume(['north'], 'anna');
    expect((await north()).reading?.watchedSince).toEqual(now);
  });

  test('a silence that was told of is remembered beyond the days that are read otherwise', async () => {
    const asked: number[] = [];
    const arrivals: AlarmLedger['arrivals'] = async (since) => {
      asked.push(Math.round(now.diff(since).as('days')));
      return asked.length === 1 ? [] : [{ account: 'north', day: '2025-11-01', orders: 9, lastAt: now }];
    };
    const silent = { name: 'feed-silent', account: 'north', subject: null, text: 'Silent.' } as const;
    await ledger.noteAlarms([silent], { names: new Set(alarmNames), subject: 'box', silentBefore: now }, now);
    expect((await north({ ledger: { ...ledger, arrivals } })).arrivals).toHaveLength(1);
    expect(asked).toEqual([60, 400]);
  });
});

describe('first looks', () => {
  const counting = (recent: { offered: number; gone: number }) => {
    const spans: number[] = [];
    const firstLooks: AlarmLedger['firstLooks'] = async (_account, since) => {
      spans.push(Math.round(now.diff(since).as('minutes')));
      return { recent, before: { offered: 40, gone: 0 } };
    };
    return { spans, ledger: { ...ledger, firstLooks } };
  };

  test('are read over spans from two intervals to six hours', async () => {
    const { spans, ledger } = counting({ offered: 0, gone: 20 });
    await north({ ledger });
    expect(spans.toSorted((a, b) => a - b)).toEqual([2, 8, 32, 128, 360]);
  });

  test('are read once where there are too few to tell anything', async () => {
    const { spans, ledger } = counting({ offered: 7, gone: 0 });
    await north({ ledger });
    expect(spans).toEqual([360]);
  });
});

test('the clock is judged by what was heard since the last word about this machine', async () => {
  const skewed = (subject: string) => ({ name: 'clock-skew', account: null, subject, text: 'Late.' }) as const;
  const judged = { names: new Set(alarmNames), subject: 'box', silentBefore: now };
  await ledger.noteAlarms([skewed('box'), skewed('another')], judged, now.minus({ minutes: 9 }));
  await ledger.noteAlarms([skewed('another')], judged, now.minus({ minutes: 4 }));
  const againstAmazon = () => ({ machineAheadMs: 5, ledgerAheadMs: 6, heardMsAgo: 60_000 });
  expect((await gather({ againstAmazon })).clock).toEqual({
    machineAheadMs: 5,
    ledgerAheadMs: 6,
    heardAt: now.minus({ minutes: 1 }),
    lastChangeAt: now.minus({ minutes: 4 }),
  });
  expect((await gather()).clock).toBeNull();
});
