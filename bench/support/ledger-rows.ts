import type { DateTime } from 'luxon';
import type pg from 'pg';
import { marketplaceId } from './step-context.js';

/** Which orders a ledger is filled with. The last ones, by their number, are open. */
export interface LedgerPlan {
  readonly orders: number;
  /** Of these orders, so many are open: one in ten waits to be shipped, a few are in doubt, the rest is scheduled. */
  readonly open: number;
  /** Of the scheduled ones, so many are due already; of the others one comes due every `dueEveryMs`. */
  readonly due: number;
  readonly dueEveryMs: number;
  /** A look, a claim and an answer for every order that was asked? */
  readonly withAttempts: boolean;
  /** Their accounts take turns. */
  readonly accounts: readonly string[];
  readonly seed: string;
  readonly now: DateTime;
}

/** Orders in one transaction. */
const CHUNK = 250_000;

/** One order in ten of the open ones waits; one in 2,000 is in doubt. */
const WAITING_EVERY = 10;
const DOUBT_EVERY = 2_000;

/**
 * Fills an empty ledger as if its orders had lived their lives: those that are done with are proof of a request, or were skipped,
 * refused or too late. Written into the table with all of its indexes and CHECKs in place, so that the indexes are as large as
 * they grow, not as small as they are built; only the triggers are left out, which would refuse a life that begins at its end.
 */
export async function fillLedger(client: pg.Client, plan: LedgerPlan): Promise<void> {
  const { orders, open, due, dueEveryMs, withAttempts, accounts, seed, now } = plan;
  // Triggers do not fire for a replica. For this session only.
  await client.query("SET session_replication_role = 'replica'; SET TIME ZONE 'UTC'");
  for (let from = 0; from < orders; from += CHUNK) {
    await client.query(insertion, [
      ...[from, Math.min(from + CHUNK, orders) - 1, orders, open, due, dueEveryMs],
      ...[accounts, now.toJSDate(), Number(hashOf(seed)), marketplaceId, withAttempts],
    ]);
  }
  await client.query('RESET session_replication_role');
  await client.query('VACUUM ANALYZE review_request, attempt');
}

/** The id of the order with this number; the same in SQL below. Neighbours in time lie far apart in the index, as Amazon's do. */
export function orderIdOf(number: number, seed: string): string {
  const digits = ((BigInt(number) * STEP + hashOf(seed)) % SPACE).toString().padStart(14, '0');
  return `302-${digits.slice(0, 7)}-${digits.slice(7)}`;
}

/** Whether the order with this number is scheduled. */
export function isScheduled(number: number, { orders, open }: Pick<LedgerPlan, 'orders' | 'open'>): boolean {
  const place = number - (orders - open);
  return place >= 0 && place % WAITING_EVERY !== 0 && place % DOUBT_EVERY !== 1;
}

/** Without a common divisor, so that no id comes twice. */
const STEP = 26_544_357_617n;
const SPACE = 10n ** 14n;

function hashOf(seed: string): bigint {
  let hash = 0n;
  for (const letter of seed) hash = (hash * 131n + BigInt(letter.codePointAt(0) ?? 0)) % 1_000_000_007n;
  return hash;
}

/**
 * $1, $2: first and last number; $3: of how many orders; $4: open; $5: due; $6: ms between two that come due; $7: accounts; $8: now;
 * $9: seed; $10: marketplace; $11: with attempts. Orders that are done with were placed one every 1.3 s until 40 days ago.
 */
