import type { DateTime } from 'luxon';
import type { DeliveryEstimate, Evidence } from '../policy/evidence.js';
import { instantAt } from '../policy/instants.js';
import type { FulfillmentStatus, OrderItem } from '../policy/order.js';
import { type OrderOnRecord, packagesOf } from '../policy/replan.js';
import { instants, texts } from './column-texts.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { Replanning } from './ledger.js';
import { type InstantColumn as PlanInstant, planColumns, type TextColumn } from './prisma-plans.js';

/** Small: what lives no longer than a batch costs the garbage collector little. */
const BATCH = 500;

export function prismaReplanning(db: PrismaClient): Replanning {
  return {
    async plannedWith(account) {
      const row = await db.sellingPartner.findUnique({ where: { name: account }, select: { plannedWith: true } });
      return row?.plannedWith ?? null;
    },

    async notePlannedWith(account, fingerprint) {
      await db.sellingPartner.update({ where: { name: account }, data: { plannedWith: fingerprint } });
    },

    async *plannedOrders(account) {
      let reading = plannedRows(db, account, '');
      for (;;) {
        const rows = await reading;
        const last = rows.at(-1);
        if (last === undefined) return;
        // While one batch is planned the next is read. Its failure is met above; nobody may come back for it.
        reading = plannedRows(db, account, last.order_id);
        reading.catch(() => undefined);
        yield rows.map(orderOnRecord);
      }
    },

    async recordReplans(plans, now) {
      if (plans.length === 0) return 0;
      const at = now.toJSDate();
      const rows = plans.map(({ order, plan }) => ({
        order_id: order.facts.orderId,
        was: order.state,
        last_updated_at: order.facts.lastUpdatedAt,
        ...planColumns(plan),
      }));
      // In the order of their ids, as everywhere where several rows are written.
      const text = (column: TextColumn | 'was') => texts(rows.map((row) => row[column]));
      const instant = (column: PlanInstant) => instants(rows.map((row) => row[column]));
      const written = await db.$queryRaw<{ written: bigint }[]>`
        WITH fresh AS (
          SELECT r.order_id, fresh.* FROM review_request r JOIN (
            SELECT * FROM unnest(${text('order_id')}::text[], ${text('was')}::text[],
              ${instant('last_updated_at')}::bigint[], ${text('state')}::text[],
              ${text('reason')}::text[], ${text('rule')}::text[],
              ${instant('delivered_earliest')}::bigint[], ${instant('delivered_about')}::bigint[],
              ${instant('delivered_latest')}::bigint[], ${text('evidence')}::text[],
              ${instant('opens_at')}::bigint[], ${instant('closes_at')}::bigint[],
              ${instant('ask_at')}::bigint[], ${instant('next_look_at')}::bigint[])
            AS fresh(id, was, last_updated_at, state, reason, rule, delivered_earliest, delivered_about, delivered_latest,
              evidence, opens_at, closes_at, ask_at, next_look_at)
          ) AS fresh ON r.order_id = fresh.id AND r.state = fresh.was
            AND (r.state <> 'skipped' OR "review_request_may_return"(r.reason))
            AND r.last_updated_at = to_timestamp(fresh.last_updated_at / 1000.0)
          ORDER BY r.order_id FOR NO KEY UPDATE OF r
        ), written AS (
          UPDATE review_request r SET state = fresh.state, reason = fresh.reason, rule = fresh.rule,
            delivered_earliest = to_timestamp(fresh.delivered_earliest / 1000.0),
            delivered_about = to_timestamp(fresh.delivered_about / 1000.0),
            delivered_latest = to_timestamp(fresh.delivered_latest / 1000.0), evidence = fresh.evidence,
            opens_at = to_timestamp(fresh.opens_at / 1000.0), closes_at = to_timestamp(fresh.closes_at / 1000.0),
            ask_at = to_timestamp(fresh.ask_at / 1000.0), next_look_at = to_timestamp(fresh.next_look_at / 1000.0),
            ring_at = NULL, changed_at = ${at}
          FROM fresh WHERE r.order_id = fresh.order_id
          RETURNING r.order_id, r.account, r.state, COALESCE(r.reason, r.rule) AS detail
        ), noted AS (
          INSERT INTO attempt (order_id, account, at, kind, outcome, detail)
          SELECT order_id, account, ${at}, 'decision', state, 'rules-changed: ' || detail FROM written
        )
        SELECT count(*) AS written FROM written`;
      return Number(written[0]?.written ?? 0n);
    },
  };
}

