/** The operations of Amazon that we call; each has a usage plan of its own per account. */
export type Operation = 'searchOrders' | 'getOrder' | 'getSolicitationActions' | 'createSolicitation';

/** A token bucket: requests per second, and how many may come at once after a rest. */
export interface UsagePace {
  readonly rate: number;
  readonly burst: number;
}

/** Amazon's published plans, per account and application (Orders 2026-01-01 and Solicitations v1 models). */
export const publishedPlans: Readonly<Record<Operation, UsagePace>> = {
  searchOrders: { rate: 0.0056, burst: 20 },
  getOrder: { rate: 0.5, burst: 30 },
  getSolicitationActions: { rate: 1, burst: 5 },
  createSolicitation: { rate: 1, burst: 5 },
};

/** Asking for one order takes a call of each. */
export const askingOperations = [
  'getSolicitationActions',
  'createSolicitation',
] as const satisfies readonly Operation[];

/** Our share of the slowest of the plans: what gets through all of them. A learnt rate replaces the published one. */
export function slowestPace(
  operations: readonly Operation[],
  learnt: readonly { readonly operation: Operation; readonly rate: number }[],
): UsagePace {
  return operations
    .map((operation) => {
      const rate = learnt.find((each) => each.operation === operation)?.rate;
      return ourShare({ ...publishedPlans[operation], ...(rate !== undefined && { rate }) });
    })
    .reduce((slower, pace) => (pace.rate < slower.rate ? pace : slower));
}

/**
 * What we take of a plan. One request of the burst stays free: two calls that leave a second apart may arrive closer
 * together than they left, and the last token covers that.
 */
export function ourShare(plan: UsagePace): UsagePace {
  return { rate: plan.rate, burst: Math.max(plan.burst - 1, 1) };
}
