import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CapToday, capsToday, type DailyCap, noCaps } from '../../src/policy/daily-cap.js';
import { at, GERMANY } from '../support/builders.js';
import { placeAndInstant } from './asking-times.js';

const ten: DailyCap = { limit: 10, marketplaceIds: [GERMANY] };
const three: DailyCap = { limit: 3, marketplaceIds: [GERMANY, 'A13V1IB3VIYZZH'] };
const noon = at('2026-03-20T12:00:00Z');

describe('an order must fit into', () => {
  const inShort = (caps: readonly CapToday[]) =>
    caps.map(({ reason, limit, catchUpOnly }) => `${reason} ${limit}${catchUpOnly ? ' of the catch-up' : ''}`);
  const both = { maxPerDay: ten, catchUpPerDay: three };

  test.each([
    ['nothing without caps', noCaps, true, []],
    ['the general cap, when it is new', { ...noCaps, maxPerDay: ten }, false, ['max-per-day 10']],
    ['the general cap, when it is of the catch-up', { ...noCaps, maxPerDay: ten }, true, ['max-per-day 10']],
    ['nothing, when it is new and only the catch-up is capped', { ...noCaps, catchUpPerDay: three }, false, []],
    [
      'the cap of the catch-up, when it is of that',
      { ...noCaps, catchUpPerDay: three },
      true,
      ['catch-up-per-day 3 of the catch-up'],
    ],
    ['one of two caps, when it is new', both, false, ['max-per-day 10']],
    ['both caps, when it is of the catch-up', both, true, ['max-per-day 10', 'catch-up-per-day 3 of the catch-up']],
  ])('%s', (_name, caps, catchUp, expected) => {
    expect(inShort(capsToday(caps, catchUp, 'Europe/Berlin', noon))).toEqual(expected);
  });

  test('a cap that names the marketplaces it is for', () => {
    const [cap] = capsToday({ ...noCaps, maxPerDay: three }, false, 'Europe/Berlin', noon);

    expect(cap?.marketplaceIds).toEqual(three.marketplaceIds);
  });
});

function dayOf(zone: string, instant: string): readonly (string | null | undefined)[] {
  const [cap] = capsToday({ ...noCaps, maxPerDay: ten }, false, zone, at(instant));
  return [cap?.from, cap?.until].map((end) => end?.toISO({ suppressMilliseconds: true }));
}

test.each([
  ['of Berlin in winter', 'Europe/Berlin', '2026-01-14T12:00:00Z', '2026-01-13T23:00:00Z', '2026-01-14T23:00:00Z'],
  ['at its first instant', 'Europe/Berlin', '2026-01-13T23:00:00Z', '2026-01-13T23:00:00Z', '2026-01-14T23:00:00Z'],
  [
    'before its first instant',
    'Europe/Berlin',
    '2026-01-13T22:59:59.999Z',
    '2026-01-12T23:00:00Z',
    '2026-01-13T23:00:00Z',
  ],
  ['that is an hour shorter', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
  ['that is an hour longer', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  [
    'of a zone at the half hour',
    'Asia/Kolkata',
    '2026-01-14T12:00:00Z',
    '2026-01-13T18:30:00Z',
    '2026-01-14T18:30:00Z',
  ],
  [
    'that is tomorrow in Sydney',
    'Australia/Sydney',
    '2026-01-14T20:00:00Z',
    '2026-01-14T13:00:00Z',
    '2026-01-15T13:00:00Z',
  ],
  ['that begins at one', 'Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
  [
    'whose last hour comes twice',
    'Africa/Cairo',
    '2026-10-29T21:30:00Z',
    '2026-10-28T21:00:00Z',
    '2026-10-29T22:00:00Z',
  ],
  [
    'whose midnight comes twice, at its end',
    'Atlantic/Azores',
    '2026-10-25T20:00:00Z',
    '2026-10-25T00:00:00Z',
    '2026-10-26T01:00:00Z',
  ],
  [
    'whose midnight comes twice, after the second',
    'Atlantic/Azores',
    '2026-10-25T01:30:00Z',
    '2026-10-25T00:00:00Z',
    '2026-10-26T01:00:00Z',
  ],
  ['the leap day', 'America/Chicago', '2028-02-29T12:00:00Z', '2028-02-29T06:00:00Z', '2028-03-01T06:00:00Z'],
])('the day %s', (_name, zone, instant, from, until) => {
  expect(dayOf(zone, instant)).toEqual([from, until]);
});

test('days follow each other without a gap, each is the calendar day of its zone, in every marketplace', () => {
  const property = fc.property(placeAndInstant, ({ zone, instant }) => {
    const [today] = capsToday({ ...noCaps, maxPerDay: ten }, false, zone, instant);
    if (today === undefined) throw new Error('there is a cap');
    const { from, until } = today;
    const date = (when: typeof from) => when.setZone(zone).toISODate();

    expect(from <= instant && instant < until).toBe(true);
    expect([date(from), date(until.minus(1))]).toEqual([date(instant), date(instant)]);
    expect([date(from.minus(1)), date(until)]).not.toContain(date(instant));
    expect([from.zoneName, until.zoneName]).toEqual(['UTC', 'UTC']);
  });

  fc.assert(property, { numRuns: 10_000 });
});
