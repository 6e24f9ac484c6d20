import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstAllowed } from '../../src/policy/asking-hours.js';
import { aRule, at, everyDay, hours } from '../support/builders.js';
import { anyRule, placeAndInstant, walkToAllowed } from './asking-times.js';

const MONDAY = 1;
const SATURDAY = 6;
const SUNDAY = 7;

/** In local time, with the offset that tells which of two equal hours it is. */
function firstLocal(
  from: string,
  spans: string,
  zone: string,
  weekdays: ReadonlySet<number> = everyDay,
): string | null {
  const instant = at(from);
  const allowed = firstAllowed(instant, instant.plus({ days: 10 }), aRule({ hours: hours(spans), weekdays }), zone);
  return allowed?.setZone(zone).toISO({ suppressMilliseconds: true }) ?? null;
}

describe('within a day', () => {
  test.each([
    ['in the night it waits for the morning', '2026-01-14T03:00:00+01:00', '2026-01-14T09:00:00+01:00'],
    ['a millisecond before the hours begin', '2026-01-14T08:59:59.999+01:00', '2026-01-14T09:00:00+01:00'],
    ['the moment they begin', '2026-01-14T09:00:00+01:00', '2026-01-14T09:00:00+01:00'],
    ['between two spans', '2026-01-14T12:00:00+01:00', '2026-01-14T14:00:00+01:00'],
    ['the last millisecond of a span', '2026-01-14T11:59:59.999+01:00', '2026-01-14T11:59:59.999+01:00'],
    ['the moment the hours end', '2026-01-14T20:00:00+01:00', '2026-01-15T09:00:00+01:00'],
    ['on the last evening of a year', '2025-12-31T20:00:00+01:00', '2026-01-01T09:00:00+01:00'],
    ['on the evening before a leap day', '2028-02-28T20:00:00+01:00', '2028-02-29T09:00:00+01:00'],
  ])('%s', (_name, from, expected) => {
    expect(firstLocal(from, '09:00-12:00,14:00-20:00', 'Europe/Berlin')).toBe(expected);
  });

  test('hours follow the zone of the marketplace, to the half hour', () => {
    expect(firstLocal('2026-01-14T03:00:00Z', '09:00-20:00', 'Asia/Kolkata')).toBe('2026-01-14T09:00:00+05:30');
  });

  test('spans need not stand in order', () => {
    const first = firstLocal('2026-01-14T03:00:00+01:00', '14:00-20:00,09:00-12:00', 'Europe/Berlin');

    expect(first).toBe('2026-01-14T09:00:00+01:00');
  });

  test('the answer is in UTC', () => {
    const allowed = firstAllowed(at('2026-01-14T03:00:00Z'), at('2026-01-15T00:00:00Z'), aRule(), 'Asia/Tokyo');

    expect(allowed?.toISO()).toBe('2026-01-14T03:00:00.000Z');
  });
});

describe('weekdays', () => {
  test.each([
    ['on the weekday itself', '2026-01-12T10:00:00+01:00', '2026-01-12T10:00:00+01:00'],
    ['after its hours, a week later', '2026-01-12T20:00:00+01:00', '2026-01-19T09:00:00+01:00'],
    ['on the day after, six days later', '2026-01-13T00:00:00+01:00', '2026-01-19T09:00:00+01:00'],
    ['on the evening before', '2026-01-11T23:59:00+01:00', '2026-01-12T09:00:00+01:00'],
  ])('%s', (_name, from, expected) => {
    expect(firstLocal(from, '09:00-20:00', 'Europe/Berlin', new Set([MONDAY]))).toBe(expected);
  });

  test('a weekday is the one of the marketplace, not of UTC', () => {
    const sundayInLondon = '2026-01-11T23:30:00Z';

    expect(firstLocal(sundayInLondon, '00:00-24:00', 'Asia/Tokyo', new Set([MONDAY]))).toBe(
      '2026-01-12T08:30:00+09:00',
    );
  });
});

