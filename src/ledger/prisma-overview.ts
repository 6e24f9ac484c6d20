import type { DateTime } from 'luxon';
import type { State } from '../policy/review-request.js';
import type { PrismaClient } from './generated/client.js';
import type { ListedOrder } from './order-list.js';
import type { DayTally, Overview } from './overview.js';
import { type ListedRow, listedColumns, listedOrder } from './prisma-listed-order.js';
import { prismaTallies } from './prisma-tallies.js';
import { instant, instantOrNull } from './rows.js';

export function prismaOverview(db: PrismaClient): Overview {
  return {
    ...prismaTallies(db),

    async tallies() {
      const rows = await db.$queryRaw<
        { account: string; marketplace_id: string; state: State; reason: string; orders: bigint }[]
      >`
        SELECT account, marketplace_id, state, reason, sum(orders)::bigint AS orders FROM (
          SELECT account, marketplace_id, state, reason, orders FROM order_tally
          UNION ALL SELECT account, marketplace_id, state, reason, orders FROM tally_change
        ) AS tally GROUP BY account, marketplace_id, state, reason HAVING sum(orders) > 0
        ORDER BY account, marketplace_id, state, reason`;
      return rows.map((row) => ({
        account: row.account,
        marketplaceId: row.marketplace_id || null,
        state: row.state,
        reason: row.reason || null,
        orders: Number(row.orders),
      }));
    },

    async sentPerDay(since) {
      const rows = await db.$queryRaw<DayRow[]>`
        SELECT account, to_char(day, 'YYYY-MM-DD') AS day, sum(orders)::bigint AS orders FROM (
          SELECT account, day, orders FROM sent_tally
          UNION ALL SELECT account, sent_on, orders FROM tally_change
        ) AS tally WHERE day >= ${dayOf(since)}::date GROUP BY account, tally.day HAVING sum(orders) > 0
        ORDER BY tally.day, account`;
      return rows.map(dayTally);
    },

    async arrivals(since) {
      const rows = await db.$queryRaw<(DayRow & { last_at: Date })[]>`
        SELECT account, to_char(day, 'YYYY-MM-DD') AS day, sum(orders)::bigint AS orders, max(last_at) AS last_at FROM (
          SELECT account, day, orders, last_at FROM arrival_tally
          UNION ALL SELECT account, ordered_on, orders, arrived_at FROM tally_change
        ) AS tally WHERE day >= ${dayOf(since)}::date GROUP BY account, tally.day HAVING sum(orders) > 0
        ORDER BY tally.day, account`;
      return rows.map((row) => ({ ...dayTally(row), lastAt: instant(row.last_at) }));
    },

    async duePerDay(now, until) {
      const rows = await db.$queryRaw<DayRow[]>`
        SELECT account, to_char(day, 'YYYY-MM-DD') AS day, sum(orders)::bigint AS orders FROM (
          SELECT r.account, "utc_day"(greatest(next_look_at, ${now.toJSDate()}::timestamptz)) AS day, count(*) AS orders
          FROM selling_partner p JOIN review_request r ON r.account = p.name
          WHERE state = 'scheduled' AND next_look_at < ${until.toJSDate()}::timestamptz
          GROUP BY 1, 2
        ) AS due GROUP BY account, due.day ORDER BY due.day, account`;
      return rows.map(dayTally);
    },

    async nearestDeadlines(limit) {
      // `sending` is the state of a few orders for a few seconds, and no part of the index that the others are found by.
      const rows = await db.$queryRaw<ListedRow[]>`
        SELECT * FROM (
          (SELECT ${listedColumns} FROM review_request
            WHERE state IN ('waiting', 'scheduled', 'unknown') AND closes_at IS NOT NULL ORDER BY closes_at LIMIT ${limit})
          UNION ALL
          SELECT ${listedColumns} FROM review_request WHERE state IN ('sending', 'unknown') AND state = 'sending'
        ) AS open ORDER BY closes_at, order_id LIMIT ${limit}`;
      return rows.map(listedOrder);
    },

    async inDoubt(limit): Promise<ListedOrder[]> {
      const rows = await db.$queryRaw<ListedRow[]>`
        SELECT ${listedColumns} FROM review_request WHERE state IN ('sending', 'unknown')
        ORDER BY intent_at, order_id LIMIT ${limit}`;
      return rows.map(listedOrder);
    },

    async backlogs(now, closingBefore) {
      const rows = await db.$queryRaw<
        { account: string; overdue: bigint; since: Date | null; closing: bigint; deadline: Date | null }[]
      >`
        SELECT p.name AS account, overdue, since, closing, deadline FROM selling_partner p CROSS JOIN LATERAL (
          SELECT count(*) AS overdue, min(next_look_at) AS since, min(closes_at) AS deadline,
            count(*) FILTER (WHERE closes_at < ${closingBefore.toJSDate()}::timestamptz) AS closing
          FROM review_request r
          WHERE r.account = p.name AND state = 'scheduled' AND next_look_at <= ${now.toJSDate()}::timestamptz
            AND reason IS DISTINCT FROM 'dry-run'
        ) AS line ORDER BY p.name`;
      return rows.map((row) => ({
        account: row.account,
        overdue: Number(row.overdue),
        overdueSince: instantOrNull(row.since),
        closing: Number(row.closing),
        nearestDeadline: instantOrNull(row.deadline),
      }));
    },

    async asks(since) {
      const rows = await db.$queryRaw<{ account: string; posts: bigint; last_at: Date }[]>`
        SELECT p.name AS account, posts, last_at FROM selling_partner p
        CROSS JOIN LATERAL (
          SELECT intent_at AS last_at FROM review_request r
          WHERE r.account = p.name AND posts > 0 AND intent_at IS NOT NULL ORDER BY intent_at DESC LIMIT 1
        ) AS latest
        CROSS JOIN LATERAL (
          SELECT count(*) AS posts FROM review_request r
          WHERE r.account = p.name AND posts > 0 AND intent_at >= ${since.toJSDate()}::timestamptz
        ) AS asked
        ORDER BY p.name`;
      return rows.map((row) => ({ account: row.account, posts: Number(row.posts), lastAt: instant(row.last_at) }));
    },
  };
}

interface DayRow {
  readonly account: string;
  readonly day: string;
  readonly orders: bigint;
}

function dayTally({ account, day, orders }: DayRow): DayTally {
  return { account, day, orders: Number(orders) };
}

function dayOf(instant: DateTime): string {
  return instant.toUTC().toFormat('yyyy-MM-dd');
}
