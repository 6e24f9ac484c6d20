import { expect, test } from '@jest/globals';
import { askingOperations, ourShare, publishedPlans, slowestPace } from '../../src/policy/usage-plan.js';

test.each([
  ['the requests of two seconds stay free of the burst', { rate: 1, burst: 5 }, { rate: 1, burst: 3 }],
  ['at a slow rate it is one', { rate: 0.01, burst: 20 }, { rate: 0.01, burst: 19 }],
  ['of a burst of two one is ours', { rate: 1, burst: 2 }, { rate: 1, burst: 1 }],
  ['a burst of one is ours', { rate: 0.5, burst: 1 }, { rate: 0.5, burst: 1 }],
])('%s', (_name, plan, expected) => {
  expect(ourShare(plan)).toEqual(expected);
});

test('no published plan is outrun, and each is of use', () => {
  for (const plan of Object.values(publishedPlans)) {
    const ours = ourShare(plan);

    expect(ours.rate).toBeLessThanOrEqual(plan.rate);
    expect(ours.burst).toBeLessThan(plan.burst);
    expect(ours.burst).toBeGreaterThanOrEqual(1);
  }
});

test('wake-ups leave a request of our share free, so that one that is late finds its slot', () => {
  const { rate, burst } = slowestPace(askingOperations, []);

  expect({ rate, burst }).toEqual({ rate: 1, burst: ourShare(publishedPlans.createSolicitation).burst - 1 });
});
