import { DateTime } from 'luxon';
import type { AskingRules } from './asking-rules.js';
import { DAY_MS, instantAt } from './instants.js';

const MINUTE_MS = 60_000;
/** Clocks are changed at full quarters of an hour. */
const QUARTER_MS = 15 * MINUTE_MS;

/**
 * The first instant at or after `from` and before `before` that lies inside the owner's hours and weekdays, in the
 * marketplace's zone; `null` when there is none. Answers in UTC.
 *
 * What counts is what the clock on the buyer's wall shows: an hour that a clock change repeats is allowed both times, one
 * that it skips does not come. A span over midnight belongs to the weekday it begins on.
 */
export function firstAllowed(from: DateTime, before: DateTime, rules: AskingRules, zone: string): DateTime | null {
  const [earliest, end] = [from.toMillis(), before.toMillis()];
  for (let day = Math.floor(earliest / DAY_MS); day * DAY_MS < end; day += 1) {
    for (const span of allowedSpans(day, rules, zone)) {
      if (span.until <= earliest) continue;
      if (span.from <= earliest) return earliest < end ? from.toUTC() : null;
      return span.from < end ? instantAt(span.from) : null;
    }
  }
  return null;
}

/** In milliseconds: `from` is inside, `until` is not. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** By zone and day. There are few of both, even where a million orders are planned: zone arithmetic is the dear part of it. */
const known = new WeakMap<AskingRules, Map<string, Map<number, readonly Span[]>>>();

/** The allowed times of a day of UTC, counted from 1970, the earliest first. */
function allowedSpans(day: number, rules: AskingRules, zone: string): readonly Span[] {
  const zones = known.get(rules) ?? new Map<string, Map<number, readonly Span[]>>();
  known.set(rules, zones);
  const days = zones.get(zone) ?? new Map<number, readonly Span[]>();
  zones.set(zone, days);
  let spans = days.get(day);
  if (spans === undefined) {
    spans = stretches(day, zone).flatMap((stretch) => allowedIn(stretch, rules));
    days.set(day, spans);
  }
  return spans;
}

/** A time in which the clock of the zone is not changed. */
interface Stretch extends Span {
  /** Milliseconds ahead of UTC. */
  readonly offset: number;
}

function stretches(day: number, zone: string): readonly Stretch[] {
  const offsetAt = (instant: number) => DateTime.fromMillis(instant, { zone }).offset * MINUTE_MS;
  const [from, until] = [day * DAY_MS, (day + 1) * DAY_MS];
  const offset = offsetAt(from);
  if (offset === offsetAt(until)) return [{ from, until, offset }];
  return Array.from({ length: DAY_MS / QUARTER_MS }, (_, quarter) => {
    const begins = from + quarter * QUARTER_MS;
    return { from: begins, until: begins + QUARTER_MS, offset: offsetAt(begins) };
  });
}

/** The owner's spans of each local day, on a line of local time; from there back to UTC. */
function allowedIn({ from, until, offset }: Stretch, { hours, weekdays }: AskingRules): readonly Span[] {
  const spans: Span[] = [];
  // The day before counts, too: its spans may reach over midnight.
  for (let day = Math.floor((from + offset) / DAY_MS) - 1; day * DAY_MS < until + offset; day += 1) {
    if (!weekdays.has(weekdayOf(day))) continue;
    for (const span of hours) {
      const midnight = day * DAY_MS - offset;
      const end = span.until > span.from ? span.until : span.until + 24 * 60;
      const begins = Math.max(midnight + span.from * MINUTE_MS, from);
      const ends = Math.min(midnight + end * MINUTE_MS, until);
      if (begins < ends) spans.push({ from: begins, until: ends });
    }
  }
  return spans.sort((a, b) => a.from - b.from);
}

/** ISO: 1 is Monday. The first of January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return ((day + 3) % 7) + 1;
}
