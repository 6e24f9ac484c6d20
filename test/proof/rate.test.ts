import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mostBeyond } from '../../proof/rate/bucket-replay.js';
import { judge } from '../../proof/rate/judgement.js';
import type { ElsewhereCall, Recording } from '../../proof/rate/scene.js';
import type { Arrival } from '../../src/simulator/operation.js';
import { TokenBucket } from '../../src/simulator/token-bucket.js';

const plan = { rate: 1, burst: 5 };
const always = [{ since: Number.NEGATIVE_INFINITY, plan }];
const lessFromTen = [...always, { since: 10_000, plan: { rate: 0.5, burst: 5 } }];

describe('by how much arrivals go beyond a plan', () => {
  test.each([
    ['the burst at once and then one a second just keep it', [0, 0, 0, 0, 0, 1000, 2000, 3000], 0],
    ['one that comes a tenth of a second early breaks it', [0, 0, 0, 0, 0, 1000, 1900], 0.1],
    ['a second burst before the bucket is full again breaks it', [0, 0, 0, 0, 0, 3000, 3000, 3000, 3000], 1],
    ['a second burst after a rest keeps it', [0, 0, 0, 0, 0, 5000, 5000, 5000, 5000, 5000], 0],
    ['a rest saves up no more than the burst', [0, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000], 1],
    ['the order in which they are listed does not matter', [1900, 0, 0, 1000, 0, 0, 0], 0.1],
  ])('%s', (_name, arrivals, beyond) => {
    expect(mostBeyond(arrivals, always)).toBeCloseTo(beyond);
  });

  test('the old pace kept up after less was granted breaks it', () => {
    const arrivals = [0, 0, 0, 0, 0, ...Array.from({ length: 14 }, (_, index) => (index + 1) * 1000)];

    expect(mostBeyond(arrivals, always)).toBeCloseTo(0);
    expect(mostBeyond(arrivals, lessFromTen)).toBeCloseTo(2);
  });

  test('it is more than nothing exactly where a bucket of the plan would refuse one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 40 }), (gaps) => {
        let at = 0;
        const arrivals = gaps.map((gap) => {
          at += gap;
          return at;
        });
        const bucket = new TokenBucket(plan, arrivals[0] ?? 0);

        const refused = arrivals.filter((arrival) => !bucket.tryTake(arrival)).length;

        expect(mostBeyond(arrivals, always) > 1e-9).toBe(refused > 0);
      }),
      { seed: 4 },
    );
  });
});

describe('the judgement of a scene', () => {
  test('finds nothing where everybody keeps to the plans and uses them', () => {
    expect(judge(aRecording()).findings).toEqual([]);
  });

  test.each<[string, (calls: Arrival[]) => Arrival[], RegExp]>([
    ['a burst in the middle', plus('steady', 30_000, 33_000), /steady: createSolicitation went beyond its plan by/],
    ['a refusal for pace', (calls) => calls.map((call) => refusedAt(call, 'second', 20_000)), /answered 429/],
    ['one request in ten left out', withoutEveryTenth('steady'), /steady: only \d\d(\.\d)? % of what Amazon allows/],
    ['a faster rate that is not used', without('moving', 20_000, 22_000), /of the faster rate/],
    ['a slower rate that is not kept', plus('moving', 45_000, 55_000), /the change to less explains/],
    ['a slower rate that is not used', without('moving', 48_000, 54_000), /of the slower rate/],
    ['starving beside another client', without('shared', 10_000, 30_000), /what the other client left/],
    ['hammering', refusedEverySecond('shared'), /of our requests were answered 429/],
  ])('finds %s', (_name, spoil, finding) => {
    const recording = aRecording();

    const { findings } = judge({ ...recording, arrivals: spoil([...recording.arrivals]) });

    expect(findings.map(({ text }) => text)).toContainEqual(expect.stringMatching(finding));
  });

  test.each([
    ['finds not coming back within a minute', 100_000, true],
    ['does not judge coming back before a minute has passed', 60_000, false],
  ])('%s', (_name, endedAt, isFound) => {
    const recording = { ...aRecording(), endedAt };
    const arrivals = without('shared', 36_000, 60_000)([...recording.arrivals]);

    const texts = judge({ ...recording, arrivals }).findings.map(({ text }) => text);

    expect(texts.some((text) => text.includes('did not come back'))).toBe(isFound);
  });
});

/** A minute in which all is well; instants from 0. */
function aRecording(): Recording {
  const every = (ms: number, from: number, to: number) =>
    Array.from({ length: Math.floor((to - from) / ms) }, (_, index) => from + (index + 1) * ms);
  const both = (account: string, instants: readonly number[], status = 200) =>
    instants.flatMap((at) => [look(account, at, status), ask(account, at, status)]);
  const arrivals = [
    ...both('steady', every(1000, 0, 60_000)),
    ...both('second', every(1000, 0, 60_000)),
    ...both('moving', [...every(1000, 0, 15_000), ...every(334, 15_000, 30_000), ...every(2000, 30_000, 60_000)]),
    ...both('shared', [...every(2500, 3000, 36_000), ...every(1000, 36_000, 60_000)]),
    ...both('shared', every(12_000, 3000, 36_000), 429),
  ];
  const elsewhere = every(1700, 3000, 36_000).map(
    (at): ElsewhereCall => ({ at, operation: 'createSolicitation', admitted: true }),
  );
  return {
    arrivals,
    begunAt: 0,
    endedAt: 60_000,
    fasterSince: 15_000,
    slowerSince: 30_000,
    elsewhere,
    sharedFrom: 3000,
    sharedUntil: 36_000,
    killedAt: [],
    downFrom: 0,
    downUntil: 0,
    stalledMs: 0,
    loadPerProcessor: 0,
    findings: [],
    asked: 0,
  };
}

function look(account: string, at: number, status = 200): Arrival {
  return { at, account, operation: 'getSolicitationActions', status };
}

function ask(account: string, at: number, status = 201): Arrival {
  return { at, account, operation: 'createSolicitation', status };
}

function refusedAt(call: Arrival, account: string, at: number): Arrival {
  return call.account === account && call.at === at ? { ...call, status: 429 } : call;
}

function without(account: string, from: number, to: number) {
  return (calls: Arrival[]) => calls.filter((call) => call.account !== account || call.at < from || call.at > to);
}

function withoutEveryTenth(account: string) {
  return (calls: Arrival[]) => calls.filter((call) => call.account !== account || call.at % 10_000 !== 0);
}

function plus(account: string, from: number, to: number) {
  const more = Array.from({ length: (to - from) / 500 }, (_, index) => ask(account, from + index * 500));
  return (calls: Arrival[]) => [...calls, ...more];
}

function refusedEverySecond(account: string) {
  const more = Array.from({ length: 30 }, (_, index) => look(account, 4000 + index * 1000, 429));
  return (calls: Arrival[]) => [...calls, ...more];
}
