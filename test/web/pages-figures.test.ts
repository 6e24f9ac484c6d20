import { expect, test } from '@jest/globals';
import {
  counted,
  dayText,
  instantText,
  marketplaceCode,
  percent,
  shortInstantText,
  timeSpan,
} from '../../src/web/pages/figures.js';
import { at, GERMANY } from '../support/builders.js';

test('an instant is told in UTC, in the same words everywhere', () => {
  const instant = at('2026-11-02T00:05:09Z').setZone('Asia/Tokyo');

  expect(instantText(instant)).toBe('Nov 2, 2026, 00:05:09 UTC');
  expect(shortInstantText(instant)).toBe('Nov 2, 00:05 UTC');
  expect(dayText('2026-11-02')).toBe('Mon, Nov 2');
});

test.each([
  [0, '0 s'],
  [99, '99 s'],
  [100, '1 min'],
  [5_940, '99 min'],
  [6_000, '1 h 40 min'],
  [7_200, '2 h'],
  [172_800, '2 d'],
  [180_000, '2 d 2 h'],
  [8_640_000, '100 d'],
])('%s seconds are %s', (seconds, text) => {
  expect(timeSpan(seconds)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.000_26, '0.026 %'],
  [0.055, '5.5 %'],
  [0.4, '40 %'],
  [17, '1,700 %'],
])('a share of %s is %s', (share, text) => {
  expect(percent(share)).toBe(text);
});

test('one is one, and more are grouped by thousands', () => {
  expect([counted(1, 'order'), counted(1_234_567, 'order')]).toEqual(['1 order', '1,234,567 orders']);
});

test('a marketplace goes by its code, one that is not known by its id', () => {
  expect([GERMANY, 'A0NEWMARKET000', null].map(marketplaceCode)).toEqual(['DE', 'A0NEWMARKET000', '?']);
});
