import type { DateTime } from 'luxon';

/** Amazon wants a new client secret every 180 days (SP-API, "Rotate your application's client credentials"). */
export const SECRET_LIVES_DAYS = 180;

/** From this instant on Amazon refuses the client secret. `rotatedOn`: midnight, UTC, of the day it was made. */
export function secretExpiresAt(rotatedOn: DateTime): DateTime {
  return rotatedOn.plus({ days: SECRET_LIVES_DAYS });
}
