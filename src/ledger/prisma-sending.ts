import { randomUUID } from 'node:crypto';
import type { DateTime } from 'luxon';
import type { AfterAnswer } from '../policy/answer.js';
import type { CapToday } from '../policy/daily-cap.js';
import { gathered } from './gathering.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { AttemptFacts, Claim, Sending } from './ledger.js';
import { attemptColumns, attemptValues } from './prisma-attempts.js';
import { claimIsOver } from './prisma-claims.js';
import type { Statements } from './prisma-plans.js';
import { instant } from './rows.js';

export function prismaSending(db: PrismaClient): Sending {
  const fence = gathered(
    ({ claim }: FenceQuestion) => claim.id,
    (questions) => mayPostAll(db, questions),
  );
  return {
    async claim(orderId, by, leaseSeconds, look, now, caps = []) {
      const wish = { id: randomUUID(), orderId, by, look, now, leaseUntil: now.plus({ seconds: leaseSeconds }) };
      if (caps.length === 0) return claimRow(db, wish);
      return db.$transaction(async (tx) => {
        // One claim of the account after the other: a count without this lock could let two take the last place.
        const [owner] = await tx.$queryRaw<{ account: string }[]>`
          SELECT account, pg_advisory_xact_lock(hashtext('askonce cap ' || account))::text AS locked
          FROM review_request WHERE order_id = ${orderId}`;
        if (owner === undefined) return null;
        for (const cap of caps) if ((await askedOn(tx, owner.account, cap)) >= cap.limit) return null;
        return claimRow(tx, wish);
      });
    },

    askedOn: (account, cap) => askedOn(db, account, cap),

    mayPost: (claim, now) => fence({ claim, now }),

    async record(claim, after, attempt, now) {
      const at = now.toJSDate();
      // Under the claim alone. A row in doubt still takes a late proof: settle has decided nothing about it yet.
      // `IS NOT FALSE` leaves Postgres only the order's id to find it by: the index of all orders in doubt, which seems small when
      // it was counted, holds hundreds under load.
      const inDoubt = after.state === 'sent' ? Prisma.sql`OR state = 'unknown'` : Prisma.empty;
      const rows = await db.$queryRaw<{ recorded: bigint }[]>`
        /* record */ WITH answered AS (
          UPDATE review_request SET ${newColumns(after)}, ring_at = NULL, changed_at = ${at}
          WHERE order_id = ${claim.orderId} AND claim_id = ${claim.id}::uuid AND (state = 'sending' ${inDoubt}) IS NOT FALSE
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

interface FenceQuestion {
  readonly claim: Claim;
  readonly now: DateTime;
}

async function mayPostAll(db: PrismaClient, questions: readonly FenceQuestion[]): Promise<boolean[]> {
  const rows = await db.$queryRaw<{ claim_id: string }[]>`
    /* fence */ SELECT r.claim_id
    FROM unnest(${questions.map(({ claim }) => claim.orderId)}::text[], ${questions.map(({ claim }) => claim.id)}::uuid[],
      ${questions.map(({ now }) => now.toJSDate())}::timestamptz[]) AS asked(order_id, claim_id, at)
    JOIN review_request r ON r.order_id = asked.order_id AND r.claim_id = asked.claim_id
    JOIN selling_partner p ON p.name = r.account
    WHERE (r.state = 'sending') IS NOT FALSE AND r.intent_at + (r.lease_until - r.intent_at) / 2 > asked.at AND r.closes_at > asked.at
      AND p.paused_at IS NULL
      AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)`;
  const ours = new Set(rows.map(({ claim_id }) => claim_id));
  return questions.map(({ claim }) => ours.has(claim.id));
}

interface ClaimWish {
  readonly id: string;
  readonly orderId: string;
  readonly by: string;
  readonly look: AttemptFacts;
  readonly now: DateTime;
  readonly leaseUntil: DateTime;
}

async function claimRow(tx: Statements, { id, orderId, by, look, now, leaseUntil }: ClaimWish): Promise<Claim | null> {
  const at = now.toJSDate();
  const rows = await tx.$queryRaw<{ account: string; doubts: number; posts: number; closes_at: Date }[]>`
    /* claim */ WITH claimed AS (
      UPDATE review_request r SET
        state = 'sending', reason = NULL, claim_id = ${id}::uuid, claimed_by = ${by},
        intent_at = ${at}, lease_until = ${leaseUntil.toJSDate()}, next_look_at = ${leaseUntil.toJSDate()}, ring_at = NULL,
        posts = posts + 1, looks = looks + 1, settle_looks = 0, last_sight = NULL, changed_at = ${at}
      WHERE order_id = ${orderId} AND state = 'scheduled' AND closes_at > ${at}
        AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)
        AND NOT EXISTS (SELECT FROM selling_partner p WHERE p.name = r.account AND p.paused_at IS NOT NULL)
      RETURNING order_id, account, doubts, posts, closes_at
    ), noted AS (
      INSERT INTO attempt ${attemptColumns()}
      SELECT order_id, account, ${at}::timestamptz, ${attemptValues(look, null)} FROM claimed
      UNION ALL
      SELECT order_id, account, ${at}::timestamptz, 'claim', 'sending', NULL, NULL, NULL, ${id}::uuid, ${by} FROM claimed
    )
    SELECT account, doubts, posts, closes_at FROM claimed`;
  const row = rows[0];
  if (row === undefined) return null;
  return {
    id,
    orderId,
    account: row.account,
    claimedAt: now,
    leaseUntil,
    posts: row.posts,
    earlierDoubt: row.doubts > 0,
    closesAt: instant(row.closes_at),
  };
}

/** Those that reached a buyer or may have; not those that came back as certainly not sent. */
async function askedOn(
  tx: Statements,
  account: string,
  { from, until, marketplaceIds, catchUpOnly }: Omit<CapToday, 'limit' | 'reason'>,
): Promise<number> {
  const onlyCatchUp = catchUpOnly ? Prisma.sql`AND catch_up` : Prisma.empty;
  const rows = await tx.$queryRaw<{ asked: bigint }[]>`
    SELECT count(*) AS asked FROM review_request
    WHERE account = ${account} AND posts > 0 AND intent_at >= ${from.toJSDate()} AND intent_at < ${until.toJSDate()}
      AND marketplace_id = ANY(${[...marketplaceIds]}) ${onlyCatchUp}
      AND (state IN ('sending', 'unknown', 'sent') OR (state = 'expired' AND doubts > 0))`;
  return Number(rows[0]?.asked ?? 0n);
}

/** What the answer writes into the row. */
function newColumns(after: AfterAnswer): Prisma.Sql {
  switch (after.state) {
    case 'sent':
      return Prisma.sql`state = 'sent', reason = NULL, known_by = ${after.knownBy}, sent_at = intent_at, next_look_at = NULL,
        ${claimIsOver}`;
    case 'refused':
    case 'expired':
      return Prisma.sql`state = ${after.state}, reason = ${after.reason}, next_look_at = NULL, ${claimIsOver}`;
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
