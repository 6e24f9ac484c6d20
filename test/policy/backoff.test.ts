import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoff } from '../../src/policy/backoff.js';

test.each([
  ['the first failure', 1, 0, 1_000],
  ['the second', 2, 0, 2_000],
  ['the third', 3, 0, 4_000],
  ['the ninth, the last one below the longest time', 9, 0, 256_000],
  ['the tenth', 10, 0, 300_000],
  ['the thousandth', 1000, 0, 300_000],
  ['chance shortens it', 3, 0.5, 3_000],
  ['chance shortens it by no more than a half', 3, 0.999_999_9, 2_000],
])('%s', (_name, failures, random, millis) => {
  expect(backoff(failures, random).toMillis()).toBe(millis);
});

test('it lies between half a second and five minutes, and grows with the failures', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  const property = fc.property(fc.integer({ min: 1, max: 1_000_000 }), random, (failures, chance) => {
    const millis = backoff(failures, chance).toMillis();

    expect(millis).toBeGreaterThanOrEqual(500);
    expect(millis).toBeLessThanOrEqual(300_000);
    expect(backoff(failures + 1, chance).toMillis()).toBeGreaterThanOrEqual(millis);
  });

  fc.assert(property, { numRuns: 10_000 });
});
