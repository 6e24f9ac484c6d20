import type { DateTime } from 'luxon';
import type { SeenBefore } from './evidence.js';
import type { OrderFacts, PackageFacts } from './order.js';
import { type Plan, type PlanningRules, plan } from './plan.js';

/** An order as the ledger has it: the facts that planning needs, and the plan that stands. */
export interface OrderOnRecord {
  readonly facts: OrderFacts;
  readonly seen: SeenBefore;
  readonly state: 'waiting' | 'scheduled' | 'skipped';
  /** It was due already when it was first seen. */
  readonly catchUp: boolean;
  readonly reason: string | null;
  readonly askAt: DateTime | null;
  readonly closesAt: DateTime | null;
  readonly nextLookAt: DateTime | null;
}

/**
 * Plans an order anew from what is on record, when the owner's rules have changed. `null`: the plan stands. An order that
 * waits keeps its next look: rules say nothing about when Amazon has news.
 */
export function replan(order: OrderOnRecord, rules: PlanningRules, now: DateTime): Plan | null {
  const fresh = stillUnderWay(plan(order.facts, order.seen, rules, now), rules, now);
  if (fresh.kind === 'expired' || fresh.kind !== order.state) return fresh;
  switch (fresh.kind) {
    case 'waiting':
      return null;
    case 'skipped':
      return fresh.reason === order.reason ? null : fresh;
    case 'scheduled':
      return same(fresh.askAt, order.askAt) && same(fresh.window.closesAt, order.closesAt) ? null : fresh;
    default:
      return fresh satisfies never;
  }
}

/** When a parcel shipped is not on record, so it is given up only after a look at the order itself. */
function stillUnderWay(fresh: Plan, { recheckEvery }: PlanningRules, now: DateTime): Plan {
  if (fresh.kind !== 'expired' || fresh.reason !== 'never-delivered') return fresh;
  return { kind: 'waiting', reason: 'not-delivered', lookAt: now.plus(recheckEvery) };
}

function same(a: DateTime, b: DateTime | null): boolean {
  return b !== null && a.toMillis() === b.toMillis();
}

/** The packages' states in one text, and back: what the ledger keeps of them. Ship times are not needed twice. */
export function packageStatusText(packages: readonly PackageFacts[]): string | null {
  return (
    packages
      .map(({ status, detailedStatus }) => `${status ?? '?'}${detailedStatus === null ? '' : `/${detailedStatus}`}`)
      .join(',') || null
  );
}

export function packagesOf(text: string | null): readonly PackageFacts[] {
  if (text === null) return [];
  return text.split(',').map((parcel) => {
    const [status, detailedStatus = null] = parcel.split('/');
    return { status: isStatus(status) ? status : null, detailedStatus, shippedAt: null };
  });
}

const statuses = ['PENDING', 'IN_TRANSIT', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNDELIVERABLE'] as const;

function isStatus(text: string | undefined): text is (typeof statuses)[number] {
  return statuses.some((status) => status === text);
}
