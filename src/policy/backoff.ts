import { Duration } from 'luxon';

const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 300;

/**
 * How long to keep away after `failures` failures in a row (at least 1): doubling from a second up to five minutes,
 * shortened by up to a half by `random` (0 inclusive to 1 exclusive), so that many processes do not come back together.
 */
export function backoff(failures: number, random: number): Duration {
  const doublings = Math.min(Math.max(failures - 1, 0), 20);
  const whole = Math.min(FIRST_SECONDS * 2 ** doublings, LONGEST_SECONDS);
  return Duration.fromMillis(Math.round(whole * 1000 * (1 - random / 2)));
}
