import { type State, states } from '../policy/review-request.js';
import type { PrismaClient } from './generated/client.js';
import type { AttemptKind } from './ledger.js';
import { prismaAccounts } from './prisma-accounts.js';
import type { FeedProgress, Reports } from './reports.js';
import { instant, instantOrNull, reviewRequest } from './rows.js';

const BATCH = 1000;

export function prismaReports(db: PrismaClient): Reports {
  return {
    async status() {
      const [accounts, counts, ends, feeds] = await Promise.all([
        prismaAccounts(db).accounts(),
        db.$queryRaw<{ account: string; state: State; orders: bigint }[]>`
          SELECT account, state, sum(orders)::bigint AS orders FROM (
            SELECT account, state, orders FROM order_tally UNION ALL SELECT account, state, orders FROM tally_change
          ) AS tally GROUP BY account, state`,
        // Each minimum is the first entry of an index of open rows.
        db.$queryRaw<
          { account: string; next_ask_at: Date | null; nearest_deadline: Date | null; oldest_unknown_at: Date | null }[]
        >`
          SELECT p.name AS account,
            (SELECT min(next_look_at) FROM review_request r WHERE r.account = p.name AND state = 'scheduled') AS next_ask_at,
            (SELECT min(closes_at) FROM review_request r WHERE r.account = p.name AND next_look_at IS NOT NULL)
              AS nearest_deadline,
            oldest_unknown_at
          FROM selling_partner p LEFT JOIN (
            SELECT account, min(intent_at) AS oldest_unknown_at FROM review_request
            WHERE state IN ('sending', 'unknown') GROUP BY account
          ) AS doubt ON doubt.account = p.name`,
        feedProgress(db),
      ]);
      const endsOf = new Map(ends.map((row) => [row.account, row]));
      const readThrough = new Map(feeds.map((feed) => [feed.account, feed.readThrough]));
      const countsOf = new Map(counts.map((row) => [`${row.state} ${row.account}`, Number(row.orders)]));
      return accounts.map((account) => {
        const { name } = account;
        const end = endsOf.get(name);
        return {
          ...account,
          counts: Object.fromEntries(states.map((state) => [state, countsOf.get(`${state} ${name}`) ?? 0])) as Record<
            State,
            number
          >,
          nextAskAt: instantOrNull(end?.next_ask_at ?? null),
          nearestDeadline: instantOrNull(end?.nearest_deadline ?? null),
          oldestUnknownAt: instantOrNull(end?.oldest_unknown_at ?? null),
          readThrough: readThrough.get(name) ?? null,
        };
      });
    },

    feedProgress: () => feedProgress(db),

    async attempts(orderId) {
      const rows = await db.attempt.findMany({ where: { orderId }, orderBy: { id: 'asc' } });
      return rows.map((row) => ({
        at: instant(row.at),
        kind: row.kind as AttemptKind,
        outcome: row.outcome,
        status: row.status,
        requestId: row.requestId,
        durationMs: row.durationMs,
        detail: row.detail,
      }));
    },

    async heldForGood(account, since) {
      const rows = await db.$queryRaw<{ order_id: string; marketplace_id: string | null; reason: string }[]>`
        SELECT order_id, marketplace_id, COALESCE(reason, state) AS reason FROM review_request
        WHERE account = ${account} AND first_seen_at >= ${since.toJSDate()}
          AND (state IN ('sending', 'unknown') OR (state = 'skipped' AND NOT "review_request_may_return"(reason)))
        ORDER BY order_id`;
      return rows.map((row) => ({ orderId: row.order_id, marketplaceId: row.marketplace_id, reason: row.reason }));
    },

    async *everyRequest() {
      let after = '';
      for (;;) {
        const rows = await db.reviewRequest.findMany({
          where: { orderId: { gt: after } },
          orderBy: { orderId: 'asc' },
          take: BATCH,
        });
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map(reviewRequest);
        after = last.orderId;
      }
    },
  };
}

async function feedProgress(db: PrismaClient): Promise<FeedProgress[]> {
  const rows = await db.$queryRaw<{ account: string; read_through: Date | null }[]>`
    SELECT account, CASE WHEN count(*) = count(watermark) THEN min(watermark) END AS read_through
    FROM discovery_feed GROUP BY account`;
  return rows.map((row) => ({ account: row.account, readThrough: instantOrNull(row.read_through) }));
}