describe('a span over midnight', () => {
  test.each([
    ['before it begins', '2026-01-10T19:59:00+01:00', '2026-01-10T20:00:00+01:00'],
    [
      'after midnight it still belongs to the day on which it began',
      '2026-01-11T01:59:00+01:00',
      '2026-01-11T01:59:00+01:00',
    ],
    ['the moment it ends', '2026-01-11T02:00:00+01:00', '2026-01-17T20:00:00+01:00'],
    [
      'the small hours of its own weekday belong to the day before',
      '2026-01-10T01:00:00+01:00',
      '2026-01-10T20:00:00+01:00',
    ],
  ])('%s', (_name, from, expected) => {
    expect(firstLocal(from, '20:00-02:00', 'Europe/Berlin', new Set([SATURDAY]))).toBe(expected);
  });

  test('reaches over the end of the week', () => {
    const first = firstLocal('2026-01-12T01:00:00+01:00', '20:00-02:00', 'Europe/Berlin', new Set([SUNDAY]));

    expect(first).toBe('2026-01-12T01:00:00+01:00');
  });
});

describe('when the clocks change', () => {
  test.each([
    ['nine stays nine in spring', '2026-03-28T20:00:00Z', '09:00-20:00', 'Europe/Berlin', '2026-03-29T09:00:00+02:00'],
    ['nine stays nine in autumn', '2026-10-24T20:00:00Z', '09:00-20:00', 'Europe/Berlin', '2026-10-25T09:00:00+01:00'],
    [
      'a beginning that is skipped is the moment of the change',
      '2026-03-29T00:00:00Z',
      '02:30-05:00',
      'Europe/Berlin',
      '2026-03-29T03:00:00+02:00',
    ],
    [
      'a span that is skipped as a whole waits for the next day',
      '2026-03-29T00:00:00Z',
      '02:15-02:45',
      'Europe/Berlin',
      '2026-03-30T02:15:00+02:00',
    ],
    ['a midnight that is skipped', '2026-04-23T21:30:00Z', '00:00-01:30', 'Africa/Cairo', '2026-04-24T01:00:00+03:00'],
    [
      'an hour that comes twice, the first time',
      '2026-10-25T00:10:00Z',
      '02:00-02:45',
      'Europe/Berlin',
      '2026-10-25T02:10:00+02:00',
    ],
    [
      'an hour that comes twice, between its two times',
      '2026-10-25T00:50:00Z',
      '02:00-02:45',
      'Europe/Berlin',
      '2026-10-25T02:00:00+01:00',
    ],
    [
      'an hour that comes twice, the second time',
      '2026-10-25T01:10:00Z',
      '02:00-02:45',
      'Europe/Berlin',
      '2026-10-25T02:10:00+01:00',
    ],
    [
      'what comes before the hours comes twice, too',
      '2026-10-25T01:10:00Z',
      '02:30-05:00',
      'Europe/Berlin',
      '2026-10-25T02:30:00+01:00',
    ],
    [
      'the day begins an hour before midnight again',
      '2026-10-29T20:30:00Z',
      '00:00-01:00',
      'Africa/Cairo',
      '2026-10-30T00:00:00+02:00',
    ],
    ['south of the equator', '2026-10-03T12:00:00Z', '09:00-20:00', 'Australia/Sydney', '2026-10-04T09:00:00+11:00'],
  ])('%s', (_name, from, spans, zone, expected) => {
    expect(firstLocal(from, spans, zone)).toBe(expected);
  });
});

describe('the end of the window', () => {
  const rule = aRule({ hours: hours('09:00-20:00') });
  const from = at('2026-01-14T03:00:00Z');

  test.each([
    ['an hour that begins as the window closes is none', '2026-01-14T08:00:00.000Z', null],
    ['an hour that begins a millisecond before', '2026-01-14T08:00:00.001Z', '2026-01-14T08:00:00.000Z'],
    ['a window that is closed already', '2026-01-14T03:00:00.000Z', null],
  ])('%s', (_name, before, expected) => {
    expect(firstAllowed(from, at(before), rule, 'Europe/Berlin')?.toISO() ?? null).toBe(expected);
  });
});

test('it is the first instant that the clock on the wall allows, in every marketplace', () => {
  const span = fc.integer({ min: 0, max: 10 * 24 * 60 * 60 });

  const property = fc.property(placeAndInstant, anyRule, span, ({ zone, instant }, rule, seconds) => {
    const before = instant.plus({ seconds });

    const allowed = firstAllowed(instant, before, rule, zone);

    expect(allowed?.toMillis() ?? null).toBe(walkToAllowed(instant, before, rule, zone));
  });

  fc.assert(property, { numRuns: 10_000 });
});
