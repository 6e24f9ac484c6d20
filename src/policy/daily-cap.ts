import type { DateTime } from 'luxon';

/**
 * How many orders may be asked in one day, midnight to midnight in the marketplace's zone. The marketplaces it names share
 * the limit: what one of them has used, the others cannot.
 */
export interface DailyCap {
  readonly limit: number;
  readonly marketplaceIds: readonly string[];
}

/** What limits one marketplace; `null`: nothing does. */
export interface MarketplaceCaps {
  readonly maxPerDay: DailyCap | null;
  /** For orders that were due already when they were first seen; they count towards `maxPerDay`, too. */
  readonly catchUpPerDay: DailyCap | null;
}

export const noCaps: MarketplaceCaps = { maxPerDay: null, catchUpPerDay: null };

/** A cap on one local day: `from` is inside, `until` is not; both in UTC. */
export interface CapToday extends DailyCap {
  readonly reason: CapReason;
  /** Counts only orders that were due already when they were first seen. */
  readonly catchUpOnly: boolean;
  readonly from: DateTime;
  readonly until: DateTime;
}

export type CapReason = 'max-per-day' | 'catch-up-per-day';

/** The caps that an order must fit into today, by the day of its marketplace's zone. */
export function capsToday(caps: MarketplaceCaps, catchUp: boolean, zone: string, now: DateTime): readonly CapToday[] {
  if (caps.maxPerDay === null && (caps.catchUpPerDay === null || !catchUp)) return [];
  const day = now.setZone(zone).startOf('day');
  const span = { from: day.toUTC(), until: day.plus({ days: 1 }).startOf('day').toUTC() };
  return [
    ...(caps.maxPerDay === null
      ? []
      : [{ ...caps.maxPerDay, ...span, reason: 'max-per-day', catchUpOnly: false } as const]),
    ...(caps.catchUpPerDay === null || !catchUp
      ? []
      : [{ ...caps.catchUpPerDay, ...span, reason: 'catch-up-per-day', catchUpOnly: true } as const]),
  ];
}
