import { randomUUID } from 'node:crypto';
import type { AfterAnswer } from '../policy/answer.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { Sending } from './ledger.js';
import { attemptColumns, attemptValues } from './prisma-attempts.js';
import { instant } from './rows.js';

export function prismaSending(db: PrismaClient): Sending {
  return {
    async claim(orderId, by, leaseSeconds, look, now) {
      const at = now.toJSDate();
      const leaseUntil = now.plus({ seconds: leaseSeconds });
      const id = randomUUID();
      const rows = await db.$queryRaw<{ account: string; doubts: number; closes_at: Date }[]>`
        WITH claimed AS (
          UPDATE review_request r SET
            state = 'sending', reason = NULL, claim_id = ${id}::uuid, claimed_by = ${by},
            intent_at = ${at}, lease_until = ${leaseUntil.toJSDate()}, next_look_at = ${leaseUntil.toJSDate()}, ring_at = NULL,
            posts = posts + 1, looks = looks + 1, settle_looks = 0, last_sight = NULL, changed_at = ${at}
          WHERE order_id = ${orderId} AND state = 'scheduled' AND closes_at > ${at}
            AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)
            AND NOT EXISTS (SELECT FROM selling_partner p WHERE p.name = r.account AND p.paused_at IS NOT NULL)
          RETURNING order_id, account, doubts, closes_at
        ), noted AS (
          INSERT INTO attempt ${attemptColumns()}
          SELECT order_id, account, ${at}::timestamptz, ${attemptValues(look, null)} FROM claimed
          UNION ALL
          SELECT order_id, account, ${at}::timestamptz, 'claim', 'sending', NULL, NULL, NULL, ${id}::uuid, ${by} FROM claimed
        )
        SELECT account, doubts, closes_at FROM claimed`;
      const row = rows[0];
      if (row === undefined) return null;
      return {
        id,
        orderId,
        account: row.account,
        claimedAt: now,
        leaseUntil,
        earlierDoubt: row.doubts > 0,
        closesAt: instant(row.closes_at),
      };
    },

    async mayPost(claim, now) {
      const rows = await db.$queryRaw<unknown[]>`
        SELECT 1 AS ours FROM review_request r JOIN selling_partner p ON p.name = r.account
        WHERE r.order_id = ${claim.orderId} AND r.state = 'sending' AND r.claim_id = ${claim.id}::uuid
          AND r.intent_at + (r.lease_until - r.intent_at) / 2 > ${now.toJSDate()} AND r.closes_at > ${now.toJSDate()}
          AND p.paused_at IS NULL
          AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)`;
      return rows.length > 0;
    },

    async record(claim, after, attempt, now) {
      const at = now.toJSDate();
      // Under the claim alone. A row in doubt still takes a late proof: settle has decided nothing about it yet.
      const inDoubt = after.state === 'sent' ? Prisma.sql`OR state = 'unknown'` : Prisma.empty;
      const rows = await db.$queryRaw<{ recorded: bigint }[]>`
        WITH answered AS (
          UPDATE review_request SET ${newColumns(after)}, ring_at = NULL, changed_at = ${at}
          WHERE order_id = ${claim.orderId} AND claim_id = ${claim.id}::uuid AND (state = 'sending' ${inDoubt})
          RETURNING order_id
        ), noted AS (
          INSERT INTO attempt ${attemptColumns()}
          SELECT ${claim.orderId}, ${claim.account}, ${at}, ${attemptValues(attempt, claim.id)}
        )
        SELECT count(*) AS recorded FROM answered`;
      return rows[0] !== undefined && rows[0].recorded > 0n ? 'recorded' : 'late';
    },

    async doubtAgain(orderId, lookAt, attempt, now) {
      const at = now.toJSDate();
      const rows = await db.$queryRaw<unknown[]>`
        WITH doubted AS (
          UPDATE review_request SET state = 'unknown', reason = 'gone-after-doubt', settle_looks = 1, last_sight = 'gone',
            next_look_at = ${lookAt.toJSDate()}, ring_at = NULL, changed_at = ${at}
          WHERE order_id = ${orderId} AND state = 'scheduled' AND doubts > 0
          RETURNING order_id, account
        ), noted AS (
          INSERT INTO attempt ${attemptColumns()}
          SELECT order_id, account, ${at}, ${attemptValues(attempt, null)} FROM doubted
        )
        SELECT order_id FROM doubted`;
      return rows.length > 0;
    },
  };
}

/** What the answer writes into the row. */
function newColumns(after: AfterAnswer): Prisma.Sql {
  switch (after.state) {
    case 'sent':
      return Prisma.sql`state = 'sent', reason = NULL, known_by = ${after.knownBy}, sent_at = intent_at, next_look_at = NULL`;
    case 'refused':
    case 'expired':
      return Prisma.sql`state = ${after.state}, reason = ${after.reason}, next_look_at = NULL`;
    case 'unknown':
      return Prisma.sql`state = 'unknown', reason = ${after.reason}, doubts = doubts + 1,
        next_look_at = ${after.lookAt.toJSDate()}`;
    case 'scheduled': {
      const unsent = after.reachedAmazon ? 0 : 1;
      return Prisma.sql`state = 'scheduled', reason = ${after.reason}, posts = posts - ${unsent}::smallint,
        next_look_at = ${after.lookAt.toJSDate()}`;
    }
    default:
      return after satisfies never;
  }
}
