import { DateTime } from 'luxon';
import type { AskingRules, HourSpan } from './asking-rules.js';

/** Far enough to meet every weekday once, plus a day for spans over midnight and clock changes. */
const DAYS_AHEAD = 9;

/**
 * The first instant at or after `from` and before `before` that lies inside the owner's hours and weekdays, in the
 * marketplace's zone; `null` when there is none. Answers in UTC.
 *
 * A span over midnight belongs to the weekday it begins on. Local times that a clock change skips move forward with
 * the clock; hours that happen twice are allowed both times.
 */
export function firstAllowed(from: DateTime, before: DateTime, rules: AskingRules, zone: string): DateTime | null {
  const local = from.setZone(zone);
  let best: DateTime | null = null;
  for (let ahead = -1; ahead <= DAYS_AHEAD; ahead += 1) {
    const day = local.startOf('day').plus({ days: ahead });
    if (!rules.weekdays.has(day.weekday)) continue;
    for (const span of rules.hours) {
      const { start, end } = spanOn(day, span);
      const candidate = DateTime.max(start, local);
      if (candidate < end && (best === null || candidate < best)) best = candidate;
    }
    if (best !== null && ahead >= 0) break;
  }
  return best !== null && best < before ? best.toUTC() : null;
}

function spanOn(day: DateTime, span: HourSpan): { start: DateTime; end: DateTime } {
  const overMidnight = span.until <= span.from ? 1 : 0;
  return { start: atMinute(day, span.from), end: atMinute(day.plus({ days: overMidnight }), span.until) };
}

/** Wall-clock minutes, not elapsed ones: 09:00 stays 09:00 on the day the clocks change. */
function atMinute(day: DateTime, minute: number): DateTime {
  if (minute === 1440) return day.plus({ days: 1 }).startOf('day');
  return day.set({ hour: Math.floor(minute / 60), minute: minute % 60, second: 0, millisecond: 0 });
}
