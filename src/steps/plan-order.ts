import type { DateTime } from 'luxon';
import type { KnownOrder, PlannedOrder } from '../ledger/ledger.js';
import { nothingSeen, type SeenBefore } from '../policy/evidence.js';
import type { OrderFacts } from '../policy/order.js';
import { type PlanningRules, plan } from '../policy/plan.js';
import { packageStatusText } from '../policy/replan.js';
import { canReturn } from '../policy/review-request.js';

/** Joins Amazon's facts with what the ledger knows, and plans. */
export function planOrder(
  facts: OrderFacts,
  known: Pick<KnownOrder, keyof SeenBefore> | undefined,
  suppressed: boolean,
  rules: PlanningRules,
  now: DateTime,
): PlannedOrder {
  const seen = known ?? nothingSeen;
  if (suppressed) return { facts, seen, plan: { kind: 'skipped', reason: 'suppressed', delivery: null, window: null } };
  return { facts, seen, plan: plan(facts, seen, rules, now) };
}

/**
 * May a plan still change the order? Not where its fate is decided or under decision, nor where the ledger has newer facts. What
 * is decided stays so; what is under decision is left alone as if it had been read a moment earlier.
 */
export function isOpenToPlans(facts: OrderFacts, known: KnownOrder): boolean {
  const { state, reason, lastUpdatedAt } = known;
  if (lastUpdatedAt !== null && facts.lastUpdatedAt < lastUpdatedAt) return false;
  return state === 'waiting' || state === 'scheduled' || (state === 'skipped' && canReturn(reason));
}

/**
 * Would the plan change the order as it is known? The same that `recordPage` asks of a row before it changes it. So an
 * order that is no news need not be written: the ledger would leave it as it is, unless somebody changed it since it was read, and
 * then the change is newer than this plan.
 */
export function isNews({ facts, plan }: PlannedOrder, known: KnownOrder, isOurs: boolean, now: DateTime): boolean {
  const { delivery, window } = plan.kind === 'waiting' ? { delivery: null, window: null } : plan;
  const askAt = plan.kind === 'scheduled' ? plan.askAt : null;
  const planStays =
    plan.kind === known.state &&
    same(askAt, known.askAt) &&
    same(window?.closesAt, known.closesAt) &&
    delivery?.evidence === known.delivered?.evidence &&
    (plan.kind === 'scheduled' || plan.reason === known.reason);
  const factsStay =
    same(facts.lastUpdatedAt, known.lastUpdatedAt) &&
    facts.fulfillmentStatus === known.fulfillmentStatus &&
    packageStatusText(facts.packages) === known.packageStatus;
  // Being seen counts as the look that a waiting order is due for: it gets a later one.
  const isLookedAt = known.state === 'waiting' && known.nextLookAt !== null && known.nextLookAt <= now;
  return !planStays || !factsStay || isLookedAt || !isOurs;
}

function same(a: DateTime | null | undefined, b: DateTime | null): boolean {
  return a?.toMillis() === b?.toMillis();
}