const insertion = `
  WITH numbered AS (
    SELECT n, n - ($3::bigint - $4::bigint) AS place,
      lpad(((n * ${STEP} + $9::bigint) % ${SPACE})::text, 14, '0') AS digits,
      hashint8extended(n, $9::bigint) & 1048575 AS chance
    FROM generate_series($1::bigint, $2::bigint) AS n
  ), fated AS (
    SELECT *, CASE
      WHEN place >= 0 AND place % ${WAITING_EVERY} = 0 THEN 'waiting'
      WHEN place >= 0 AND place % ${DOUBT_EVERY} = 1 THEN 'unknown'
      WHEN place >= 0 THEN 'scheduled'
      WHEN chance % 100 < 84 THEN 'sent'
      WHEN chance % 100 < 92 THEN 'skipped'
      WHEN chance % 100 < 97 THEN 'expired'
      ELSE 'refused' END AS state
    FROM numbered
  ), timed AS (
    SELECT *, CASE
      WHEN place < 0 THEN $8::timestamptz - interval '40 days' + place * interval '1.3 seconds'
      WHEN place < $5::bigint THEN $8::timestamptz - (1 + chance % 3600) * interval '1 second'
      ELSE $8::timestamptz + (place - $5::bigint + 1) * ($6::float8 * interval '1 millisecond') END AS ask_at
    FROM fated
  ), written AS (INSERT INTO review_request (
    order_id, account, marketplace_id, state, reason, rule, ordered_at, last_updated_at, fulfillment_status, fulfilled_by,
    service_level, promised_from, promised_by, package_status, skus, asins, programs, facts_at, shipped_seen_at, undelivered_at,
    delivered_earliest, delivered_about, delivered_latest, evidence, opens_at, closes_at, ask_at, catch_up, next_look_at, ring_at,
    claim_id, claimed_by, lease_until, intent_at, posts, doubts, looks, settle_looks, last_sight, sent_at, known_by,
    first_seen_at, changed_at)
  SELECT
    '302-' || left(digits, 7) || '-' || right(digits, 7),
    ($7::text[])[1 + n % cardinality($7::text[])], $10, state,
    CASE state WHEN 'waiting' THEN 'not-shipped' WHEN 'unknown' THEN 'answer-lost' WHEN 'skipped' THEN 'cancelled'
      WHEN 'expired' THEN 'window-closed' WHEN 'refused' THEN 'asked-elsewhere' END,
    CASE WHEN planned THEN 'wait-after-delivery' END,
    ask_at - interval '13 days', ask_at - interval '12 days',
    CASE state WHEN 'waiting' THEN 'UNSHIPPED' WHEN 'skipped' THEN 'CANCELLED' ELSE 'SHIPPED' END,
    CASE WHEN merchant THEN 'MERCHANT' ELSE 'AMAZON' END, 'STANDARD',
    CASE WHEN merchant THEN ask_at - interval '9 days' END, CASE WHEN merchant THEN ask_at - interval '7 days' END,
    CASE WHEN merchant THEN 'DELIVERED' END,
    CASE WHEN chance % 7 = 0 THEN ARRAY['MUG-' || chance % 10000, 'LAMP-' || chance % 9999] ELSE ARRAY['MUG-' || chance % 10000] END,
    CASE WHEN chance % 7 = 0 THEN ARRAY['B0' || left(md5(n::text), 8), 'B0' || right(md5(n::text), 8)]
      ELSE ARRAY['B0' || left(md5(n::text), 8)] END,
    '{}', ask_at - interval '12 days', CASE WHEN state <> 'waiting' THEN ask_at - interval '12 days' END, NULL,
    CASE WHEN planned THEN ask_at - interval '8 days' END, CASE WHEN planned THEN ask_at - interval '7 days' END,
    CASE WHEN planned THEN ask_at - interval '7 days' END,
    CASE WHEN planned THEN CASE WHEN merchant THEN 'package-delivered' ELSE 'transit-estimate' END END,
    CASE WHEN planned THEN ask_at - interval '3 days' END, CASE WHEN planned THEN ask_at + interval '23 days' END,
    CASE WHEN planned THEN ask_at END, false,
    CASE WHEN place >= 0 THEN CASE state WHEN 'scheduled' THEN ask_at ELSE $8::timestamptz + interval '1 day' END END, NULL,
    CASE WHEN doubted THEN md5(n::text)::uuid END, CASE WHEN doubted THEN 'worker-1-4711-0a1b2c3d' END,
    CASE WHEN doubted THEN asked_at + interval '2 minutes' END, CASE WHEN asked THEN asked_at END,
    asked::int, doubted::int, asked::int, 0, NULL,
    CASE state WHEN 'sent' THEN asked_at END, CASE state WHEN 'sent' THEN 'accepted' END,
    ask_at - interval '12 days', CASE WHEN asked THEN asked_at ELSE ask_at - interval '12 days' END
  FROM timed, LATERAL (SELECT state NOT IN ('waiting', 'skipped') AS planned, state IN ('sent', 'refused', 'unknown') AS asked,
    state = 'unknown' AS doubted, chance % 4 = 0 AS merchant, least(ask_at, $8::timestamptz - interval '1 hour') AS asked_at) AS facts
  ORDER BY n
  RETURNING order_id, account, intent_at)
  INSERT INTO attempt (order_id, account, at, kind, outcome, status, request_id, duration_ms, claim_id, detail)
  SELECT order_id, account, intent_at + milliseconds * interval '1 millisecond', kind, outcome, status,
    CASE WHEN status IS NOT NULL THEN gen_random_uuid()::text END, CASE WHEN status IS NOT NULL THEN 120 END,
    CASE WHEN kind <> 'look' THEN md5(order_id)::uuid END,
    CASE kind WHEN 'look' THEN 'first' WHEN 'claim' THEN 'worker-1-4711-0a1b2c3d' END
  FROM written CROSS JOIN (VALUES (0, 'look', 'offered', 200), (5, 'claim', 'sending', NULL), (150, 'answer', 'accepted', 201))
    AS calls(milliseconds, kind, outcome, status)
  WHERE $11::boolean AND intent_at IS NOT NULL ORDER BY intent_at, milliseconds`;
