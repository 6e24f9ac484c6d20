import type { Suppressions } from '../../src/ledger/suppressions.js';
import { canReturn } from '../../src/policy/review-request.js';
import type { ActionTable } from './memory-ledger-actions.js';
import type { Row, Tables } from './memory-ledger-rows.js';

export interface MemorySuppressions extends Suppressions {
  /** An id alone: only the id is on record, as when discovery writes the order an instant after `never`. */
  readonly suppress: Suppressions['suppress'] & ((orderId: string) => void);
}

export function memorySuppressions(tables: Tables, suppressed: Set<string>, actions: ActionTable): MemorySuppressions {
  const suppress: Suppressions['suppress'] = async (orderIds, by, because, now, via) => {
    const before = suppressed.size;
    for (const orderId of orderIds) suppressed.add(orderId);
    const added = suppressed.size - before;

    const rows = [...new Set(orderIds)].flatMap((orderId) => tables.rows.get(orderId) ?? []);
    const held = rows.filter(mayStillBeAsked).map(skipped);
    tables.write(held);
    for (const row of held) tables.decision(row, now, 'suppressed');
    if (via !== undefined && orderIds.length > 0) {
      const orders = orderIds.length === 1 ? (orderIds[0] ?? '') : String(orderIds.length);
      actions.note({ at: now, action: 'never', by, via, accounts: [], orders, because });
    }
    const asked = rows.filter(({ state }) => ['sending', 'unknown', 'sent'].includes(state));
    return { added, already: orderIds.length - added, heldBack: held.length, asked: asked.length };
  };

  return {
    suppress: ((...args: [string] | Parameters<typeof suppress>) =>
      args.length === 1 ? void suppressed.add(args[0]) : suppress(...args)) as MemorySuppressions['suppress'],
  };
}

function mayStillBeAsked({ state, reason }: Row): boolean {
  return state === 'waiting' || state === 'scheduled' || (state === 'skipped' && canReturn(reason));
}

function skipped(row: Row): Row {
  return { ...row, state: 'skipped', reason: 'suppressed', rule: null, askAt: null, nextLookAt: null, ringAt: null };
}
