import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { instantAt, latest } from '../../src/policy/instants.js';
import { at } from '../support/builders.js';

const early = at('2026-03-01T00:00:00Z');
const late = at('2026-03-02T00:00:00Z');

test.each([
  ['of none', [], null],
  ['of unknown ones', [null, null], null],
  ['of one', [early], early],
  ['the later first', [late, early], late],
  ['the later last', [early, late], late],
  ['unknown ones do not count', [null, early, null], early],
])('the latest instant: %s', (_name, instants, expected) => {
  expect(latest(...instants)).toBe(expected);
});

test('an instant is what luxon makes of the same milliseconds', () => {
  const milliseconds = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) });
  fc.assert(
    fc.property(milliseconds, fc.integer({ min: -90, max: 90 }), (ms, days) => {
      const [ours, luxons] = [instantAt(ms), DateTime.fromMillis(ms, { zone: 'utc' })];

      expect(ours).toEqual(luxons);
      expect(ours.equals(luxons)).toBe(true);
      expect(ours.toISO()).toBe(luxons.toISO());
      expect(ours.plus({ days }).equals(luxons.plus({ days }))).toBe(true);
      expect(ours.setZone('Asia/Tokyo').toFormat('cccc d LLLL HH:mm')).toBe(
        luxons.setZone('Asia/Tokyo').toFormat('cccc d LLLL HH:mm'),
      );
    }),
  );
});

test('what is no number is no instant', () => {
  expect(instantAt(Number.NaN).isValid).toBe(false);
});
