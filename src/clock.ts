import { DateTime } from 'luxon';

/** Where the time comes from. `now()` is in UTC; tests step their own. */
export interface Clock {
  now(): DateTime;
}

/** The only reader of the wall clock. */
export const systemClock: Clock = {
  now: () => DateTime.utc(),
};
