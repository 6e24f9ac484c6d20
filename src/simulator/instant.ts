import { DateTime, Duration } from 'luxon';

/**
 * Epoch milliseconds, UTC. The simulator holds instants as numbers: it keeps many per order, and compares them for every
 * order of an account on each search.
 */
export type Instant = number;

/** What callers may write: ISO 8601, a luxon DateTime, or a distance from now such as `-10d`, `+36h`, `-90m`. */
export type InstantInput = string | DateTime;

const units = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;

export function isInstantInput(input: unknown): input is InstantInput {
  if (DateTime.isDateTime(input)) return input.isValid;
  return typeof input === 'string' && (distance(input) !== null || isoInstant(input) !== null);
}

export function toInstant(input: InstantInput, now: Instant): Instant {
  if (typeof input !== 'string') return input.toMillis();
  const away = distance(input);
  const instant = away === null ? isoInstant(input) : now + away;
  if (instant === null) throw new TypeError(`not an instant: ${input}`);
  return instant;
}

/** ISO 8601 with a date and a time, as Amazon asks for it; without a zone it is UTC. */
export function isoInstant(text: string): Instant | null {
  const parsed = DateTime.fromISO(text, { zone: 'utc' });
  return parsed.isValid && text.includes('T') ? parsed.toMillis() : null;
}

export function toIso(instant: Instant): string;
export function toIso(instant: Instant | null): string | null;
export function toIso(instant: Instant | null): string | null {
  return instant === null ? null : DateTime.fromMillis(instant, { zone: 'utc' }).toISO();
}

export function days(count: number): number {
  return count * 86_400_000;
}

function distance(text: string): number | null {
  const match = /^([+-]\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (!match) return null;
  return Duration.fromObject({ [units[match[2] as keyof typeof units]]: Number(match[1]) }).toMillis();
}
