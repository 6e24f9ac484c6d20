import { Duration } from 'luxon';
import { type Reader, read, shown, unreadable } from './reading.js';

const millisecondsPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `500ms 30s 15m 24h 7d` within bounds, both ends allowed. A day is 24 hours. */
export function durationBetween(least: string, most: string): Reader<Duration> {
  const leastMs = milliseconds(least);
  const mostMs = milliseconds(most);
  return (text) => {
    const ms = milliseconds(text);
    if (Number.isNaN(ms)) return unreadable(`${shown(text)} is not a duration such as 500ms, 30s, 15m, 24h or 7d`);
    if (ms < leastMs || ms > mostMs) return unreadable(`${shown(text)} is not between ${least} and ${most}`);
    return read(Duration.fromMillis(ms));
  };
}

/** The shortest way to write it that {@link durationBetween} reads back. */
export function durationText(duration: Duration): string {
  const ms = duration.toMillis();
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms > 0 && ms % millisecondsPer[unit] === 0) return `${ms / millisecondsPer[unit]}${unit}`;
  }
  return `${ms}ms`;
}

function milliseconds(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.toLowerCase());
  return match ? Number(match[1]) * millisecondsPer[match[2] as keyof typeof millisecondsPer] : Number.NaN;
}
