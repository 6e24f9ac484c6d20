import type { DateTime } from 'luxon';
import type { DiscoveryFeed, PrismaClient } from './generated/client.js';
import type { Feed, FeedCursor, Feeds, KnownOrder } from './ledger.js';
import { type Statements, writePlans } from './prisma-plans.js';
import { instant, instantOrNull, seenBefore } from './rows.js';

export function prismaFeeds(db: PrismaClient): Feeds {
  return {
    async registerAccounts(accounts, now) {
      await db.$executeRaw`
        INSERT INTO selling_partner AS known (name, region, created_at)
        SELECT name, region, ${now.toJSDate()}
        FROM unnest(${accounts.map(({ name }) => name)}::text[], ${accounts.map(({ region }) => region)}::text[])
          AS configured(name, region)
        ON CONFLICT (name) DO UPDATE SET region = EXCLUDED.region WHERE known.region <> EXCLUDED.region`;
      const feeds = accounts.flatMap(({ name, marketplaceIds }) => marketplaceIds.map((id) => ({ name, id })));
      await db.$executeRaw`
        INSERT INTO discovery_feed (account, marketplace_id)
        SELECT * FROM unnest(${feeds.map(({ name }) => name)}::text[], ${feeds.map(({ id }) => id)}::text[])
        ON CONFLICT DO NOTHING`;
    },

    async feeds(account, marketplaceIds) {
      const rows = await db.discoveryFeed.findMany({
        where: { account, marketplaceId: { in: [...marketplaceIds] } },
        orderBy: { marketplaceId: 'asc' },
      });
      return readTogether(rows);
    },

    async leaseFeeds(account, by, until, now) {
      const leased = await db.$executeRaw`
        UPDATE selling_partner SET feed_lease_by = ${by}, feed_lease_until = ${until.toJSDate()}
        WHERE name = ${account} AND (feed_lease_until IS NULL OR feed_lease_until <= ${now.toJSDate()} OR feed_lease_by = ${by})`;
      return leased > 0;
    },

    async releaseFeeds(account, by) {
      await db.$executeRaw`UPDATE selling_partner SET feed_lease_by = NULL, feed_lease_until = NULL
        WHERE name = ${account} AND feed_lease_by = ${by}`;
    },

    async known(orderIds) {
      const rows = await db.reviewRequest.findMany({
        where: { orderId: { in: [...orderIds] } },
        select: {
          orderId: true,
          state: true,
          reason: true,
          account: true,
          lastUpdatedAt: true,
          shippedSeenAt: true,
          undeliveredAt: true,
          deliveredEarliest: true,
          deliveredAbout: true,
          deliveredLatest: true,
          evidence: true,
        },
      });
      return new Map(
        rows.map((row): [string, KnownOrder] => [
          row.orderId,
          {
            state: row.state as KnownOrder['state'],
            reason: row.reason,
            account: row.account,
            lastUpdatedAt: instantOrNull(row.lastUpdatedAt),
            ...seenBefore(row),
          },
        ]),
      );
    },

    async suppressed(orderIds) {
      const rows = await db.suppression.findMany({
        where: { orderId: { in: [...orderIds] } },
        select: { orderId: true },
      });
      return new Set(rows.map(({ orderId }) => orderId));
    },

    async recordPage(page, now) {
      return db.$transaction(async (tx) => {
        const counts = await writePlans(tx, page, now);
        if (page.cursor !== null) await moveCursor(tx, page.account, page.cursor);
        return counts;
      });
    },

    async restartRead(account, marketplaceIds) {
      await db.discoveryFeed.updateMany({
        where: { account, marketplaceId: { in: [...marketplaceIds] } },
        data: { readFrom: null, readThrough: null, readToken: null, readStartedAt: null },
      });
    },
  };
}

/** Marketplaces that stand at the same place are one read: searchOrders takes up to 50 of them, and its rate is scarce. */
function readTogether(rows: readonly DiscoveryFeed[]): Feed[] {
  const groups = new Map<string, DiscoveryFeed[]>();
  for (const row of rows) {
    const place = [row.watermark?.getTime(), row.readFrom?.getTime(), row.readToken].join(' ');
    groups.set(place, [...(groups.get(place) ?? []), row]);
  }
  return [...groups.values()].map((group) => feed(group));
}

function feed(group: readonly DiscoveryFeed[]): Feed {
  const first = group[0];
  if (first === undefined) throw new Error('a read of no marketplace cannot be');
  const { watermark, readFrom, readToken, readThrough, readStartedAt } = first;
  return {
    marketplaceIds: group.map(({ marketplaceId }) => marketplaceId),
    watermark: instantOrNull(watermark),
    read:
      readFrom === null || readToken === null || readStartedAt === null
        ? null
        : {
            from: instant(readFrom),
            through: instantOrNull(readThrough),
            token: readToken,
            startedAt: instant(readStartedAt),
          },
  };
}

async function moveCursor(tx: Statements, account: string, cursor: FeedCursor): Promise<void> {
  const marketplaceIds = [...cursor.marketplaceIds];
  switch (cursor.kind) {
    case 'more':
      await tx.$executeRaw`UPDATE discovery_feed SET
          read_from = ${cursor.from.toJSDate()}, read_through = ${dateOrNull(cursor.through)}, read_token = ${cursor.token},
          read_started_at = ${cursor.startedAt.toJSDate()}
        WHERE account = ${account} AND marketplace_id = ANY(${marketplaceIds})`;
      return;
    case 'done':
      await tx.$executeRaw`UPDATE discovery_feed SET
          watermark = GREATEST(watermark, ${cursor.watermark.toJSDate()}),
          read_from = NULL, read_through = NULL, read_token = NULL, read_started_at = NULL
        WHERE account = ${account} AND marketplace_id = ANY(${marketplaceIds})`;
      return;
    default:
      cursor satisfies never;
  }
}

function dateOrNull(instant: DateTime | null): Date | null {
  return instant?.toJSDate() ?? null;
}
