import type { DateTime } from 'luxon';
import type { Plan } from '../policy/plan.js';
import { packageStatusText } from '../policy/replan.js';
import { instants, texts } from './column-texts.js';
import { Prisma } from './generated/client.js';
import type { PageCounts, PlannedOrder, PlannedPage } from './ledger.js';
import { unflushed } from './unflushed.js';

/** A connection or a transaction. */
export type Statements = Pick<Prisma.TransactionClient, '$queryRaw' | '$executeRaw'>;

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
  'opens_at',
  'closes_at',
  'ask_at',
  'next_look_at',
] as const;
export type InstantColumn = (typeof instantColumns)[number];
export type TextColumn =
  | 'order_id'
  | 'marketplace_id'
  | 'state'
  | 'reason'
  | 'rule'
  | 'fulfillment_status'
  | 'fulfilled_by'
  | 'service_level'
  | 'package_status'
  | 'evidence'
  | ListColumn;
/** A list is a text of its own: Postgres has no arrays of arrays of different lengths. */
type ListColumn = 'skus' | 'asins' | 'programs';

/** A column that is left out is NULL. */
type Columns = { readonly [column in TextColumn]?: string | null | undefined } & {
  readonly [column in InstantColumn]?: DateTime | null | undefined;
};
type PlanColumns = Columns & { readonly state: Plan['kind'] };
type PlanRow = PlanColumns & { readonly [column in 'order_id' | ListColumn]: string | null };

const instantNames = Prisma.raw(instantColumns.join(', '));
const fromMilliseconds = Prisma.raw(
  instantColumns.map((column) => `to_timestamp(${column}::float8 / 1000) AS ${column}`).join(', '),
);

/**
 * Writes a page of plans in one statement, whatever its size, and `alongside` whatever must become true with it.
 *
 * Left alone are rows whose fate is decided or under decision, rows with newer facts, and rows where nothing would change:
 * reading the same day of orders again writes nothing. A next look in the future stays when the plan stays, so that being
 * seen again does not hurry an order that waits for its next look. In the order of their ids, as everywhere where several
 * rows are written: two writers that wait for each other's rows would be a deadlock.
 *
 * The commit does not wait for the disk: where the server's machine crashes, the page is forgotten together with the place of its
 * read, and is read again. A claim on one of its orders flushes it, too.
 *
 * `alongside` is a further part of the statement, e.g. `, moved AS (UPDATE ...)`. It is carried out after the rows are written.
 */
