import { Prisma, type PrismaClient } from './generated/client.js';
import type { AttemptFacts, SettleResult, Settling } from './ledger.js';
import { attemptColumns, attemptValues } from './prisma-attempts.js';
import { claimIsOver } from './prisma-claims.js';
import { reviewRequest } from './rows.js';

/** How many first looks before the recent span are compared with it. */
const BASELINE = 50;

export function prismaSettling(db: PrismaClient): Settling {
  return {
    async takeOver(orderId, lookAt, now) {
      const at = now.toJSDate();
      const rows = await db.$queryRaw<unknown[]>`
        WITH taken AS (
          UPDATE review_request SET state = 'unknown', reason = 'lease-ran-out', doubts = doubts + 1,
            next_look_at = ${lookAt.toJSDate()}, ring_at = NULL, changed_at = ${at}
          WHERE order_id = ${orderId} AND (state = 'sending') IS NOT FALSE AND lease_until <= ${at}
          RETURNING order_id, account, claim_id
        ), noted AS (
          INSERT INTO attempt (order_id, account, at, kind, outcome, claim_id, detail)
          SELECT order_id, account, ${at}, 'decision', 'unknown', claim_id, 'lease-ran-out' FROM taken
        )
        SELECT order_id FROM taken`;
      if (rows.length === 0) return null;
      return reviewRequest(await db.reviewRequest.findUniqueOrThrow({ where: { orderId } }));
    },

    async recordSight(orderId, expected, result, attempt, now) {
      const at = now.toJSDate();
      const rows = await db.$queryRaw<{ settled: bigint }[]>`
        WITH settled AS (
          UPDATE review_request SET ${newColumns(result)}, ring_at = NULL, changed_at = ${at}
          WHERE order_id = ${orderId} AND (state = 'unknown') IS NOT FALSE AND settle_looks = ${expected.settleLooks}
            AND next_look_at = ${expected.nextLookAt.toJSDate()}
          RETURNING order_id
        )${attempt === null ? Prisma.empty : noted(orderId, attempt, at)}
        SELECT count(*) AS settled FROM settled`;
      return rows[0] !== undefined && rows[0].settled > 0n;
    },

    async firstLooks(account, since) {
      const from = since.toJSDate();
      const rows = await db.$queryRaw<{ recent: boolean; outcome: string; looks: bigint }[]>`
        SELECT recent, outcome, count(*) AS looks FROM (
          (SELECT true AS recent, outcome FROM attempt
            WHERE account = ${account} AND kind = 'look' AND detail = 'first' AND at >= ${from}
            ORDER BY at DESC LIMIT ${BASELINE})
          UNION ALL
          (SELECT false AS recent, outcome FROM attempt
            WHERE account = ${account} AND kind = 'look' AND detail = 'first' AND at < ${from}
            ORDER BY at DESC LIMIT ${BASELINE})
        ) AS looked GROUP BY recent, outcome`;
      const count = (recent: boolean, outcome: string) =>
        Number(rows.find((row) => row.recent === recent && row.outcome === outcome)?.looks ?? 0);
      return {
        recent: { offered: count(true, 'offered'), gone: count(true, 'gone') },
        before: { offered: count(false, 'offered'), gone: count(false, 'gone') },
      };
    },
  };
}

function noted(orderId: string, attempt: AttemptFacts, at: Date): Prisma.Sql {
  return Prisma.sql`, noted AS (
    INSERT INTO attempt ${attemptColumns()}
    SELECT order_id, account, ${at}, ${attemptValues(attempt, null)} FROM review_request WHERE order_id = ${orderId}
  )`;
}

function newColumns(result: SettleResult): Prisma.Sql {
  switch (result.kind) {
    case 'sent':
      return Prisma.sql`state = 'sent', reason = NULL, known_by = ${result.knownBy}, sent_at = intent_at,
        settle_looks = settle_looks + 1, next_look_at = NULL, ${claimIsOver}`;
    case 'scheduled':
      return Prisma.sql`state = 'scheduled', reason = 'settled-not-sent', settle_looks = settle_looks + 1, last_sight = NULL,
        next_look_at = ${result.lookAt.toJSDate()}`;
    case 'expired':
      return Prisma.sql`state = 'expired', reason = ${result.reason}, settle_looks = settle_looks + 1, next_look_at = NULL,
        ${claimIsOver}`;
    case 'look-again':
      if (result.sight === null) return Prisma.sql`next_look_at = ${result.lookAt.toJSDate()}`;
      return Prisma.sql`settle_looks = settle_looks + 1, last_sight = ${result.sight},
        next_look_at = ${result.lookAt.toJSDate()}`;
    default:
      return result satisfies never;
  }
}
