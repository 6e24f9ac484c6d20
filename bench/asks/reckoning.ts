import type { Tally } from '../../src/simulator/truth.js';

/** What arrived at Amazon during a span, from its tallies at the start and at the end. */
export interface Arrived {
  readonly accepted: number;
  /** Requests of any kind that were answered 429. */
  readonly throttled: number;
  /** Of what Amazon allows one account: the account with least, and the one in the middle. */
  readonly leastServed: number;
  readonly medianServed: number;
}

type AccountTally = Pick<Tally, 'accepted' | 'throttled'> & { readonly account: string };

/** `allowed`: requests that Amazon allows one account during the span. */
export function arrivedBetween(
  before: readonly AccountTally[],
  after: readonly AccountTally[],
  allowed: number,
): Arrived {
  const earlier = new Map(before.map((tally) => [tally.account, tally]));
  const changes = after.map(({ account, accepted, throttled }) => ({
    accepted: accepted - (earlier.get(account)?.accepted ?? 0),
    throttled: throttled - (earlier.get(account)?.throttled ?? 0),
  }));
  const served = changes.map(({ accepted }) => accepted / allowed).toSorted((one, other) => one - other);
  return {
    accepted: changes.reduce((sum, change) => sum + change.accepted, 0),
    throttled: changes.reduce((sum, change) => sum + change.throttled, 0),
    leastServed: served[0] ?? 0,
    medianServed: served[Math.floor(served.length / 2)] ?? 0,
  };
}
