import { Prisma, type PrismaClient } from './generated/client.js';
import type { ListedOrder, ListPlace, ListPosition, OrderFilter, OrderList } from './order-list.js';
import { type ListedRow, listedAt, listedColumns, listedOrder } from './prisma-listed-order.js';
import { orderKind, orderKinds } from './prisma-order-kinds.js';

/** Orders of any kind that are looked through for those that match, before every kind is asked for its own. */
const LOOKED_THROUGH = 2_000;

/**
 * Two ways to a page. What matches often is found soon among all orders (`review_request_listed_all`). What does not is asked
 * for kind by kind (`review_request_listed`): of n orders in a row none is of a kind whose first one comes after those of n
 * other kinds, so the first n of n kinds hold them all. Neither way grows with the ledger.
 */
export function prismaOrderList(db: PrismaClient): OrderList {
  const kinds = orderKinds(db);

  async function read(filter: OrderFilter, way: Way, limit: number): Promise<ListedOrder[]> {
    const among = await inOrder(db, amongAll(filter, way, limit));
    if (among.length === limit || !namesKinds(filter)) return among.map(listedOrder);
    const found = await inOrder(db, kindByKind(await kinds.wanted(filter), filter, way, limit));
    return found.map(listedOrder);
  }

  return {
    async listOrders(filter, where, limit) {
      const way = wayTo(where);
      const [found, behind] = await Promise.all([
        read(filter, way, limit + 1),
        way.from === null ? [] : read(filter, opposite(way, way.from), 1),
      ]);
      const page = found.slice(0, limit);
      const goesOn = found.length > limit;
      const goesBack = behind.length > 0;
      return way.towards === 'older'
        ? { orders: page, hasNewer: goesBack, hasOlder: goesOn }
        : { orders: page.toReversed(), hasNewer: goesOn, hasOlder: goesBack };
    },

    listChoices: () => kinds.all(),
  };
}

/**
 * Every part of these queries is the beginning of a walk along an index. Where Postgres expects few rows it would rather fetch all
 * of them by a bitmap and sort; and it expects few where the kinds are of very different sizes.
 */
async function inOrder(db: PrismaClient, query: Prisma.Sql): Promise<ListedRow[]> {
  const [, rows] = await db.$transaction([
    db.$executeRaw`SET LOCAL enable_bitmapscan TO off`,
    db.$queryRaw<ListedRow[]>(query),
  ]);
  return rows;
}

/** From where, and which way, the list is walked. */
interface Way {
  readonly towards: 'older' | 'newer';
  /** `null`: from the very end. */
  readonly from: ListPlace | null;
  readonly inclusive: boolean;
}

function wayTo(where: ListPosition): Way {
  switch (where.kind) {
    case 'first':
      return { towards: 'older', from: null, inclusive: false };
    case 'last':
      return { towards: 'newer', from: null, inclusive: false };
    case 'after':
      return { towards: 'older', from: where.place, inclusive: false };
    case 'before':
      return { towards: 'newer', from: where.place, inclusive: false };
    default:
      return where satisfies never;
  }
}

/** What lies on the other side of a page, its place included: that order may be there still, or match no more. */
function opposite({ towards }: Way, from: ListPlace): Way {
  return { towards: towards === 'older' ? 'newer' : 'older', from, inclusive: true };
}

function namesKinds({ account, marketplaceId, state, reason }: OrderFilter): boolean {
  return [account, marketplaceId, state, reason].some((wish) => wish !== undefined);
}

function amongAll(filter: OrderFilter, way: Way, limit: number): Prisma.Sql {
  const { first } = orderOf(way);
  const some = namesKinds(filter) ? LOOKED_THROUGH : limit;
  return Prisma.sql`
    SELECT * FROM (
      SELECT ${listedColumns} FROM review_request WHERE ${within(filter, way)} ORDER BY ${first(listedAt)} LIMIT ${some}
    ) AS nearest WHERE ${matching(filter)} ORDER BY ${first(Prisma.sql`listed_at`)} LIMIT ${limit}`;
}

/**
 * Where as many kinds as orders are wanted have begun, nothing beyond the beginning of the last one is on the page. The filter
 * stands outside: a kind implies it, and Postgres would combine indexes for its sake that are far larger than the page.
 */
