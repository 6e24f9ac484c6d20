import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fits, fitsAny } from '../../src/policy/product-pattern.js';
import { timesAsLong } from '../support/growth.js';

test.each([
  ['TEA-1', 'TEA-1', true],
  ['TEA-1', 'TEA-10', false],
  ['TEA-1', 'A-TEA-1', false],
  ['tea-1', 'TEA-1', true],
  ['B00abc1234', 'b00ABC1234', true],
  ['TEA-*', 'TEA-', true],
  ['TEA-*', 'TEA-GREEN-100', true],
  ['TEA-*', 'TEA', false],
  ['TEA-*', 'GREEN-TEA-1', false],
  ['*-L', 'TEA-L', true],
  ['*-L', 'TEA-LL', false],
  ['*GREEN*', 'TEA-GREEN-100', true],
  ['*GREEN*', 'GREEN', true],
  ['*GREEN*', 'TEA-RED-100', false],
  ['T*A*1', 'TEA-1', true],
  ['T*A*1', 'TA1', true],
  ['T*A*1', 'T1A', false],
  ['*', '', true],
  ['*', 'anything at all', true],
  ['**', 'TEA', true],
  ['TEA**1', 'TEA1', true],
  ['', '', true],
  ['', 'TEA', false],
  ['TEA 1', 'TEA 1', true],
  ['ÖL-*', 'öl-1', true],
])('the pattern "%s" and the product "%s"', (pattern, product, expected) => {
  expect(fits(product, pattern)).toBe(expected);
});

test.each(['.', '+', '?', '^', '$', '{2}', '(A)', '[A-Z]', '|', '\\', '\\d', '-', '/'])(
  'the character %s in a pattern stands for itself',
  (special) => {
    expect(fits(`A${special}B`, `A${special}B`)).toBe(true);
    expect(fits(`1A${special}B2`, `1*${special}*2`)).toBe(true);
    expect(fits('AXB', `A${special}B`)).toBe(false);
    expect(fits('AB', `A${special}B`)).toBe(false);
  },
);

test('a star reaches over line ends, should a seller have typed one', () => {
  expect(fits('TEA\n1', 'TEA*1')).toBe(true);
});

test('a product whose name is not known fits no pattern, not even the one for any', () => {
  expect(fits(null, '*')).toBe(false);
  expect(fitsAny(null, ['*', 'TEA-1'])).toBe(false);
});

test('of several patterns one is enough; of none there is none', () => {
  expect(fitsAny('TEA-1', ['CUP-*', 'TEA-*'])).toBe(true);
  expect(fitsAny('TEA-1', ['CUP-*'])).toBe(false);
  expect(fitsAny('TEA-1', [])).toBe(false);
});

describe('whatever a seller calls a product', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => !name.includes('*'));

  test('its own name fits it, and so do its beginning, its end and its middle with a star', () => {
    const property = fc.property(text, text, text, (head, middle, tail) => {
      const name = head + middle + tail;

      for (const pattern of [name, `${head}*`, `*${tail}`, `*${middle}*`, `${head}*${tail}`, '*']) {
        expect(fits(name, pattern)).toBe(true);
      }
    });

    fc.assert(property, { numRuns: 10_000 });
  });

  test('another name does not fit it', () => {
    const letters = fc.string({ unit: fc.constantFrom('A', 'B', '.', '+', '(', '[', '\\', '$'), maxLength: 6 });
    const property = fc.property(letters, letters, (name, other) => {
      expect(fits(name, other)).toBe(name === other);
    });

    fc.assert(property, { numRuns: 10_000 });
  });
});

test('a pattern with more stars is not many times as hard to judge', () => {
  const withStars = (stars: number) => () => {
    const pattern = `${'*A'.repeat(stars)}*B*`;
    for (let time = 0; time < 5_000; time += 1) if (fits('A'.repeat(40), pattern)) throw new Error(pattern);
  };

  // Who tries every place for every star needs a hundred times as long.
  expect(timesAsLong(withStars(2), withStars(4))).toBeLessThan(20);
});
