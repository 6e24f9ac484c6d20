import { DateTime } from 'luxon';
import { type Reader, read, shown, unreadable } from './reading.js';

/** `2026-11-01`: that day's midnight, UTC. */
export const calendarDate: Reader<DateTime> = (text) => {
  const day = DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: 'utc' });
  return day.isValid ? read(day) : unreadable(`${shown(text)} is not a day such as 2026-11-01`);
};
