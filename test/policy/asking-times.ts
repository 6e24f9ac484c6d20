import fc from 'fast-check';
import { DateTime, IANAZone } from 'luxon';
import { marketplaces } from '../../src/amazon/marketplaces.js';
import type { AskingRules } from '../../src/policy/asking-rules.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const QUARTER = 15 * MINUTE;
const FROM = Date.UTC(2024, 0, 1);
const UNTIL = Date.UTC(2033, 0, 1);

/** What the clock on the buyer's wall and the calendar beside it say, reckoned without luxon's calendar. */
export function isAllowed(instant: number, { hours, weekdays }: AskingRules, zone: string): boolean {
  const local = instant + offset(instant, zone) * MINUTE;
  const day = Math.floor(local / DAY);
  const minute = Math.floor((local - day * DAY) / MINUTE);
  // 1 January 1970 was a Thursday.
  const today = weekdays.has(((day + 3) % 7) + 1);
  const yesterday = weekdays.has(((day + 2) % 7) + 1);
  return hours.some(({ from, until }) => {
    if (from < until) return today && from <= minute && minute < until;
    return (today && from <= minute) || (yesterday && minute < until);
  });
}

const offsets = new Map<string, Map<number, number | null>>();

/** Minutes ahead of UTC. Asking Node is slow, so days on which they do not change are remembered. */
function offset(instant: number, zone: string): number {
  const rule = IANAZone.create(zone);
  const known = offsets.get(zone) ?? new Map<number, number | null>();
  offsets.set(zone, known);
  const day = Math.floor(instant / DAY) * DAY;
  let ofDay = known.get(day);
  if (ofDay === undefined) {
    ofDay = rule.offset(day) === rule.offset(day + DAY) ? rule.offset(day) : null;
    known.set(day, ofDay);
  }
  return ofDay ?? rule.offset(instant);
}

/**
 * The first allowed instant, found by walking. What is allowed changes at full quarters of an hour only: the spans below
 * begin and end there, and so do all changes of the clock.
 */
export function walkToAllowed(from: DateTime, before: DateTime, rules: AskingRules, zone: string): number | null {
  let instant = from.toMillis();
  while (instant < before.toMillis()) {
    if (isAllowed(instant, rules, zone)) return instant;
    instant = (Math.floor(instant / QUARTER) + 1) * QUARTER;
  }
  return null;
}

/** Days on which the clock of a marketplace changes. */
function clockChanges(zone: string): readonly number[] {
  const rule = IANAZone.create(zone);
  const changes: number[] = [];
  for (let day = FROM; day < UNTIL; day += DAY) {
    if (rule.offset(day) !== rule.offset(day + DAY)) changes.push(day);
  }
  return changes;
}

const leapDays = [Date.UTC(2024, 1, 29), Date.UTC(2028, 1, 29), Date.UTC(2032, 1, 29)];
const placesAndDays = [...new Set(marketplaces.map(({ zone }) => zone))].map((zone) => ({
  zone,
  days: [...clockChanges(zone), ...leapDays],
}));

/** Any marketplace's zone and an instant, often near a change of its clock or a leap day. */
export const placeAndInstant: fc.Arbitrary<{ zone: string; instant: DateTime }> = fc
  .constantFrom(...placesAndDays)
  .chain(({ zone, days }) =>
    fc
      .oneof(
        fc.integer({ min: FROM, max: UNTIL }),
        fc
          .tuple(fc.constantFrom(...days), fc.integer({ min: -96, max: 192 }), fc.constantFrom(0, 0, 1, -1))
          .map(([day, quarters, millis]) => day + quarters * QUARTER + millis),
      )
      .map((millis) => ({ zone, instant: DateTime.fromMillis(millis, { zone: 'utc' }) })),
  );

const quarter = fc.oneof(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 16 })).map((count) => count * 15);

const span = fc
  .tuple(quarter, fc.oneof(quarter, fc.constant(1440)))
  .filter(([from, until]) => from !== until)
  .map(([from, until]) => ({ from, until }));

/** Spans of whole quarters: by day, over midnight, several, overlapping; any weekdays. */
export const anyRule: fc.Arbitrary<AskingRules> = fc.record({
  askAfterDays: fc.integer({ min: 5, max: 29 }),
  askAfterDaysFor: fc.constant([]),
  hours: fc.array(span, { minLength: 1, maxLength: 3 }),
  weekdays: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }).map((days) => new Set(days)),
});