export async function writePlans(
  tx: Statements,
  page: Omit<PlannedPage, 'cursor'>,
  now: DateTime,
  alongside: Prisma.Sql = Prisma.empty,
): Promise<PageCounts> {
  const rows = rowsOf(page, now);
  if (rows.length === 0) return { fresh: 0, replanned: 0, unchanged: 0 };
  const at = now.toJSDate();
  const configured = texts(page.configuredAccounts);
  const text = (column: TextColumn) => texts(rows.map((row) => row[column]));
  const instant = (column: InstantColumn) => instants(rows.map((row) => row[column]));
  const counts = await tx.$queryRaw<{ fresh: bigint; replanned: bigint }[]>`/* page */
    WITH page AS (
      SELECT order_id, marketplace_id, state, reason, rule, fulfillment_status, fulfilled_by, service_level, package_status,
        skus::text[], asins::text[], programs::text[], evidence, ${fromMilliseconds}
      FROM unnest(${text('order_id')}::text[], ${text('marketplace_id')}::text[], ${text('state')}::text[],
        ${text('reason')}::text[], ${text('rule')}::text[], ${text('fulfillment_status')}::text[],
        ${text('fulfilled_by')}::text[], ${text('service_level')}::text[], ${text('package_status')}::text[],
        ${text('skus')}::text[], ${text('asins')}::text[], ${text('programs')}::text[], ${text('evidence')}::text[],
        ${instant('ordered_at')}::bigint[], ${instant('last_updated_at')}::bigint[], ${instant('promised_from')}::bigint[],
        ${instant('promised_by')}::bigint[], ${instant('shipped_seen_at')}::bigint[],
        ${instant('undelivered_at')}::bigint[], ${instant('delivered_earliest')}::bigint[],
        ${instant('delivered_about')}::bigint[], ${instant('delivered_latest')}::bigint[],
        ${instant('opens_at')}::bigint[], ${instant('closes_at')}::bigint[], ${instant('ask_at')}::bigint[],
        ${instant('next_look_at')}::bigint[])
      AS seen(order_id, marketplace_id, state, reason, rule, fulfillment_status, fulfilled_by, service_level,
        package_status, skus, asins, programs, evidence, ${instantNames})
    ), written AS (
      INSERT INTO review_request AS r (
        order_id, account, marketplace_id, state, reason, rule, ordered_at, last_updated_at, fulfillment_status,
        fulfilled_by, service_level, promised_from, promised_by, package_status, skus, asins, programs, shipped_seen_at,
        undelivered_at, delivered_earliest, delivered_about, delivered_latest, evidence, opens_at, closes_at, ask_at,
        next_look_at, catch_up, facts_at, first_seen_at, changed_at)
      SELECT
        order_id, ${page.account}, marketplace_id, state, reason, rule, ordered_at, last_updated_at, fulfillment_status,
        fulfilled_by, service_level, promised_from, promised_by, package_status, skus, asins, programs, shipped_seen_at,
        undelivered_at, delivered_earliest, delivered_about, delivered_latest, evidence, opens_at, closes_at, ask_at,
        next_look_at, state = 'scheduled' AND ask_at < ${at}, ${at}, ${at}, ${at}
      FROM page ORDER BY order_id
      ON CONFLICT (order_id) DO UPDATE SET
        account = CASE WHEN r.account = ANY(${configured}::text[]) THEN r.account ELSE EXCLUDED.account END,
        marketplace_id = EXCLUDED.marketplace_id, state = EXCLUDED.state,
        reason = CASE WHEN r.state = EXCLUDED.state AND r.ask_at IS NOT DISTINCT FROM EXCLUDED.ask_at
          THEN COALESCE(EXCLUDED.reason, r.reason) ELSE EXCLUDED.reason END,
        rule = EXCLUDED.rule,
        ordered_at = EXCLUDED.ordered_at, last_updated_at = EXCLUDED.last_updated_at,
        fulfillment_status = EXCLUDED.fulfillment_status, fulfilled_by = EXCLUDED.fulfilled_by,
        service_level = EXCLUDED.service_level, promised_from = EXCLUDED.promised_from, promised_by = EXCLUDED.promised_by,
        package_status = EXCLUDED.package_status, skus = EXCLUDED.skus, asins = EXCLUDED.asins,
        programs = EXCLUDED.programs, shipped_seen_at = LEAST(r.shipped_seen_at, EXCLUDED.shipped_seen_at),
        undelivered_at = GREATEST(r.undelivered_at, EXCLUDED.undelivered_at),
        delivered_earliest = EXCLUDED.delivered_earliest, delivered_about = EXCLUDED.delivered_about,
        delivered_latest = EXCLUDED.delivered_latest, evidence = EXCLUDED.evidence, opens_at = EXCLUDED.opens_at,
        closes_at = EXCLUDED.closes_at, ask_at = EXCLUDED.ask_at,
        next_look_at = CASE WHEN r.state = EXCLUDED.state AND r.ask_at IS NOT DISTINCT FROM EXCLUDED.ask_at
          AND r.next_look_at > ${at} THEN r.next_look_at ELSE EXCLUDED.next_look_at END,
        ring_at = CASE WHEN r.state = EXCLUDED.state AND r.ask_at IS NOT DISTINCT FROM EXCLUDED.ask_at
          AND r.next_look_at > ${at} THEN r.ring_at ELSE NULL END,
        facts_at = EXCLUDED.facts_at, changed_at = EXCLUDED.changed_at
      WHERE (r.state IN ('waiting', 'scheduled')
          OR (r.state = 'skipped' AND "review_request_may_return"(r.reason)))
        AND (r.last_updated_at IS NULL OR EXCLUDED.last_updated_at >= r.last_updated_at)
        AND ((r.state, r.ask_at, r.closes_at, r.evidence, r.last_updated_at, r.package_status, r.fulfillment_status)
            IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.ask_at, EXCLUDED.closes_at, EXCLUDED.evidence,
              EXCLUDED.last_updated_at, EXCLUDED.package_status, EXCLUDED.fulfillment_status)
          OR (r.state <> 'scheduled' AND r.reason IS DISTINCT FROM EXCLUDED.reason)
          OR (r.state = 'waiting' AND r.next_look_at <= ${at})
          OR r.account <> ALL(${configured}::text[]))
      RETURNING r.order_id, r.account, r.state, r.reason, r.rule, r.xmax = 0 AS fresh
    ), noted AS (
      INSERT INTO attempt (order_id, account, at, kind, outcome, detail)
      SELECT order_id, account, ${at}, 'decision', state, COALESCE(rule, reason) FROM written WHERE NOT fresh
    ) ${alongside}
    SELECT count(*) FILTER (WHERE fresh) AS fresh, count(*) FILTER (WHERE NOT fresh) AS replanned,
      ${unflushed} FROM written`;
  const fresh = Number(counts[0]?.fresh ?? 0n);
  const replanned = Number(counts[0]?.replanned ?? 0n);
  return { fresh, replanned, unchanged: rows.length - fresh - replanned };
}

