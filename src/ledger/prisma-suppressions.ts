import type { DateTime } from 'luxon';
import type { PrismaClient } from './generated/client.js';
import type { Via } from './operator-actions.js';
import type { SuppressionCounts, Suppressions } from './suppressions.js';

/** Ids written in one transaction: claims and pages that want the same rows wait no longer than that. */
const AT_ONCE = 10_000;
/** Another writer may hold some of the rows for a while; Prisma's own limit is 5 s. */
const PATIENCE_MS = 60_000;

export function prismaSuppressions(db: PrismaClient): Suppressions {
  return {
    async suppress(orderIds, by, because, now, via) {
      const sum = { added: 0, already: 0, heldBack: 0, asked: 0 };
      for (let from = 0; from < orderIds.length; from += AT_ONCE) {
        const counts = await suppressSome(db, orderIds.slice(from, from + AT_ONCE), by, because, now, via);
        sum.added += counts.added;
        sum.already += counts.already;
        sum.heldBack += counts.heldBack;
        sum.asked += counts.asked;
      }
      return sum;
    },
  };
}

/**
 * The ids first, so that a claim which comes in between finds them. Then every row on record is locked, also those that
 * stay as they are: their states are counted as they are, not as they were before somebody else's change. Both in the
 * order of the ids, as everywhere: two writers that wait for each other would be a deadlock.
 */
async function suppressSome(
  db: PrismaClient,
  ids: readonly string[],
  by: string,
  because: string,
  now: DateTime,
  via: Via | undefined,
): Promise<SuppressionCounts> {
  const at = now.toJSDate();
  return db.$transaction(
    async (tx) => {
      const added = await tx.$executeRaw`
        INSERT INTO suppression (order_id, added_by, because, created_at)
        SELECT order_id, ${by}, ${because}, ${at} FROM unnest(${ids}::text[]) AS never(order_id) ORDER BY order_id
        ON CONFLICT DO NOTHING`;
      const rows = await tx.$queryRaw<{ held_back: bigint; asked: bigint }[]>`
        WITH locked AS (
          SELECT order_id, state, reason FROM review_request WHERE order_id = ANY(${ids})
          ORDER BY order_id FOR NO KEY UPDATE
        ), held AS (
          UPDATE review_request r SET state = 'skipped', reason = 'suppressed', rule = NULL, ask_at = NULL,
            next_look_at = NULL, ring_at = NULL, changed_at = ${at}
          FROM locked WHERE r.order_id = locked.order_id AND (locked.state IN ('waiting', 'scheduled')
            OR (locked.state = 'skipped' AND "review_request_may_return"(locked.reason)))
          RETURNING r.order_id, r.account
        ), noted AS (
          INSERT INTO attempt (order_id, account, at, kind, outcome, detail)
          SELECT order_id, account, ${at}, 'decision', 'skipped', 'suppressed' FROM held
        )
        SELECT (SELECT count(*) FROM held) AS held_back,
          (SELECT count(*) FROM locked WHERE state IN ('sending', 'unknown', 'sent')) AS asked`;
      if (via !== undefined) {
        const orders = ids.length === 1 ? ids[0] : String(ids.length);
        await tx.$executeRaw`INSERT INTO operator_action (at, action, by, via, accounts, orders, because)
          VALUES (${at}, 'never', ${by}, ${via}, '', ${orders}, ${because})`;
      }
      return {
        added,
        already: ids.length - added,
        heldBack: Number(rows[0]?.held_back ?? 0n),
        asked: Number(rows[0]?.asked ?? 0n),
      };
    },
    { timeout: PATIENCE_MS },
  );
}
