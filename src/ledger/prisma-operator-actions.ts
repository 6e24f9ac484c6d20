import type { PrismaClient } from './generated/client.js';
import type { OperatorAction, OperatorActions, Via } from './operator-actions.js';
import { instant } from './rows.js';

export function prismaOperatorActions(db: PrismaClient): OperatorActions {
  return {
    async actions(limit) {
      const rows = await db.operatorAction.findMany({ orderBy: [{ at: 'desc' }, { id: 'desc' }], take: limit });
      return rows.map(({ at, action, by, via, accounts, orders, because }) => ({
        at: instant(at),
        action: action as OperatorAction['action'],
        by,
        via: via as Via,
        accounts: accounts === '' ? [] : accounts.split(','),
        orders,
        because,
      }));
    },
  };
}