function kindByKind(wanted: Prisma.Sql, filter: OrderFilter, way: Way, limit: number): Prisma.Sql {
  const { first, direction, upTo, furthest } = orderOf(way);
  return Prisma.sql`
    WITH nearest AS (
      SELECT wanted.kind, begins_at FROM (${wanted}) AS wanted CROSS JOIN LATERAL (
        SELECT ${listedAt} AS begins_at FROM review_request
        WHERE ${orderKind} = wanted.kind AND ${within(filter, way)} ORDER BY ${listedAt} ${direction} LIMIT 1
      ) AS begins
      ORDER BY begins_at ${direction} FETCH FIRST ${limit} ROWS WITH TIES
    ), reach AS (
      SELECT CASE WHEN count(*) < ${limit} THEN ${furthest.none} ELSE ${furthest.of}(begins_at) END AS ends_at FROM nearest
    )
    SELECT found.* FROM nearest CROSS JOIN LATERAL (
      SELECT ${listedColumns} FROM review_request
      WHERE ${orderKind} = nearest.kind AND ${within(filter, way)} AND ${listedAt} ${upTo} (SELECT ends_at FROM reach)
      ORDER BY ${listedAt} ${direction} FETCH FIRST ${limit} ROWS WITH TIES
    ) AS found WHERE ${matching(filter)} ORDER BY ${first(Prisma.sql`listed_at`)} LIMIT ${limit}`;
}

interface Order {
  readonly direction: Prisma.Sql;
  /** Not beyond. */
  readonly upTo: Prisma.Sql;
  readonly furthest: { readonly of: Prisma.Sql; readonly none: Prisma.Sql };
  first(at: Prisma.Sql): Prisma.Sql;
}

function orderOf({ towards }: Way): Order {
  const [direction, upTo, of, none] =
    towards === 'older'
      ? ['DESC', '>=', 'min', "'-infinity'::timestamptz"]
      : ['ASC', '<=', 'max', "'infinity'::timestamptz"];
  return {
    direction: Prisma.raw(direction),
    upTo: Prisma.raw(upTo),
    furthest: { of: Prisma.raw(of), none: Prisma.raw(none) },
    first: (at) => Prisma.raw(`${at.sql} ${direction}, order_id ${direction}`),
  };
}

/** The instants of the filter, and the place to begin at. */
function within(filter: OrderFilter, way: Way): Prisma.Sql {
  const { from, until } = filter;
  const place = way.from === null || isImplied(way.from, filter, way) ? null : way.from;
  const bounds = [place === null ? Prisma.sql`true` : beyond(place, way)];
  // Of two bounds on the same side Postgres may begin at the wider one, and walk through millions of orders to the other.
  if (from !== undefined && (place === null || way.towards === 'older')) {
    bounds.push(Prisma.sql`${listedAt} >= ${from.toJSDate()}::timestamptz`);
  }
  if (until !== undefined && (place === null || way.towards === 'newer')) {
    bounds.push(Prisma.sql`${listedAt} < ${until.toJSDate()}::timestamptz`);
  }
  return Prisma.join(bounds, ' AND ');
}

/** Are all orders of the filter's span beyond the place anyway? Where they are not, the place is the narrower bound. */
function isImplied({ listedAt: at }: ListPlace, { from, until }: OrderFilter, { towards }: Way): boolean {
  return towards === 'older' ? until !== undefined && at >= until : from !== undefined && at < from;
}

function beyond({ listedAt: instant, orderId }: ListPlace, { towards, inclusive }: Way): Prisma.Sql {
  const at = Prisma.sql`${instant.toJSDate()}::timestamptz`;
  const [side, sign] = towards === 'older' ? ['<=', '<'] : ['>=', '>'];
  const orSo = Prisma.raw(inclusive ? side : sign);
  // The first is for the index of the kinds, which holds no ids.
  return Prisma.sql`${listedAt} ${Prisma.raw(side)} ${at} AND (${listedAt}, order_id) ${orSo} (${at}, ${orderId})`;
}

function matching({ account, marketplaceId, state, reason }: OrderFilter): Prisma.Sql {
  const wishes = [Prisma.sql`true`];
  if (account !== undefined) wishes.push(Prisma.sql`account = ${account}`);
  if (marketplaceId !== undefined) wishes.push(Prisma.sql`marketplace_id IS NOT DISTINCT FROM ${marketplaceId}`);
  if (state !== undefined) wishes.push(Prisma.sql`state = ${state}`);
  if (reason !== undefined) wishes.push(Prisma.sql`reason IS NOT DISTINCT FROM ${reason}`);
  return Prisma.join(wishes, ' AND ');
}
