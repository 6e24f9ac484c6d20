import type { Replanning } from '../../src/ledger/ledger.js';
import { type OrderOnRecord, packagesOf } from '../../src/policy/replan.js';
import { canReturn, isFinal } from '../../src/policy/review-request.js';
import type { Row, Tables } from './memory-ledger-rows.js';

export function memoryReplanning(tables: Tables): Replanning {
  const fingerprints = new Map<string, string>();
  return {
    async plannedWith(account) {
      return fingerprints.get(account) ?? null;
    },

    async notePlannedWith(account, fingerprint) {
      fingerprints.set(account, fingerprint);
    },

    async *plannedOrders(account) {
      const orders = [...tables.rows.values()].filter((row) => row.account === account).flatMap(onRecord);
      yield orders.sort((a, b) => (a.facts.orderId < b.facts.orderId ? -1 : 1));
    },

    async recordReplans(plans, now) {
      let written = 0;
      for (const { order, plan } of plans) {
        const { delivery, window } = plan.kind === 'waiting' ? { delivery: null, window: null } : plan;
        const changed = tables.update(
          order.facts.orderId,
          ({ state, reason, lastUpdatedAt }) =>
            state === order.state &&
            !isFinal(state, reason) &&
            lastUpdatedAt?.toMillis() === order.facts.lastUpdatedAt.toMillis(),
          (row) => ({
            state: plan.kind,
            reason: plan.kind === 'scheduled' ? null : plan.reason,
            rule: plan.kind === 'scheduled' ? plan.rule : null,
            seen: { ...row.seen, delivered: delivery },
            delivery,
            opensAt: window?.opensAt ?? null,
            closesAt: window?.closesAt ?? null,
            askAt: plan.kind === 'scheduled' ? plan.askAt : null,
            nextLookAt: plan.kind === 'scheduled' || plan.kind === 'waiting' ? plan.lookAt : null,
            ringAt: null,
          }),
        );
        if (changed === null) continue;
        tables.decision(changed, now, `rules-changed: ${changed.reason ?? changed.rule}`);
        written += 1;
      }
      return written;
    },
  };
}

function onRecord({ facts, packageStatus, ...row }: Row): OrderOnRecord[] {
  if (facts === null) return [];
  const { seen, state, reason, askAt, closesAt, nextLookAt, catchUp } = row;
  if (state !== 'waiting' && state !== 'scheduled' && !(state === 'skipped' && canReturn(reason))) return [];
  // Of the packages only their states are kept.
  const kept = { ...facts, packages: packagesOf(packageStatus) };
  return [{ facts: kept, seen, state, reason, askAt, closesAt, nextLookAt, catchUp }];
}
