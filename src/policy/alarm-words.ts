import { type DateTime, Duration } from 'luxon';

const units = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** `3 days 4 h`, `40 s`: the two largest units, cut off, never rounded up. Negative lengths are told as their amount. */
export function lengthInWords(length: Duration | number): string {
  let rest = Math.abs(Duration.isDuration(length) ? length.toMillis() : length);
  const first = units.findIndex(([, ms]) => rest >= ms);
  if (first === -1) return 'less than 1 s';
  const words: string[] = [];
  for (const [unit, ms] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) words.push(unit === 'day' ? `${count} ${count === 1 ? 'day' : 'days'}` : `${count} ${unit}`);
  }
  return words.join(' ');
}

/** `2026-11-22 08:00 UTC` */
export function instantInWords(instant: DateTime): string {
  return instant.toUTC().toFormat("yyyy-MM-dd HH:mm 'UTC'");
}

/** `2026-11-22 08:00 UTC (3 h ago)` */
export function sinceInWords(instant: DateTime, now: DateTime): string {
  return `${instantInWords(instant)} (${lengthInWords(now.diff(instant))} ago)`;
}

/** `1 order`, `12 orders` */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}
