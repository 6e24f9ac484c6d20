import { Duration } from 'luxon';
import { type Reader, read, shown, unreadable } from './reading.js';

/** `08:00`: hours and minutes since midnight; `off`: never. */
export const timeOfDayOrOff: Reader<Duration | 'off'> = (text) => {
  if (text.toLowerCase() === 'off') return read('off');
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined || minute === undefined
    ? unreadable(`${shown(text)} is neither a time such as 08:00 nor off`)
    : read(Duration.fromObject({ hours: Number(hour), minutes: Number(minute) }));
};
