import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { instantOf } from '../../src/amazon/instant.js';

describe('an instant of Amazon', () => {
  test.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
    ['2026-03-01T10:00:00.123Z', '2026-03-01T10:00:00.123Z'],
    ['2026-03-01T10:00:00.5Z', '2026-03-01T10:00:00.500Z'],
    ['2026-03-01T10:00:00.123456Z', '2026-03-01T10:00:00.123Z'],
    ['2026-03-01T10:00:00+01:00', '2026-03-01T09:00:00.000Z'],
    ['2026-03-31T23:59:59.999Z', '2026-03-31T23:59:59.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2099-12-31T23:59:59Z', '2099-12-31T23:59:59.000Z'],
  ])('%s is read', (text, expected) => {
    expect(instantOf(text)?.toISO()).toBe(expected);
  });

  test.each([
    ['a day that February does not have', '2026-02-29T00:00:00Z'],
    ['a day that April does not have', '2026-04-31T00:00:00Z'],
    ['a leap second', '2026-06-28T23:59:60Z'],
    ['the last century', '1999-12-31T23:59:59Z'],
    ['the next century', '2100-01-01T00:00:00Z'],
    ['a year of five digits', '+20260-01-01T00:00:00Z'],
    ['words', 'tomorrow'],
    ['nothing', ''],
    ['more than any instant has', `2026-03-01T10:00:00.${'0'.repeat(300)}Z`],
  ])('%s is none', (_name, text) => {
    expect(instantOf(text)).toBeNull();
  });

  test('is read as luxon reads it, whatever day it is', () => {
    const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (day) => {
        const text = day.toISOString();
        expect(instantOf(text)?.equals(DateTime.fromISO(text, { zone: 'utc' }))).toBe(true);
      }),
    );
  });
});
