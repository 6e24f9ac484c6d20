import { gatheredByKey } from './gathering.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { Orders } from './ledger.js';
import { attemptColumns, attemptValues } from './prisma-attempts.js';
import { writePlans } from './prisma-plans.js';
import { reviewRequest } from './rows.js';

export function prismaOrders(db: PrismaClient): Orders {
  return {
    read: gatheredByKey(async (orderIds) => {
      const rows = await db.reviewRequest.findMany({ where: { orderId: { in: [...orderIds] } } });
      return new Map(rows.map((row) => [row.orderId, reviewRequest(row)]));
    }),

    async recordOrder(account, order, attempt, now) {
      await db.$transaction(async (tx) => {
        await tx.$executeRaw`INSERT INTO attempt ${attemptColumns()}
          SELECT ${order.facts.orderId}, ${account}, ${now.toJSDate()}, ${attemptValues(attempt, null)}`;
        await writePlans(tx, { account, configuredAccounts: [account], orders: [order], unreadable: [] }, now);
      });
    },

    async putOff(orderId, state, hold, attempt, now) {
      const at = now.toJSDate();
      const looked = attempt?.kind === 'look' ? 1 : 0;
      const noted =
        attempt === null
          ? Prisma.empty
          : Prisma.sql`, noted AS (
              INSERT INTO attempt ${attemptColumns()}
              SELECT order_id, account, ${at}, ${attemptValues(attempt, null)} FROM review_request WHERE order_id = ${orderId}
            )`;
      const rows = await db.$queryRaw<{ held: bigint }[]>`
        WITH held AS (
          UPDATE review_request SET reason = COALESCE(${hold.reason}, reason), next_look_at = ${hold.lookAt.toJSDate()},
            ring_at = NULL, looks = looks + ${looked}, changed_at = ${at}
          WHERE order_id = ${orderId} AND state = ${state}
          RETURNING order_id
        ) ${noted}
        SELECT count(*) AS held FROM held`;
      return rows[0] !== undefined && rows[0].held > 0n;
    },

    async anotherOrder(account, notThis) {
      const [row] = await db.$queryRaw<{ order_id: string; marketplace_id: string }[]>`
        SELECT order_id, marketplace_id FROM review_request
        WHERE account = ${account} AND state = 'scheduled' AND next_look_at IS NOT NULL AND order_id <> ${notThis}
          AND marketplace_id IS NOT NULL ORDER BY next_look_at LIMIT 1`;
      return row === undefined ? null : { orderId: row.order_id, marketplaceId: row.marketplace_id };
    },
  };
}
