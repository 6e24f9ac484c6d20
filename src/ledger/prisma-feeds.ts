import type { DateTime } from 'luxon';
import { texts } from './column-texts.js';
import { type DiscoveryFeed, Prisma, type PrismaClient } from './generated/client.js';
import type { Feed, FeedCursor, Feeds } from './ledger.js';
import { knownOrders } from './prisma-known-orders.js';
import { writePlans } from './prisma-plans.js';
import { instant, instantOrNull } from './rows.js';

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

    known: (orderIds) => knownOrders(db, orderIds),

    async suppressed(orderIds) {
      const rows = await db.suppression.findMany({
        where: { orderId: { in: [...orderIds] } },
        select: { orderId: true },
      });
      return new Set(rows.map(({ orderId }) => orderId));
    },

    async recordPage(page, now) {
      const { orders, unreadable, cursor } = page;
      if (orders.length + unreadable.length > 0) {
        const alongside = cursor === null ? Prisma.empty : Prisma.sql`, moved AS (${moved(page.account, cursor)})`;
        return writePlans(db, page, now, alongside);
      }
      if (cursor !== null) await db.$executeRaw`/* cursor */ ${moved(page.account, cursor)}`;
      return { fresh: 0, replanned: 0, unchanged: 0 };
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

function moved(account: string, cursor: FeedCursor): Prisma.Sql {
  const marketplaces = Prisma.sql`account = ${account} AND marketplace_id = ANY(${texts(cursor.marketplaceIds)}::text[])`;
  switch (cursor.kind) {
    case 'more':
      return Prisma.sql`UPDATE discovery_feed SET
          read_from = ${cursor.from.toJSDate()}, read_through = ${dateOrNull(cursor.through)}, read_token = ${cursor.token},
          read_started_at = ${cursor.startedAt.toJSDate()}
        WHERE ${marketplaces}`;
    case 'done':
      return Prisma.sql`UPDATE discovery_feed SET
          watermark = GREATEST(watermark, ${cursor.watermark.toJSDate()}),
          read_from = NULL, read_through = NULL, read_token = NULL, read_started_at = NULL
        WHERE ${marketplaces}`;
    default:
      return cursor satisfies never;
  }
}

function dateOrNull(instant: DateTime | null): Date | null {
  return instant?.toJSDate() ?? null;
}
