import type { DateTime } from 'luxon';

/** The latest of the instants that are known; `null` when none is. */
export function latest(...instants: readonly (DateTime | null)[]): DateTime | null {
  return instants.reduce(
    (late, instant) => (late === null || (instant !== null && instant > late) ? instant : late),
    null,
  );
}
