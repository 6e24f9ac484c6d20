import { DateTime } from 'luxon';
import type { Clock } from '../../src/clock.js';

/** A clock that stands still until it is moved. */
export function heldClock(): Clock & { pass(time: Record<string, number>): void } {
  let now = DateTime.fromISO('2026-03-01T12:00:00Z', { zone: 'utc' });
  return {
    now: () => now,
    pass(time) {
      now = now.plus(time);
    },
  };
}
