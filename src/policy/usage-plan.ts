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

/**
 * The pace at which wake-ups are handed out: what gets through the slowest of the plans. A learnt rate replaces the published one.
 *
 * One request of our share's burst stays free: a process that is late with a request then finds its slot free all the same.
 * Without that room the slots of the account would move behind the wake-ups by each delay, for good, and every later
 * wake-up would wait for its slot.
 */
export function slowestPace(
  operations: readonly Operation[],
  learnt: readonly { readonly operation: Operation; readonly rate: number }[],
): UsagePace {
  return operations
    .map((operation) => {
      const rate = learnt.find((each) => each.operation === operation)?.rate;
      return roomIn(ourShare({ ...publishedPlans[operation], ...(rate !== undefined && { rate }) }), 1);
    })
    .reduce((slower, pace) => (pace.rate < slower.rate ? pace : slower));
}

/** A request may arrive at Amazon so long after its slot, and the next one at its own. */
const LATE_SECONDS = 2;

/**
 * What we take of a plan. As many requests of the burst stay free as Amazon allows while one is late: calls that leave a second
 * apart may arrive closer together than they left, and on a busy machine they leave later than their slot.
 */
export function ourShare(plan: UsagePace): UsagePace {
  return roomIn(plan, Math.max(Math.ceil(plan.rate * LATE_SECONDS), 1));
}

function roomIn({ rate, burst }: UsagePace, requests: number): UsagePace {
  return { rate, burst: Math.max(burst - requests, 1) };
}