/** One row per order: a page that names an order twice is no reason to lose the page. The newest facts count. */
function rowsOf({ orders, unreadable }: Omit<PlannedPage, 'cursor'>, now: DateTime): PlanRow[] {
  const rows = new Map(unreadable.map(({ orderId, problem }) => [orderId, unreadableRow(orderId, problem)]));
  const oldestFirst = orders.toSorted((a, b) => a.facts.lastUpdatedAt.toMillis() - b.facts.lastUpdatedAt.toMillis());
  for (const order of oldestFirst) rows.set(order.facts.orderId, planRow(order, now));
  return [...rows.values()];
}

function planRow({ facts, seen, plan }: PlannedOrder, now: DateTime): PlanRow {
  const shipped = facts.fulfillmentStatus === 'SHIPPED';
  const underWay = plan.kind === 'waiting' && plan.reason === 'not-delivered';
  return {
    order_id: facts.orderId,
    marketplace_id: facts.marketplaceId,
    ordered_at: facts.createdAt,
    last_updated_at: facts.lastUpdatedAt,
    fulfillment_status: facts.fulfillmentStatus,
    fulfilled_by: facts.fulfilledBy,
    service_level: facts.serviceLevel,
    promised_from: facts.promisedFrom,
    promised_by: facts.promisedBy,
    package_status: packageStatusText(facts.packages),
    // Beside each other, as they stand in the order; an unknown one is empty.
    skus: texts(facts.items.map(({ sku }) => sku ?? '')),
    asins: texts(facts.items.map(({ asin }) => asin ?? '')),
    programs: texts(facts.programs),
    shipped_seen_at: shipped ? facts.lastUpdatedAt : seen.shippedSeenAt,
    undelivered_at: underWay ? now : seen.undeliveredAt,
    ...planColumns(plan),
  };
}

export function planColumns(plan: Plan): PlanColumns {
  switch (plan.kind) {
    case 'scheduled':
      return {
        state: 'scheduled',
        rule: plan.rule,
        ...windowColumns(plan),
        ask_at: plan.askAt,
        next_look_at: plan.lookAt,
      };
    case 'waiting':
      return { state: 'waiting', reason: plan.reason, next_look_at: plan.lookAt };
    case 'skipped':
      return { state: 'skipped', reason: plan.reason, ...windowColumns(plan) };
    case 'expired':
      return { state: 'expired', reason: plan.reason, ...windowColumns(plan) };
    default:
      return plan satisfies never;
  }
}

function windowColumns({
  delivery,
  window,
}: Extract<Plan, { kind: 'scheduled' | 'skipped' | 'expired' }>): Partial<PlanColumns> {
  return {
    delivered_earliest: delivery?.earliest,
    delivered_about: delivery?.about,
    delivered_latest: delivery?.latest,
    evidence: delivery?.evidence,
    opens_at: window?.opensAt,
    closes_at: window?.closesAt,
  };
}

/** Only its id is known: kept as skipped, so that the count of orders is whole; a readable answer brings it back. */
function unreadableRow(orderId: string, problem: string): PlanRow {
  return {
    order_id: orderId,
    state: 'skipped',
    reason: 'unreadable-order',
    rule: problem,
    skus: '{}',
    asins: '{}',
    programs: '{}',
  };
}
