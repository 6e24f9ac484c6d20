import { Prisma, type PrismaClient } from './generated/client.js';
import type { TallyKeeping } from './overview.js';

/** One process writes the tallies at a time; the number is any that nothing else in this database locks. */
const ADDING_UP = 5_272_026_001n;
/** Changes added up in one statement, however many there are: nobody waits for it, and it should not keep them in memory. */
const ADDED_UP_AT_ONCE = 50_000;

/** What holds is a tally plus the changes that are not added up yet: so nobody who writes an order ever waits for a tally. */
export function prismaTallies(db: PrismaClient): TallyKeeping {
  return {
    async addUpTallies() {
      while ((await addUpSome(db)) === ADDED_UP_AT_ONCE);
    },

    async takeRecount(before, now, fewerThan) {
      // What Postgres believes is free to ask; -1 until it has looked for the first time, which a large table soon makes it do.
      const small =
        fewerThan === undefined
          ? Prisma.empty
          : Prisma.sql`AND (SELECT reltuples FROM pg_class WHERE oid = 'review_request'::regclass) < ${fewerThan}`;
      const at = now.toJSDate();
      const lately = Prisma.sql`BETWEEN ${before.toJSDate()}::timestamptz AND ${at}::timestamptz`;
      // Asked first: a row that is only met by an INSERT is locked, and every sweep would wait for the disk.
      const taken = await db.$executeRaw`
        INSERT INTO upkeep AS known (task, begun_at) SELECT 'recount', ${at}::timestamptz
        WHERE NOT EXISTS (SELECT FROM upkeep WHERE task = 'recount' AND begun_at ${lately}) ${small}
        ON CONFLICT (task) DO UPDATE SET begun_at = EXCLUDED.begun_at WHERE known.begun_at NOT ${lately}`;
      return taken > 0;
    },

    async recount() {
      return db.$transaction(
        async (tx) => {
          // Nobody adds up from here on; what is counted meanwhile is in neither of the two that are compared.
          await tx.$executeRaw`SELECT pg_advisory_xact_lock(${ADDING_UP}::bigint)`;
          const kinds = await tx.$executeRaw(correctedKinds);
          const sent = await tx.$executeRaw(correctedSent);
          return kinds + sent + (await tx.$executeRaw(correctedArrivals));
        },
        { isolationLevel: 'ReadCommitted' },
      );
    },
  };
}

/** Answers how many were added up; 0 also while somebody else does it. In the order of their keys, as everywhere where several rows are written. */
async function addUpSome(db: PrismaClient): Promise<number> {
  const [row] = await db.$queryRaw<{ added: bigint }[]>`
    WITH taken AS (
      DELETE FROM tally_change
      WHERE ctid = ANY(ARRAY(SELECT ctid FROM tally_change WHERE (SELECT pg_try_advisory_xact_lock(${ADDING_UP}::bigint))
        LIMIT ${ADDED_UP_AT_ONCE}))
      RETURNING *
    ), kinds AS (
      INSERT INTO order_tally AS known (account, marketplace_id, state, reason, orders)
      SELECT account, marketplace_id, state, reason, sum(orders) FROM taken GROUP BY 1, 2, 3, 4
      HAVING sum(orders) <> 0 ORDER BY 1, 2, 3, 4
      ON CONFLICT (account, marketplace_id, state, reason) DO UPDATE SET orders = known.orders + EXCLUDED.orders
    ), sent AS (
      INSERT INTO sent_tally AS known (day, account, orders)
      SELECT sent_on, account, sum(orders) FROM taken WHERE sent_on IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (day, account) DO UPDATE SET orders = known.orders + EXCLUDED.orders
    ), arrivals AS (
      INSERT INTO arrival_tally AS known (day, account, orders, last_at)
      SELECT ordered_on, account, sum(orders), coalesce(max(arrived_at), 'epoch') FROM taken
      WHERE ordered_on IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
      ON CONFLICT (day, account) DO UPDATE SET orders = known.orders + EXCLUDED.orders,
        last_at = greatest(known.last_at, EXCLUDED.last_at)
    )
    SELECT count(*) AS added FROM taken`;
  return Number(row?.added ?? 0n);
}

const correctedKinds = Prisma.sql`
  WITH counted AS (
    SELECT account, coalesce(marketplace_id, '') AS marketplace_id, state, coalesce(reason, '') AS reason, count(*) AS orders
    FROM review_request GROUP BY 1, 2, 3, 4
  ), told AS (
    SELECT account, marketplace_id, state, reason, sum(orders) AS orders FROM (
      SELECT account, marketplace_id, state, reason, orders FROM order_tally
      UNION ALL SELECT account, marketplace_id, state, reason, orders FROM tally_change
    ) AS tally GROUP BY 1, 2, 3, 4
  )
  INSERT INTO order_tally AS known (account, marketplace_id, state, reason, orders)
  SELECT account, marketplace_id, state, reason, coalesce(counted.orders, 0) - coalesce(told.orders, 0)
  FROM counted FULL JOIN told USING (account, marketplace_id, state, reason)
  WHERE coalesce(counted.orders, 0) <> coalesce(told.orders, 0)
  ON CONFLICT (account, marketplace_id, state, reason) DO UPDATE SET orders = known.orders + EXCLUDED.orders`;

const correctedSent = Prisma.sql`
  WITH counted AS (
    SELECT account, "utc_day"(sent_at) AS day, count(*) AS orders FROM review_request WHERE state = 'sent' GROUP BY 1, 2
  ), told AS (
    SELECT account, day, sum(orders) AS orders FROM (
      SELECT account, day, orders FROM sent_tally
      UNION ALL SELECT account, sent_on, orders FROM tally_change WHERE sent_on IS NOT NULL
    ) AS tally GROUP BY 1, 2
  )
  INSERT INTO sent_tally AS known (day, account, orders)
  SELECT day, account, coalesce(counted.orders, 0) - coalesce(told.orders, 0)
  FROM counted FULL JOIN told USING (account, day) WHERE coalesce(counted.orders, 0) <> coalesce(told.orders, 0)
  ON CONFLICT (day, account) DO UPDATE SET orders = known.orders + EXCLUDED.orders`;

const correctedArrivals = Prisma.sql`
  WITH counted AS (
    SELECT account, "utc_day"(coalesce(ordered_at, first_seen_at)) AS day, count(*) AS orders, max(first_seen_at) AS last_at
    FROM review_request GROUP BY 1, 2
  ), told AS (
    SELECT account, day, sum(orders) AS orders FROM (
      SELECT account, day, orders FROM arrival_tally
      UNION ALL SELECT account, ordered_on, orders FROM tally_change WHERE ordered_on IS NOT NULL
    ) AS tally GROUP BY 1, 2
  )
  INSERT INTO arrival_tally AS known (day, account, orders, last_at)
  SELECT day, account, coalesce(counted.orders, 0) - coalesce(told.orders, 0), coalesce(last_at, 'epoch')
  FROM counted FULL JOIN told USING (account, day) WHERE coalesce(counted.orders, 0) <> coalesce(told.orders, 0)
  ON CONFLICT (day, account) DO UPDATE SET orders = known.orders + EXCLUDED.orders,
    last_at = greatest(known.last_at, EXCLUDED.last_at)`;
