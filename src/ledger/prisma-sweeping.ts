import { capReasons } from '../policy/daily-cap.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { DueKind, DueOrder, Sweeping } from './ledger.js';
import { type AccountRow, accountState } from './prisma-accounts.js';
import { claimIsOver } from './prisma-claims.js';
import { instant, instantOrNull } from './rows.js';
import { unflushed } from './unflushed.js';

/** Rows closed in one statement, so that a long outage does not end in one huge transaction. */
const EXPIRE_AT_ONCE = 5000;
/** Accounts whose wake-ups are taken back in one statement: each has at most some thousands. */
const ACCOUNTS_AT_ONCE = 10;

export function prismaSweeping(db: PrismaClient): Sweeping {
  return {
    async accountsToSweep(until, unheardBefore, now) {
      // All states and both values stand there so that one look at the beginning of an index answers for an account.
      const rows = await db.$queryRaw<(AccountRow & { due: true | null; unheard: true | null })[]>`
        /* accounts to sweep */ SELECT ${accountColumns}, due.found AS due, unheard.found AS unheard FROM selling_partner p
        LEFT JOIN LATERAL (
          SELECT true AS found FROM review_request r
          WHERE r.account = p.name AND r.state = ANY('{scheduled,waiting,unknown,sending}') AND r.catch_up = ANY('{f,t}')
            AND r.ring_at IS NULL AND r.next_look_at <= ${until.toJSDate()} LIMIT 1
        ) AS due ON true
        LEFT JOIN LATERAL (
          SELECT true AS found FROM review_request r
          WHERE r.account = p.name AND r.state = ANY('{scheduled,waiting,unknown,sending}') AND r.catch_up = ANY('{f,t}')
            AND r.ring_at < ${unheardBefore.toJSDate()} AND r.next_look_at IS NOT NULL LIMIT 1
        ) AS unheard ON true
        WHERE due.found OR unheard.found OR p.backlog_through > ${now.toJSDate()} OR p.paused_by = 'askonce' ORDER BY p.name`;
      return rows.map(({ due, unheard, ...row }) => ({
        ...accountState(row),
        hasDue: due === true,
        hasUnheard: unheard === true,
      }));
    },

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
      // Orders before accounts, as everywhere. What a crash of the server's machine forgets is rung once more.
      const marked = await db.$queryRaw<{ order_id: string }[]>`
        WITH marked AS (
          UPDATE review_request r SET ring_at = locked.at
          FROM (
            SELECT order_id, rung.at
            FROM unnest(${rung.map(({ orderId }) => orderId)}::text[],
              ${rung.map(({ at }) => at.toJSDate())}::timestamptz[]) AS rung(order_id, at)
            JOIN review_request known USING (order_id)
            WHERE known.next_look_at <= rung.at AND (known.ring_at IS NULL OR known.ring_at < ${unheardBefore.toJSDate()})
            ORDER BY order_id FOR NO KEY UPDATE OF known
          ) AS locked WHERE r.order_id = locked.order_id RETURNING r.order_id
        ), backlogs AS (
          UPDATE selling_partner p SET backlog_through = locked.through, backlog_rate = locked.rate
          FROM (
            SELECT name, backlog.through, backlog.rate
            FROM unnest(${backlogs.map(({ account }) => account)}::text[],
              ${backlogs.map(({ through }) => through.toJSDate())}::timestamptz[],
              ${backlogs.map(({ rate }) => rate)}::float8[]) AS backlog(name, through, rate)
            JOIN selling_partner known USING (name) ORDER BY name FOR NO KEY UPDATE OF known
          ) AS locked WHERE p.name = locked.name
        )
        SELECT order_id FROM marked, (SELECT ${unflushed}) AS once`;
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

    async takeBackAllWakeUps(unlessSince, now) {
      const at = now.toJSDate();
      const begun = await db.$executeRaw`
        INSERT INTO upkeep AS known (task, begun_at) VALUES ('queue-lost', ${at})
        ON CONFLICT (task) DO UPDATE SET begun_at = EXCLUDED.begun_at
        WHERE ${unlessSince?.toJSDate() ?? null}::timestamptz IS NULL
          OR known.begun_at NOT BETWEEN ${unlessSince?.toJSDate() ?? null}::timestamptz AND ${at}::timestamptz`;
      if (begun === 0) return null;
      const accounts = await db.sellingPartner.findMany({ select: { name: true }, orderBy: { name: 'asc' } });
      let orders = 0;
      for (let from = 0; from < accounts.length; from += ACCOUNTS_AT_ONCE) {
        const names = accounts.slice(from, from + ACCOUNTS_AT_ONCE).map(({ name }) => name);
        const [taken] = await db.$transaction([
          db.$executeRaw`
            UPDATE review_request r SET ring_at = NULL
            FROM (
              SELECT order_id FROM review_request
              WHERE account = ANY(${names}) AND ring_at IS NOT NULL AND next_look_at IS NOT NULL
              ORDER BY order_id FOR NO KEY UPDATE
            ) AS locked WHERE r.order_id = locked.order_id`,
          db.$executeRaw`
            UPDATE selling_partner p SET backlog_through = NULL, backlog_rate = NULL
            FROM (
              SELECT name FROM selling_partner WHERE name = ANY(${names}) AND backlog_rate IS NOT NULL
              ORDER BY name FOR NO KEY UPDATE
            ) AS locked WHERE p.name = locked.name`,
        ]);
        orders += taken;
      }
      return orders;
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

const accountColumns = Prisma.sql`p.name, p.region, p.paused_at AS "pausedAt", p.paused_reason AS "pausedReason",
  p.paused_by AS "pausedBy", p.failures, p.failing_since AS "failingSince", p.cool_down_until AS "coolDownUntil",
  p.backlog_through AS "backlogThrough", p.backlog_rate AS "backlogRate"`;

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
      UPDATE review_request r SET state = 'expired', next_look_at = NULL, ring_at = NULL, changed_at = ${at}, ${claimIsOver},
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