function plannedRows(db: PrismaClient, account: string, after: string): Promise<readonly PlannedRow[]> {
  return db.$queryRaw<PlannedRow[]>`
    SELECT order_id, marketplace_id, state, reason, fulfillment_status, fulfilled_by, service_level, package_status,
      skus, asins, programs, evidence, catch_up, ${inMilliseconds}
    FROM review_request
    WHERE account = ${account} AND order_id > ${after} AND last_updated_at IS NOT NULL
      AND (state IN ('waiting', 'scheduled') OR (state = 'skipped' AND "review_request_may_return"(reason)))
    ORDER BY order_id LIMIT ${BATCH}`;
}

/** As numbers, which are read far faster than a text for each of millions of instants. */
const instantColumns = [
  'ordered_at',
  'last_updated_at',
  'promised_from',
  'promised_by',
  'shipped_seen_at',
  'undelivered_at',
  'delivered_earliest',
  'delivered_about',
  'delivered_latest',
  'closes_at',
  'ask_at',
  'next_look_at',
] as const;
const inMilliseconds = Prisma.raw(
  instantColumns.map((column) => `date_part('epoch', ${column}) * 1000 AS ${column}`).join(', '),
);

type InstantColumn = (typeof instantColumns)[number];

interface PlannedRow extends Readonly<Record<InstantColumn, number | null>> {
  readonly order_id: string;
  readonly marketplace_id: string | null;
  readonly state: OrderOnRecord['state'];
  readonly reason: string | null;
  readonly fulfillment_status: string | null;
  readonly fulfilled_by: string | null;
  readonly service_level: string | null;
  readonly package_status: string | null;
  readonly skus: string[];
  readonly asins: string[];
  readonly programs: string[];
  readonly evidence: string | null;
  readonly catch_up: boolean;
}

function orderOnRecord(row: PlannedRow): OrderOnRecord {
  const at = instantsOf(row);
  return {
    facts: {
      orderId: row.order_id,
      marketplaceId: row.marketplace_id,
      // Orders of other channels and replacements are skipped for good and never come here.
      salesChannel: 'AMAZON',
      replacesAnother: false,
      allItemsCancelled: false,
      createdAt: known(at('ordered_at')),
      lastUpdatedAt: known(at('last_updated_at')),
      fulfillmentStatus: row.fulfillment_status as FulfillmentStatus | null,
      fulfilledBy: row.fulfilled_by as 'AMAZON' | 'MERCHANT' | null,
      serviceLevel: row.service_level,
      promisedFrom: at('promised_from'),
      promisedBy: at('promised_by'),
      packages: packagesOf(row.package_status),
      programs: row.programs,
      items: itemsOf(row),
    },
    seen: {
      shippedSeenAt: at('shipped_seen_at'),
      undeliveredAt: at('undelivered_at'),
      delivered: row.delivered_about === null ? null : deliveryOf(row, at),
    },
    state: row.state,
    reason: row.reason,
    askAt: at('ask_at'),
    closesAt: at('closes_at'),
    nextLookAt: at('next_look_at'),
    catchUp: row.catch_up,
  };
}

type InstantOf = (column: InstantColumn) => DateTime | null;

/** The instants of a row, each made once: several columns mostly hold the same one, and making it is what takes the time. */
function instantsOf(row: PlannedRow): InstantOf {
  const made: DateTime[] = [];
  return (column) => {
    const value = row[column];
    if (value === null) return null;
    const millis = Math.round(value);
    const before = made.find((instant) => instant.toMillis() === millis);
    if (before !== undefined) return before;
    const instant = instantAt(millis);
    made.push(instant);
    return instant;
  };
}

function known(instant: DateTime | null): DateTime {
  if (instant === null) throw new Error('an order that was read has its instants');
  return instant;
}

function deliveryOf({ evidence }: PlannedRow, at: InstantOf): DeliveryEstimate {
  return {
    earliest: known(at('delivered_earliest')),
    about: known(at('delivered_about')),
    latest: known(at('delivered_latest')),
    evidence: evidence as Evidence,
  };
}

function itemsOf({ skus, asins }: PlannedRow): OrderItem[] {
  return skus.map((sku, index) => ({ sku: sku || null, asin: asins[index] || null }));
}
