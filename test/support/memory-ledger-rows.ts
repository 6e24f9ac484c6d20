import type { DateTime } from 'luxon';
import type { AttemptFacts, ReviewRequest } from '../../src/ledger/ledger.js';
import type { Attempt } from '../../src/ledger/reports.js';
import type { OrderFacts } from '../../src/policy/order.js';
import { isFinal, mayMove, type OpenState, openStates, type State } from '../../src/policy/review-request.js';

/** One row of `review_request`, with the columns that only the ledger itself looks at. */
export interface Row extends ReviewRequest {
  /** `null` while the order was never readable. */
  readonly facts: OrderFacts | null;
  readonly lastUpdatedAt: DateTime | null;
  readonly fulfillmentStatus: string | null;
  readonly packageStatus: string | null;
  readonly ringAt: DateTime | null;
  readonly claimedBy: string | null;
}

/** What a decided order does not keep. */
export const claimIsOver = { claimId: null, claimedBy: null, leaseUntil: null } as const;

export interface StoredAttempt extends Attempt {
  readonly account: string;
}

/**
 * The tables `review_request` and `attempt` in memory, with the same table of moves and the same checks as the migration:
 * what the database would refuse throws here too. Every change is synchronous, which is this ledger's transaction.
 */
export class Tables {
  readonly rows = new Map<string, Row>();
  readonly attempts = new Map<string, StoredAttempt[]>();
  readonly firstLooks = new Map<string, StoredAttempt[]>();
  readonly #open = new Map<string, OpenRows>();

  /** All or none: the first complaint leaves every row as it was. */
  write(rows: readonly Row[]): void {
    const ids = new Set(rows.map(({ orderId }) => orderId));
    if (ids.size < rows.length) throw new Error('a statement cannot write the same order twice');
    for (const row of rows) {
      const complaint = complaintAbout(this.rows.get(row.orderId), row) ?? brokenCheck(row);
      if (complaint !== null) throw new Error(`askonce: review request ${row.orderId}: ${complaint}`);
    }
    for (const row of rows) this.#put(row);
  }

  /** Changes one row, if it is there and the guard agrees. */
  update(orderId: string, guard: (row: Row) => boolean, change: (row: Row) => Partial<Row>): Row | null {
    const row = this.rows.get(orderId);
    if (row === undefined || !guard(row)) return null;
    const changed = { ...row, ...change(row) };
    this.write([changed]);
    return changed;
  }

  note(orderId: string, account: string, facts: AttemptFacts, at: DateTime): void {
    const { durationMs } = facts;
    const attempt = { ...facts, account, at, durationMs: durationMs === null ? null : Math.round(durationMs) };
    listOf(this.attempts, orderId).push(attempt);
    if (facts.kind === 'look' && facts.detail === 'first') listOf(this.firstLooks, account).push(attempt);
  }

  decision(row: Row, at: DateTime, detail: string | null): void {
    const call = { status: null, requestId: null, durationMs: null };
    this.note(row.orderId, row.account, { kind: 'decision', outcome: row.state, ...call, detail }, at);
  }

  open(account: string, state: OpenState): OpenRows {
    const key = `${state} ${account}`;
    const known = this.#open.get(key) ?? new OpenRows();
    this.#open.set(key, known);
    return known;
  }

  *everyOpen(state: OpenState): Iterable<OpenRows> {
    for (const [key, open] of this.#open) if (key.startsWith(`${state} `)) yield open;
  }

  #put(row: Row): void {
    const before = this.rows.get(row.orderId);
    if (before && isOpen(before.state)) this.open(before.account, before.state).delete(row.orderId);
    this.rows.set(row.orderId, row);
    if (isOpen(row.state)) this.open(row.account, row.state).add(row);
  }
}

/**
 * The open rows of one account and state. The bounds stand in for the database's indexes: never later than the earliest
 * instant of their kind, so that a sweep that finds nothing costs nothing.
 */
export class OpenRows {
  readonly #rows = new Map<string, Row>();
  #bounds = noBounds;

  add(row: Row): void {
    this.#rows.set(row.orderId, row);
    this.#bounds = lowered(this.#bounds, row);
  }

