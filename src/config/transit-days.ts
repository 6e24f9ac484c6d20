import { listOf, type Reader, read, shown, unreadable } from './reading.js';

/** Days from shipping to delivery when Amazon tells nothing better, by `fulfillmentServiceLevel`. Our estimate, not Amazon's. */
const defaultTransitDays = {
  SAME_DAY: 0,
  NEXT_DAY: 1,
  SECOND_DAY: 2,
  PRIORITY: 2,
  EXPEDITED: 3,
  STANDARD: 4,
  SCHEDULED: 4,
  FREE_ECONOMY: 6,
  UNKNOWN: 4,
} as const;

export const transitDaysText = Object.entries(defaultTransitDays)
  .map(([level, days]) => `${level}:${days}`)
  .join(',');

const entry: Reader<readonly [string, number]> = (text) => {
  const [level = '', days = '', ...rest] = text.split(':').map((part) => part.trim());
  const name = level.toUpperCase();
  if (!Object.hasOwn(defaultTransitDays, name)) {
    return unreadable(
      `${shown(level)} is not a service level of Amazon`,
      `use ${Object.keys(defaultTransitDays).join(', ')}, e.g. TRANSIT_DAYS=STANDARD:5,FREE_ECONOMY:8`,
    );
  }
  if (rest.length > 0 || !/^\d{1,2}$/.test(days) || Number(days) > 30) {
    return unreadable(`the days of ${name} are not a whole number from 0 to 30`);
  }
  return read([name, Number(days)] as const);
};

/** `STANDARD:5,FREE_ECONOMY:8` over the defaults. */
export const transitDays: Reader<Readonly<Record<string, number>>> = (text) => {
  const entries = listOf(entry)(text);
  if (!entries.ok) return entries;
  const names = entries.value.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) return unreadable(`${twice} is given twice`);
  return read({ ...defaultTransitDays, ...Object.fromEntries(entries.value) });
};
