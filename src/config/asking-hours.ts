import type { HourSpan } from '../policy/asking-rules.js';
import { frozenSet } from './freeze.js';
import { listOf, type Reader, type Reading, read, shown, unreadable } from './reading.js';

const minutesPerDay = 24 * 60;

const hourSpan: Reader<HourSpan> = (text) => {
  const match = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(text);
  const from = minuteOfDay(match?.[1], match?.[2]);
  const until = minuteOfDay(match?.[3], match?.[4]);
  if (Number.isNaN(from) || Number.isNaN(until)) {
    return unreadable(`${shown(text)} is not a span such as 09:00-20:00`);
  }
  if (from === minutesPerDay) return unreadable('24:00 can only end a span', 'start at 00:00 instead');
  if (from === until) {
    return unreadable(`the span ${shown(text)} is empty`, 'for any time write ASK_HOURS=00:00-24:00');
  }
  return read({ from, until });
};

/** `09:00-12:00,14:00-20:00`; a span may reach over midnight, as in `20:00-02:00`. */
export const hourSpans = listOf(hourSpan);

const weekdayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const someWeekdays: Reader<readonly number[]> = (text) => {
  const [from, until = from, ...rest] = text.split('-').map((name) => weekday(name.trim()));
  if (!from || !until || rest.length > 0) {
    return unreadable(`${shown(text)} is not a weekday or a span of weekdays`);
  }
  // sat-mon goes over the end of the week.
  const length = ((until - from + 7) % 7) + 1;
  return read(Array.from({ length }, (_, day) => ((from - 1 + day) % 7) + 1));
};

/** `mon-sun`, `mon,wed,fri`, `sat-mon`; ISO numbers, 1 = Monday. */
export const weekdays: Reader<ReadonlySet<number>> = (text): Reading<ReadonlySet<number>> => {
  const spans = listOf(someWeekdays)(text);
  return spans.ok ? read(frozenSet(spans.value.flat().sort((a, b) => a - b))) : spans;
};

/** 1 to 7, or 0 for a name that is no weekday. English names in full are welcome, too. */
function weekday(name: string): number {
  const lower = name.toLowerCase();
  const full = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].indexOf(lower);
  return (full >= 0 ? full : weekdayNames.indexOf(lower)) + 1;
}

function minuteOfDay(hour: string | undefined, minute: string | undefined): number {
  if (hour === undefined || minute === undefined || Number(minute) > 59) return Number.NaN;
  const minutes = Number(hour) * 60 + Number(minute);
  return minutes <= minutesPerDay ? minutes : Number.NaN;
}