  delete(orderId: string): void {
    this.#rows.delete(orderId);
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The rows whose instant of this kind is at or before `until`, earliest first, at most `limit`. */
  upTo(kind: keyof Bounds, until: number, limit: number): Row[] {
    if (this.#bounds[kind] > until) return [];
    let bounds = noBounds;
    const found: Row[] = [];
    for (const row of this.#rows.values()) {
      bounds = lowered(bounds, row);
      if (boundsOf[kind](row) <= until) found.push(row);
    }
    this.#bounds = bounds;
    const { closes } = boundsOf;
    return found.sort((a, b) => boundsOf[kind](a) - boundsOf[kind](b) || closes(a) - closes(b) || 0).slice(0, limit);
  }
}

interface Bounds {
  readonly due: number;
  readonly rung: number;
  readonly closes: number;
  readonly dryRun: number;
}

const noBounds: Bounds = {
  due: Number.POSITIVE_INFINITY,
  rung: Number.POSITIVE_INFINITY,
  closes: Number.POSITIVE_INFINITY,
  dryRun: Number.POSITIVE_INFINITY,
};

const boundsOf: Readonly<Record<keyof Bounds, (row: Row) => number>> = {
  due: (row) => (row.ringAt === null ? millis(row.nextLookAt) : Number.POSITIVE_INFINITY),
  rung: (row) => millis(row.ringAt),
  closes: (row) => millis(row.closesAt),
  /** Not an instant: held by a dry run, or not. */
  dryRun: (row) => (row.reason === 'dry-run' ? 0 : Number.POSITIVE_INFINITY),
};

function lowered(bounds: Bounds, row: Row): Bounds {
  const { due, rung, closes, dryRun } = boundsOf;
  return {
    due: Math.min(bounds.due, due(row)),
    rung: Math.min(bounds.rung, rung(row)),
    closes: Math.min(bounds.closes, closes(row)),
    dryRun: Math.min(bounds.dryRun, dryRun(row)),
  };
}

/** No instant is later than every instant. */
export function millis(instant: DateTime | null): number {
  return instant?.toMillis() ?? Number.POSITIVE_INFINITY;
}

export function sameInstant(a: DateTime | null, b: DateTime | null): boolean {
  return a?.toMillis() === b?.toMillis();
}

export function isOpen(state: State): state is OpenState {
  return openStates.some((open) => open === state);
}

export function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** `review_request_complaint` of the migration. */
function complaintAbout(was: Row | undefined, becomes: Row): string | null {
  if (was === undefined) {
    const begins = ['waiting', 'scheduled', 'skipped', 'expired'].includes(becomes.state);
    return begins ? null : `a review request cannot begin as ${becomes.state}`;
  }
  if (isFinal(was.state, was.reason)) return `it is final (${was.state}) and does not change`;
  // A note of its wake-up leaves a `sending` row `sending`, which is no move.
  if (was.state !== becomes.state && !mayMove(was.state, becomes.state)) {
    return `it cannot go from ${was.state} to ${becomes.state}`;
  }
  if (was.state === 'sending' && becomes.state === 'sending' && !sameClaim(was, becomes)) {
    return 'a claim under way is not replaced';
  }
  if (becomes.doubts < was.doubts) return 'a doubt stays on record';
  if (was.state === 'scheduled' && becomes.state === 'sending' && becomes.claimId === was.claimId) {
    return 'every claim is a new one';
  }
  if (was.state === 'scheduled' && becomes.state === 'unknown' && was.doubts === 0) {
    return 'there is no earlier request of ours to doubt';
  }
  return null;
}

function sameClaim(was: Row, becomes: Row): boolean {
  const { claimId, leaseUntil, intentAt } = becomes;
  return was.claimId === claimId && sameInstant(was.leaseUntil, leaseUntil) && sameInstant(was.intentAt, intentAt);
}

/** The CHECKs of the migration. */
function brokenCheck(row: Row): string | null {
  const { state, delivery, opensAt, closesAt } = row;
  if (isOpen(state) !== (row.nextLookAt !== null)) return 'open_has_next_look';
  if (['scheduled', 'sending', 'unknown', 'sent'].includes(state)) {
    if (!row.askAt || !opensAt || !closesAt || row.marketplaceId === null) return 'scheduled_has_window';
  }
  if (opensAt && closesAt && opensAt >= closesAt) return 'window_order';
  if (delivery && (delivery.earliest > delivery.about || delivery.about > delivery.latest)) return 'delivery_order';
  if (state === 'sending' && !(row.claimId && row.claimedBy && row.leaseUntil && row.intentAt)) {
    return 'claim_when_sending';
  }
  if ((state === 'sent') !== (row.sentAt !== null && row.knownBy !== null)) return 'sent_has_proof';
  if (state === 'sent' && !(row.posts > 0 && row.intentAt !== null)) return 'sent_has_proof';
  if (state === 'unknown' && row.doubts === 0) return 'doubt_counted';
  if (Math.min(row.posts, row.doubts, row.looks, row.settleLooks) < 0) return 'counts';
  if (['waiting', 'refused', 'skipped', 'expired'].includes(state) && row.reason === null) return 'has_reason';
  return null;
}
