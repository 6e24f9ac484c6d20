import type { DateTime } from 'luxon';
import type { KnownOrder, PlannedOrder } from '../ledger/ledger.js';
import { nothingSeen, type SeenBefore } from '../policy/evidence.js';
import type { OrderFacts } from '../policy/order.js';
import { type PlanningRules, plan } from '../policy/plan.js';

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
