import type { DateTime } from 'luxon';
import type { Evidence } from '../policy/evidence.js';
import { instantAt } from '../policy/instants.js';
import type { State } from '../policy/review-request.js';
import { texts } from './column-texts.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { KnownOrder, KnownOrders } from './ledger.js';

/** In this order, see {@link KnownRow}. */
const instantColumns = [
  'last_updated_at',
  'ask_at',
  'closes_at',
  'next_look_at',
  'shipped_seen_at',
  'undelivered_at',
  'delivered_earliest',
  'delivered_about',
  'delivered_latest',
] as const;
const inMilliseconds = Prisma.raw(instantColumns.map((column) => `date_part('epoch', r.${column}) * 1000`).join(', '));

/** The first is the order id. Texts and a truth are followed by {@link instantColumns}, in milliseconds since 1970. */
type KnownRow = readonly [
  orderId: string,
  isSuppressed: boolean,
  state: State | null,
  reason: string | null,
  account: string,
  fulfillmentStatus: string | null,
  packageStatus: string | null,
  evidence: Evidence | null,
  ...instants: (number | null)[],
];

/**
 * One statement for a whole page, and one text for its answer: a hundred rows of as many columns would be more work for the driver
 * and for Prisma than all the rest of reading them. Each id is looked up by itself, which stays right however the ledger has
 * grown since the statement was planned.
 */
export async function knownOrders(db: PrismaClient, orderIds: readonly string[]): Promise<KnownOrders> {
  const orders = new Map<string, KnownOrder>();
  const suppressed = new Set<string>();
  if (orderIds.length === 0) return { orders, suppressed };
  const [answer] = await db.$queryRaw<{ known: string | null }[]>`/* known */
    SELECT json_agg(json_build_array(seen.order_id, never.order_id IS NOT NULL, r.state, r.reason, r.account,
      r.fulfillment_status, r.package_status, r.evidence, ${inMilliseconds}))::text AS known
    FROM unnest(${texts(orderIds)}::text[]) AS seen(order_id)
    LEFT JOIN LATERAL (SELECT * FROM review_request WHERE order_id = seen.order_id LIMIT 1) AS r ON true
    LEFT JOIN LATERAL (SELECT order_id FROM suppression WHERE order_id = seen.order_id LIMIT 1) AS never ON true
    WHERE r.order_id IS NOT NULL OR never.order_id IS NOT NULL`;
  const rows: readonly KnownRow[] = JSON.parse(answer?.known ?? '[]');
  for (const row of rows) {
    const [orderId, isSuppressed, state] = row;
    if (isSuppressed) suppressed.add(orderId);
    if (state !== null) orders.set(orderId, knownOrder(row, state));
  }
  return { orders, suppressed };
}

function knownOrder(row: KnownRow, state: State): KnownOrder {
  const [, , , reason, account, fulfillmentStatus, packageStatus, evidence, ...milliseconds] = row;
  const [lastUpdatedAt, askAt, closesAt, nextLookAt, shippedSeenAt, undeliveredAt, earliest, about, latest] =
    milliseconds.map(instantOrNull);
  return {
    state,
    reason,
    account,
    fulfillmentStatus,
    packageStatus,
    lastUpdatedAt: lastUpdatedAt ?? null,
    askAt: askAt ?? null,
    closesAt: closesAt ?? null,
    nextLookAt: nextLookAt ?? null,
    shippedSeenAt: shippedSeenAt ?? null,
    undeliveredAt: undeliveredAt ?? null,
    delivered: evidence && earliest && about && latest ? { earliest, about, latest, evidence } : null,
  };
}

/** Postgres answers with a fraction where its own instants have none. */
function instantOrNull(milliseconds: number | null): DateTime | null {
  return milliseconds === null ? null : instantAt(Math.round(milliseconds));
}
