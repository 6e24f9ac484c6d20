import { expect, test } from '@jest/globals';
import { ourShare, publishedPlans } from '../../src/policy/usage-plan.js';

test.each([
  ['one request of the burst stays free', { rate: 1, burst: 5 }, { rate: 1, burst: 4 }],
  ['a burst of two', { rate: 1, burst: 2 }, { rate: 1, burst: 1 }],
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
