import type { State } from '../policy/review-request.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { OrderFilter, OrderKind } from './order-list.js';

/** To the letter the expression of the index `review_request_listed`. */
export const orderKind = Prisma.sql`"order_kind"(account, marketplace_id, state, reason)`;

/** After so long the kinds in the ledger are looked at again; who asks meanwhile is answered by the last look. */
const LOOK_AGAIN_AFTER_MS = 5_000;
/** A look that is older than this holds no more. */
const HOLDS_FOR_MS = 30_000;

export interface OrderKinds {
  /** A query of the kinds that the orders looked for may be of, as `kind`. */
  wanted(filter: OrderFilter): Promise<Prisma.Sql>;
  /** The kinds of which there are orders. */
  all(): Promise<OrderKind[]>;
}

/**
 * The kinds of the tallies are known at once; what no trigger counted is found by a walk from kind to kind along
 * `review_request_listed`, which is as long as there are kinds and is therefore done every few seconds at most:
 * it may be found a few seconds late, everything else is exact.
 */
export function orderKinds(db: PrismaClient): OrderKinds {
  let seen: { readonly at: number; readonly kinds: readonly OrderKind[] } | null = null;
  let looking: Promise<readonly OrderKind[]> | null = null;

  async function look(): Promise<readonly OrderKind[]> {
    try {
      const kinds = await walk(db);
      seen = { at: performance.now(), kinds };
      return kinds;
    } finally {
      looking = null;
    }
  }

  async function seenLately(): Promise<readonly OrderKind[]> {
    const age = seen === null ? Number.POSITIVE_INFINITY : performance.now() - seen.at;
    if (age > LOOK_AGAIN_AFTER_MS) looking ??= look();
    if (seen === null || age > HOLDS_FOR_MS) return looking ?? look();
    // Whoever waits for it hears its failure; here nobody does.
    looking?.catch(() => {});
    return seen.kinds;
  }

  return {
    async wanted(filter) {
      const kinds = (await seenLately()).filter((kind) => isWanted(kind, filter));
      return Prisma.sql`SELECT DISTINCT ${orderKind} AS kind FROM (${known(kinds)}) AS known WHERE ${wish(filter)}`;
    },

    async all() {
      const rows = await db.$queryRaw<KindRow[]>`
        SELECT account, marketplace_id, state, reason FROM (${known(await seenLately())}) AS known
        CROSS JOIN LATERAL (
          SELECT FROM review_request r
          WHERE "order_kind"(r.account, r.marketplace_id, r.state, r.reason) =
            "order_kind"(known.account, known.marketplace_id, known.state, known.reason) LIMIT 1
        ) AS one
        ORDER BY account, marketplace_id, state, reason`;
      return rows.map(kindOf);
    },
  };
}

interface KindRow {
  readonly account: string;
  readonly marketplace_id: string | null;
  readonly state: State;
  readonly reason: string | null;
}

async function walk(db: PrismaClient): Promise<readonly OrderKind[]> {
  const rows = await db.$queryRaw<KindRow[]>`
    WITH RECURSIVE walked AS (
      (SELECT ${orderKind} AS kind, account, marketplace_id, state, reason FROM review_request
        ORDER BY ${orderKind} LIMIT 1)
      UNION ALL
      SELECT next.* FROM walked CROSS JOIN LATERAL (
        SELECT ${orderKind} AS kind, account, marketplace_id, state, reason FROM review_request
        WHERE ${orderKind} > walked.kind ORDER BY ${orderKind} LIMIT 1
      ) AS next
    )
    SELECT account, marketplace_id, state, reason FROM walked`;
  return rows.map(kindOf);
}

/** In the tallies, `''` stands for what is not known, as it does in the hash of a kind. */
function known(kinds: readonly OrderKind[]): Prisma.Sql {
  return Prisma.sql`
    SELECT account, marketplace_id, state, reason FROM order_tally
    UNION SELECT account, marketplace_id, state, reason FROM tally_change
    UNION SELECT * FROM unnest(${kinds.map(({ account }) => account)}::text[],
      ${kinds.map(({ marketplaceId }) => marketplaceId ?? '')}::text[], ${kinds.map(({ state }) => state)}::text[],
      ${kinds.map(({ reason }) => reason ?? '')}::text[])`;
}

function wish({ account, marketplaceId, state, reason }: OrderFilter): Prisma.Sql {
  const wishes = [Prisma.sql`true`];
  if (account !== undefined) wishes.push(Prisma.sql`account = ${account}`);
  if (marketplaceId !== undefined) wishes.push(Prisma.sql`marketplace_id = ${marketplaceId ?? ''}`);
  if (state !== undefined) wishes.push(Prisma.sql`state = ${state}`);
  if (reason !== undefined) wishes.push(Prisma.sql`reason = ${reason ?? ''}`);
  return Prisma.join(wishes, ' AND ');
}

function isWanted(kind: OrderKind, { account, marketplaceId, state, reason }: OrderFilter): boolean {
  return (
    (account === undefined || kind.account === account) &&
    (marketplaceId === undefined || kind.marketplaceId === marketplaceId) &&
    (state === undefined || kind.state === state) &&
    (reason === undefined || kind.reason === reason)
  );
}

function kindOf({ account, marketplace_id, state, reason }: KindRow): OrderKind {
  return { account, marketplaceId: marketplace_id || null, state, reason: reason || null };
}
