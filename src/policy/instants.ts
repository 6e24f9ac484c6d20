import { DateTime } from 'luxon';

/** The latest of the instants that are known; `null` when none is. */
export function latest(...instants: readonly (DateTime | null)[]): DateTime | null {
  return instants.reduce(
    (late, instant) => (late === null || (instant !== null && instant > late) ? instant : late),
    null,
  );
}

export const DAY_MS = 24 * 60 * 60 * 1000;

const epoch = DateTime.fromMillis(0, { zone: 'utc' });
const { zone, loc } = epoch as DateTime & { readonly loc: unknown };
/** As luxon makes what it derives from an instant at hand. Its types keep this to themselves. */
const Derived = DateTime as unknown as new (parts: { ts: number; zone: unknown; loc: unknown }) => DateTime;

/**
 * An instant by its milliseconds since 1970, in UTC: equal to what `DateTime.fromMillis` makes. That gives each instant a locale
 * of its own, which is most of its memory: where a million orders are planned, a quarter of the time would go into clearing those away.
 */
export function instantAt(milliseconds: number): DateTime {
  return new Derived({ ts: milliseconds, zone, loc });
}

/** In UTC, and without luxon's calendar, which is slow where a million orders are planned. */
export function plusMs(instant: DateTime, milliseconds: number): DateTime {
  return instantAt(instant.toMillis() + milliseconds);
}

/** Days of UTC, which all have 24 hours. */
export function plusDays(instant: DateTime, days: number): DateTime {
  return plusMs(instant, days * DAY_MS);
}
