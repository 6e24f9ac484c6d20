import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Duration } from 'luxon';
import { phase, requestWindow } from '../../src/policy/request-window.js';
import { aDelivery, at } from '../support/builders.js';

const margin = Duration.fromObject({ hours: 1 });

test('it opens five days after the earliest delivery and closes thirty after the latest, less the margin', () => {
  const delivery = aDelivery({
    earliest: at('2026-03-04T00:00:00Z'),
    about: at('2026-03-05T12:00:00Z'),
    latest: at('2026-03-06T00:00:00Z'),
  });

  const window = requestWindow(delivery, margin);

  expect(window.opensAt.toISO()).toBe('2026-03-09T00:00:00.000Z');
  expect(window.closesAt.toISO()).toBe('2026-04-04T23:00:00.000Z');
});

test('its days have 24 hours, also where the clocks change', () => {
  const about = at('2026-03-25T12:00:00Z').setZone('Europe/Berlin');

  const window = requestWindow(aDelivery({ about }), margin);

  expect(window.opensAt.toISO()).toBe('2026-03-30T12:00:00.000Z');
});

test('a leap day is a day', () => {
  const window = requestWindow(aDelivery({ about: at('2028-02-25T12:00:00Z') }), margin);

  expect(window.opensAt.toISO()).toBe('2028-03-01T12:00:00.000Z');
});

test.each([
  ['a millisecond early', '2026-03-06T11:59:59.999Z', 'early'],
  ['the moment it opens', '2026-03-06T12:00:00.000Z', 'open'],
  ['the last millisecond', '2026-03-31T10:59:59.999Z', 'open'],
  ['the moment it closes', '2026-03-31T11:00:00.000Z', 'closed'],
])('%s', (_name, now, expected) => {
  const window = requestWindow(aDelivery({ about: at('2026-03-01T12:00:00Z') }), margin);

  expect(phase(window, at(now))).toBe(expected);
});

test('it opens before it closes, however vague the delivery', () => {
  const hours = fc.integer({ min: 0, max: 5_000 });

  const property = fc.property(hours, fc.integer({ min: 0, max: 24 }), (vague, marginHours) => {
    const earliest = at('2026-03-01T12:00:00Z');
    const delivery = aDelivery({ earliest, about: earliest, latest: earliest.plus({ hours: vague }) });

    const { opensAt, closesAt } = requestWindow(delivery, Duration.fromObject({ hours: marginHours }));

    expect(opensAt < closesAt).toBe(true);
  });

  fc.assert(property);
});
