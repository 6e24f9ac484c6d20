import type { FulfillmentStatus, OrderItem } from '../policy/order.js';
import { type OrderOnRecord, packagesOf } from '../policy/replan.js';
import type { PrismaClient, ReviewRequest as Row } from './generated/client.js';
import type { Replan, Replanning } from './ledger.js';
import { planColumns } from './prisma-plans.js';
import { instant, instantOrNull, seenBefore } from './rows.js';

const BATCH = 5000;

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
      let after = '';
      for (;;) {
        const rows = await db.$queryRaw<PlannedRow[]>`
          SELECT order_id, marketplace_id, state, reason, ordered_at, last_updated_at, fulfillment_status, fulfilled_by,
            service_level, promised_from, promised_by, package_status, skus, asins, programs, shipped_seen_at,
            undelivered_at, delivered_earliest, delivered_about, delivered_latest, evidence, closes_at, ask_at, next_look_at, catch_up
          FROM review_request
          WHERE account = ${account} AND order_id > ${after} AND last_updated_at IS NOT NULL
            AND (state IN ('waiting', 'scheduled') OR (state = 'skipped' AND "review_request_may_return"(reason)))
          ORDER BY order_id LIMIT ${BATCH}`;
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map(orderOnRecord);
        after = last.order_id;
      }
    },

    async recordReplans(plans, now) {
      if (plans.length === 0) return 0;
      const at = now.toJSDate();
      const rows = plans.map(replanRow);
      const written = await db.$queryRaw<{ written: bigint }[]>`
        WITH fresh AS (
          SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS fresh(
            order_id text, was text, last_updated_at timestamptz, state text, reason text, rule text,
            delivered_earliest timestamptz, delivered_about timestamptz, delivered_latest timestamptz, evidence text,
            opens_at timestamptz, closes_at timestamptz, ask_at timestamptz, next_look_at timestamptz)
        ), written AS (
          UPDATE review_request r SET state = fresh.state, reason = fresh.reason, rule = fresh.rule,
            delivered_earliest = fresh.delivered_earliest, delivered_about = fresh.delivered_about,
            delivered_latest = fresh.delivered_latest, evidence = fresh.evidence, opens_at = fresh.opens_at,
            closes_at = fresh.closes_at, ask_at = fresh.ask_at, next_look_at = fresh.next_look_at, ring_at = NULL,
            changed_at = ${at}
          FROM fresh
          WHERE r.order_id = fresh.order_id AND r.state = fresh.was AND r.last_updated_at = fresh.last_updated_at
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

interface PlannedRow {
  readonly order_id: string;
  readonly marketplace_id: string | null;
  readonly state: OrderOnRecord['state'];
  readonly reason: string | null;
  readonly ordered_at: Date;
  readonly last_updated_at: Date;
  readonly fulfillment_status: string | null;
  readonly fulfilled_by: string | null;
  readonly service_level: string | null;
  readonly promised_from: Date | null;
  readonly promised_by: Date | null;
  readonly package_status: string | null;
  readonly skus: string[];
  readonly asins: string[];
  readonly programs: string[];
  readonly shipped_seen_at: Date | null;
  readonly undelivered_at: Date | null;
  readonly delivered_earliest: Date | null;
  readonly delivered_about: Date | null;
  readonly delivered_latest: Date | null;
  readonly evidence: string | null;
  readonly closes_at: Date | null;
  readonly ask_at: Date | null;
  readonly next_look_at: Date | null;
  readonly catch_up: boolean;
}

function orderOnRecord(row: PlannedRow): OrderOnRecord {
  return {
    facts: {
      orderId: row.order_id,
      marketplaceId: row.marketplace_id,
      // Orders of other channels and replacements are skipped for good and never come here.
      salesChannel: 'AMAZON',
      replacesAnother: false,
      allItemsCancelled: false,
      createdAt: instant(row.ordered_at),
      lastUpdatedAt: instant(row.last_updated_at),
      fulfillmentStatus: row.fulfillment_status as FulfillmentStatus | null,
      fulfilledBy: row.fulfilled_by as 'AMAZON' | 'MERCHANT' | null,
      serviceLevel: row.service_level,
      promisedFrom: instantOrNull(row.promised_from),
      promisedBy: instantOrNull(row.promised_by),
      packages: packagesOf(row.package_status),
      programs: row.programs,
      items: itemsOf(row),
    },
    seen: seenBefore({
      shippedSeenAt: row.shipped_seen_at,
      undeliveredAt: row.undelivered_at,
      deliveredEarliest: row.delivered_earliest,
      deliveredAbout: row.delivered_about,
      deliveredLatest: row.delivered_latest,
      evidence: row.evidence,
    } satisfies Pick<
      Row,
      'shippedSeenAt' | 'undeliveredAt' | 'deliveredEarliest' | 'deliveredAbout' | 'deliveredLatest' | 'evidence'
    >),
    state: row.state,
    catchUp: row.catch_up,
    reason: row.reason,
    askAt: instantOrNull(row.ask_at),
    closesAt: instantOrNull(row.closes_at),
    nextLookAt: instantOrNull(row.next_look_at),
  };
}

function itemsOf({ skus, asins }: Pick<PlannedRow, 'skus' | 'asins'>): OrderItem[] {
  return skus.map((sku, index) => ({ sku: sku || null, asin: asins[index] || null }));
}

function replanRow({ order, plan }: Replan): Record<string, unknown> {
  return {
    order_id: order.facts.orderId,
    was: order.state,
    last_updated_at: order.facts.lastUpdatedAt,
    ...planColumns(plan),
  };
}
