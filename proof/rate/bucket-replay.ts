import type { UsagePlan } from '../../src/simulator/token-bucket.js';

/** A plan, and since when it holds. Instants are milliseconds. */
export interface InForce {
  readonly since: number;
  readonly plan: UsagePlan;
}

/**
 * By how many requests the fullest window, of whatever length, goes beyond `burst + rate * length`; 0 or less: none does.
 * `plans` are in the order of time, the first from before all arrivals; `arrivals` need no order.
 *
 * A leaky bucket replayed: each request adds one, and its level can only pass the burst where some window that ends there
 * holds more than it may.
 */
export function mostBeyond(arrivals: readonly number[], plans: readonly InForce[]): number {
  let level = 0;
  let before = Number.NEGATIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const at of arrivals.toSorted((one, other) => one - other)) {
    level = before === Number.NEGATIVE_INFINITY ? 1 : Math.max(0, level - allowed(plans, before, at)) + 1;
    before = at;
    most = Math.max(most, level - (inForce(plans, at)?.burst ?? 0));
  }
  return most;
}

/** Requests that the plans' rates allow from one instant to another; what a rest has saved up is not counted. */
export function allowed(plans: readonly InForce[], from: number, to: number): number {
  return plans.reduce((sum, { since, plan }, index) => {
    const until = plans[index + 1]?.since ?? Number.POSITIVE_INFINITY;
    const seconds = (Math.min(to, until) - Math.max(from, since)) / 1000;
    return sum + Math.max(0, seconds) * plan.rate;
  }, 0);
}

function inForce(plans: readonly InForce[], at: number): UsagePlan | undefined {
  return plans.findLast(({ since }) => since <= at)?.plan;
}
