import { DateTime } from 'luxon';

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

export const capReasons = ['max-per-day', 'catch-up-per-day'] as const;
export type CapReason = (typeof capReasons)[number];

/** The caps that an order must fit into today, by the day of its marketplace's zone. */
export function capsToday(caps: MarketplaceCaps, catchUp: boolean, zone: string, now: DateTime): readonly CapToday[] {
  if (caps.maxPerDay === null && (caps.catchUpPerDay === null || !catchUp)) return [];
  const today = now.setZone(zone);
  const span = { from: beginning(today), until: beginning(today.plus({ days: 1 })) };
  return [
    ...(caps.maxPerDay === null
      ? []
      : [{ ...caps.maxPerDay, ...span, reason: 'max-per-day', catchUpOnly: false } as const]),
    ...(caps.catchUpPerDay === null || !catchUp
      ? []
      : [{ ...caps.catchUpPerDay, ...span, reason: 'catch-up-per-day', catchUpOnly: true } as const]),
  ];
}

/** Of the local day. Where clocks are put back over midnight, it comes twice: the first one counts. */
function beginning(local: DateTime): DateTime {
  const midnight = local.startOf('day');
  return (DateTime.min(...midnight.getPossibleOffsets()) ?? midnight).toUTC();
}
