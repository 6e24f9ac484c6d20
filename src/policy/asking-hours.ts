import { DateTime, Interval } from 'luxon';
import type { AskingRules } from './asking-rules.js';

/**
 * The first instant at or after `from` and before `before` that lies inside the owner's hours and weekdays, in the
 * marketplace's zone; `null` when there is none. Answers in UTC.
 *
 * What counts is what the clock on the buyer's wall shows: an hour that a clock change repeats is allowed both times, one
 * that it skips does not come. A span over midnight belongs to the weekday it begins on.
 */
export function firstAllowed(from: DateTime, before: DateTime, rules: AskingRules, zone: string): DateTime | null {
  if (from >= before) return null;
  const begins = beginsAt(from, rules, zone);
  if (begins === 'now') return from.toUTC();
  return begins !== null && begins < before.toMillis() ? DateTime.fromMillis(begins, { zone: 'utc' }) : null;
}

/** `now`, or the instant in milliseconds at which the next allowed time begins; `null` when none does within some weeks. */
type Beginning = 'now' | number | null;

const known = new WeakMap<AskingRules, Map<string, Beginning>>();
const MOST_KNOWN = 100_000;

/**
 * Rules speak in whole minutes, so all instants of a minute have one answer. It is remembered: planning a million orders
 * anew asks for the same minutes over and over, and zone arithmetic is the dear part of it.
 */
function beginsAt(from: DateTime, rules: AskingRules, zone: string): Beginning {
  const key = `${zone} ${Math.floor(from.toMillis() / 60_000)}`;
  let answers = known.get(rules);
  if (answers === undefined || answers.size >= MOST_KNOWN) {
    answers = new Map();
    known.set(rules, answers);
  }
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = nextBeginning(from.setZone(zone), rules);
    answers.set(key, answer);
  }
  return answer;
}

/** Every weekday comes within a week; a clock change may swallow a span that comes once a week. */
const DAYS_AHEAD = 22;

function nextBeginning(local: DateTime, rules: AskingRules): Beginning {
  if (isAllowed(local, rules)) return 'now';
  let day = local.startOf('day');
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead += 1) {
    const next = day.plus({ days: 1 }).startOf('day');
    const allowed = beginnings(day, next, rules).filter((instant) => instant > local && isAllowed(instant, rules));
    const first = DateTime.min(...allowed);
    if (first !== undefined) return first.toMillis();
    day = next;
  }
  return null;
}

function isAllowed(local: DateTime, { hours, weekdays }: AskingRules): boolean {
  const minute = local.hour * 60 + local.minute;
  const today = weekdays.has(local.weekday);
  const yesterday = weekdays.has(local.weekday === 1 ? 7 : local.weekday - 1);
  return hours.some(({ from, until }) =>
    from < until
      ? today && from <= minute && minute < until
      : (today && from <= minute) || (yesterday && minute < until),
  );
}

/** Where on a day an allowed time can begin: at the start of a span, which may come twice, or where the clock changes. */
function beginnings(day: DateTime, next: DateTime, { hours, weekdays }: AskingRules): readonly DateTime[] {
  const starts = hours.map(({ from }) => day.set({ hour: Math.floor(from / 60), minute: from % 60 }));
  if (day.offset === next.offset) return weekdays.has(day.weekday) ? starts : [];
  // Clocks are changed at full quarters of an hour.
  const quarters = Interval.fromDateTimes(day, next).splitBy({ minutes: 15 });
  return [...starts.flatMap((start) => start.getPossibleOffsets()), ...quarters.flatMap(({ end }) => end ?? [])];
}
