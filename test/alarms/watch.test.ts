import { expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { Watch } from '../../src/alarms/watch.js';

const noon = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
const second = (count: number) => noon.plus({ seconds: count });
const millis = (instant: DateTime | null) => (instant === null ? null : instant.diff(noon).as('seconds'));

/** What is seen second by second: `x` it holds, `.` it does not. Answers since which second it has held, each time. */
function seen(story: string, breaks: { toleranceMs?: number; interruptedAt?: DateTime } = {}): (number | null)[] {
  const watch = new Watch();
  return [...story].map((sign, index) => millis(watch.holdsSince('it', sign === 'x', second(index), breaks)));
}

test('something holds since it was seen first, until it is seen not to', () => {
  expect(seen('.xxx.xx')).toEqual([null, 1, 1, 1, null, 5, 5]);
});

test('a short break counts for nothing, a long one ends it', () => {
  expect(seen('x.x..x...x', { toleranceMs: 3_000 })).toEqual([0, 0, 0, 0, 0, 0, 0, 0, null, 9]);
});

test('what was seen up to an interruption does not count', () => {
  expect(seen('xxx', { interruptedAt: second(1) })).toEqual([0, 1, 2]);
  const watch = new Watch();
  watch.holdsSince('it', true, second(0));
  expect(watch.holdsSince('it', false, second(2), { toleranceMs: 60_000, interruptedAt: second(1) })).toBeNull();
  expect(millis(watch.holdsSince('it', true, second(3), { toleranceMs: 60_000, interruptedAt: second(1) }))).toBe(3);
  expect(millis(watch.holdsSince('it', true, second(4), { toleranceMs: 60_000, interruptedAt: second(1) }))).toBe(3);
});

test('a value has changed when it is another than the one seen before; the first sight is no change', () => {
  const watch = new Watch();
  const changes = [1, 1, 2, 2, null, 2].map((value, index) => millis(watch.changedAt('it', value, second(index))));
  expect(changes).toEqual([null, null, 2, 2, 4, 5]);
});
