import { type Spread, spreadOf } from '../support/percentiles.js';

/** An order as the ledger planned it. Instants are milliseconds since 1970. */
export interface Planned {
  readonly orderId: string;
  readonly askAt: number;
  /** Its time had come when it was first seen: nobody could have asked it then. */
  readonly overdueAtFirst: boolean;
}

export interface Lateness extends Spread {
  readonly max: number;
  readonly measured: number;
  /** Planned in time, and not asked by the end. */
  readonly neverAsked: number;
  readonly leftOut: number;
}

/** How late the first POST of each order arrived, in seconds after its ask time. */
export function latenessOf(planned: readonly Planned[], firstPostAt: ReadonlyMap<string, number>): Lateness {
  const inTime = planned.filter(({ overdueAtFirst }) => !overdueAtFirst);
  const late = inTime.flatMap(({ orderId, askAt }) => {
    const at = firstPostAt.get(orderId);
    return at === undefined ? [] : [(at - askAt) / 1000];
  });
  const spread = late.length === 0 ? { median: Number.NaN, p99: Number.NaN } : spreadOf(late);
  return {
    ...spread,
    max: late.length === 0 ? Number.NaN : Math.max(...late),
    measured: late.length,
    neverAsked: inTime.length - late.length,
    leftOut: planned.length - inTime.length,
  };
}
