import { capReasons } from '../policy/daily-cap.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { DueKind, DueOrder, Sweeping } from './ledger.js';
import { instant, instantOrNull } from './rows.js';

/** Rows closed in one statement, so that a long outage does not end in one huge transaction. */
const EXPIRE_AT_ONCE = 5000;

export function prismaSweeping(db: PrismaClient): Sweeping {
  return {
    async due(kinds, until) {
      const rows = await db.$queryRaw<DueRow[]>`
        SELECT due.* FROM ${wantedOf(kinds)} CROSS JOIN LATERAL (
          SELECT order_id, r.account, r.state, r.catch_up, next_look_at, closes_at FROM review_request r
          WHERE r.account = wanted.account AND r.state = wanted.state AND r.catch_up = wanted.catch_up
            AND ring_at IS NULL AND next_look_at <= ${until.toJSDate()}
          ORDER BY next_look_at, closes_at LIMIT wanted.at_most) AS due`;
      return rows.map(dueOrder);
    },

    async unheard(kinds, before) {
      const rows = await db.$queryRaw<DueRow[]>`
        SELECT unheard.* FROM ${wantedOf(kinds)} CROSS JOIN LATERAL (
          SELECT order_id, r.account, r.state, r.catch_up, next_look_at, closes_at FROM review_request r
          WHERE r.account = wanted.account AND r.state = wanted.state AND r.catch_up = wanted.catch_up
            AND ring_at < ${before.toJSDate()} AND next_look_at IS NOT NULL
          ORDER BY ring_at LIMIT wanted.at_most) AS unheard`;
      return rows.map(dueOrder);
    },

    async markRung(rung, backlogs, unheardBefore) {
      const [marked] = await db.$transaction([
        db.$queryRaw<{ order_id: string }[]>`
          UPDATE review_request r SET ring_at = locked.at
          FROM (
            SELECT order_id, rung.at
            FROM unnest(${rung.map(({ orderId }) => orderId)}::text[],
              ${rung.map(({ at }) => at.toJSDate())}::timestamptz[]) AS rung(order_id, at)
            JOIN review_request known USING (order_id)
            WHERE known.next_look_at <= rung.at AND (known.ring_at IS NULL OR known.ring_at < ${unheardBefore.toJSDate()})
            ORDER BY order_id FOR NO KEY UPDATE OF known
          ) AS locked WHERE r.order_id = locked.order_id RETURNING r.order_id`,
        db.$executeRaw`
          UPDATE selling_partner p SET backlog_through = locked.through, backlog_rate = locked.rate
          FROM (
            SELECT name, backlog.through, backlog.rate
            FROM unnest(${backlogs.map(({ account }) => account)}::text[],
              ${backlogs.map(({ through }) => through.toJSDate())}::timestamptz[],
              ${backlogs.map(({ rate }) => rate)}::float8[]) AS backlog(name, through, rate)
            JOIN selling_partner known USING (name) ORDER BY name FOR NO KEY UPDATE OF known
          ) AS locked WHERE p.name = locked.name`,
      ]);
      return new Set(marked.map(({ order_id }) => order_id));
    },

    async takeBackWakeUps(account, now) {
      await db.$transaction([
        db.$executeRaw`UPDATE review_request SET ring_at = NULL WHERE order_id IN (
          SELECT order_id FROM review_request
          WHERE account = ${account} AND state = 'scheduled' AND ring_at > ${now.toJSDate()} AND next_look_at IS NOT NULL
          ORDER BY order_id FOR NO KEY UPDATE)`,
        db.$executeRaw`UPDATE selling_partner SET backlog_through = NULL, backlog_rate = NULL WHERE name = ${account}`,
      ]);
    },

    async expire(now) {
      let closed = 0;
      for (;;) {
        const batch = await expireSome(db, now.toJSDate());
        closed += batch;
        if (batch < EXPIRE_AT_ONCE) return closed;
      }
    },

    async releaseDryRun(accounts, now) {
      return db.$executeRaw`
        UPDATE review_request SET reason = NULL, next_look_at = ${now.toJSDate()}, ring_at = NULL, changed_at = ${now.toJSDate()}
        WHERE order_id IN (
          SELECT order_id FROM review_request
          WHERE state = 'scheduled' AND reason = 'dry-run' AND account = ANY(${[...accounts]})
          ORDER BY order_id FOR NO KEY UPDATE)`;
    },
  };
}

function wantedOf(kinds: readonly DueKind[]): Prisma.Sql {
  return Prisma.sql`unnest(${kinds.map(({ account }) => account)}::text[], ${kinds.map(({ state }) => state)}::text[],
    ${kinds.map(({ catchUp }) => catchUp)}::bool[], ${kinds.map(({ limit }) => limit)}::int[])
    AS wanted(account, state, catch_up, at_most)`;
}

interface DueRow {
  readonly order_id: string;
  readonly account: string;
  readonly state: DueOrder['state'];
  readonly catch_up: boolean;
  readonly next_look_at: Date;
  readonly closes_at: Date | null;
}

function dueOrder(row: DueRow): DueOrder {
  return {
    orderId: row.order_id,
    account: row.account,
    state: row.state,
    catchUp: row.catch_up,
    lookAt: instant(row.next_look_at),
    closesAt: instantOrNull(row.closes_at),
  };
}

/**
 * A row in doubt gets an hour beyond the window's end for settle's last look. Rows that another process holds right now
 * are left for the next sweep. Where a daily cap of the owner's cost the order its turn, the attempt names it.
 */
async function expireSome(db: PrismaClient, at: Date): Promise<number> {
  const rows = await db.$queryRaw<{ expired: bigint }[]>`
    WITH closing AS (
      SELECT order_id, reason AS held FROM review_request
      WHERE state IN ('waiting', 'scheduled', 'unknown') AND closes_at <= ${at}
        AND (state <> 'unknown' OR closes_at <= ${at}::timestamptz - interval '1 hour')
      ORDER BY closes_at LIMIT ${EXPIRE_AT_ONCE} FOR UPDATE SKIP LOCKED
    ), expired AS (
      UPDATE review_request r SET state = 'expired', next_look_at = NULL, ring_at = NULL, changed_at = ${at},
        reason = CASE r.state WHEN 'unknown' THEN 'fate-unknown' ELSE 'window-closed' END
      FROM closing WHERE r.order_id = closing.order_id
      RETURNING r.order_id, r.account, r.reason, closing.held
    ), noted AS (
      INSERT INTO attempt (order_id, account, at, kind, outcome, detail)
      SELECT order_id, account, ${at}, 'decision', 'expired',
        CASE WHEN held = ANY(${[...capReasons]}) THEN held ELSE reason END
      FROM expired
    )
    SELECT count(*) AS expired FROM expired`;
  return Number(rows[0]?.expired ?? 0n);
}
