import { describe, expect, test } from '@jest/globals';
import { type BenchDocument, type Bound, complaintOf, isWorse, judge } from '../../bench/regressions/bounds.js';
import { bounds, smallBenches } from '../../bench/regressions/programs.js';

const of = ({ ratio }: BenchDocument) => ratio;
const fast: Bound = { bench: 'asks', what: 'share', of, atLeast: 0.5 };
const small: Bound = { bench: 'queue', what: 'memory', of, atMost: 0.1 };
const document = (ratio: unknown): BenchDocument => ({ ratio, figures: {} });

describe('a ratio', () => {
  test.each<[string, Bound, unknown, boolean]>([
    ['better than it must be', fast, 0.9, false],
    ['just as good as it must be', fast, 0.5, false],
    ['too low', fast, 0.49, true],
    ['nothing at all', fast, 0, true],
    ['low where low is good', small, 0.01, false],
    ['as high as it may be', small, 0.1, false],
    ['too high', small, 0.11, true],
    ['zero where low is good', small, 0, false],
    ['no number: nobody asked', fast, null, true],
    ['no number: the largest of nothing', small, Number.NEGATIVE_INFINITY, true],
    ['no number: a figure that is told no more', small, Number.NaN, true],
  ])('%s', (_name, bound, ratio, worse) => {
    expect(isWorse(judge(bound, document(ratio)))).toBe(worse);
  });
});

test('what is worse is told with its figure and its bound', () => {
  expect(complaintOf(judge(fast, document(0.2)))).toBe(
    'asks: share is 0.2, and must be 0.5 at least: something became several times worse',
  );
  expect(complaintOf(judge(small, document(undefined)))).toBe('queue: "memory" was not measured');
});

test('every bound has an end, and is of a bench that is run', () => {
  for (const { bench, atLeast, atMost } of bounds) {
    expect(Object.keys(smallBenches)).toContain(bench);
    expect(atLeast === undefined).not.toBe(atMost === undefined);
  }
});

test('no bench is run for nothing', () => {
  for (const bench of Object.keys(smallBenches)) expect(bounds.map((bound) => bound.bench)).toContain(bench);
});
