/** Epoch milliseconds. */
export interface Outage {
  readonly from: number;
  /** When the dependency could be used again. */
  readonly through: number;
}

export interface Standstill {
  /** Which outage, from 0. */
  readonly outage: number;
  /** From its end to the next request that Amazon accepted. */
  readonly ms: number;
}

/**
 * How long each outage went on to be felt. Where the next one came first there is nothing to measure: the time then counts
 * from that one's end. Where nobody was accepted any more it is endless.
 */
export function standstills(outages: readonly Outage[], acceptedAt: readonly number[]): Standstill[] {
  return outages.flatMap(({ through }, outage) => {
    const next = acceptedAt.reduce((least, at) => (at >= through && at < least ? at : least), Number.POSITIVE_INFINITY);
    const following = outages[outage + 1];
    return following !== undefined && following.from < next ? [] : [{ outage, ms: next - through }];
  });
}
