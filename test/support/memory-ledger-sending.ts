import { randomUUID } from 'node:crypto';
import type { Orders, Sending, SettleResult, Settling } from '../../src/ledger/ledger.js';
import type { AfterAnswer } from '../../src/policy/answer.js';
import type { CapToday } from '../../src/policy/daily-cap.js';
import type { AccountTable } from './memory-ledger-accounts.js';
import { writePlans } from './memory-ledger-feeds.js';
import { claimIsOver, millis, type Row, type StoredAttempt, type Tables } from './memory-ledger-rows.js';

export function memoryOrders(tables: Tables): Orders {
  return {
    async read(orderId) {
      return tables.rows.get(orderId) ?? null;
    },

    async recordOrder(account, order, attempt, now) {
      writePlans(tables, { account, configuredAccounts: [account], orders: [order], unreadable: [] }, now);
      tables.note(order.facts.orderId, account, attempt, now);
    },

    async putOff(orderId, state, { reason, lookAt }, attempt, now) {
      const looked = attempt?.kind === 'look' ? 1 : 0;
      const held = tables.update(
        orderId,
        (row) => row.state === state,
        (row) => ({ reason: reason ?? row.reason, nextLookAt: lookAt, ringAt: null, looks: row.looks + looked }),
      );
      const row = tables.rows.get(orderId);
      if (attempt !== null && row !== undefined) tables.note(orderId, row.account, attempt, now);
      return held !== null;
    },

    async anotherOrder(account, notThis) {
      let first: Row | null = null;
      for (const row of tables.open(account, 'scheduled')) {
        if (row.orderId === notThis || row.marketplaceId === null) continue;
        if (first === null || millis(row.nextLookAt) < millis(first.nextLookAt)) first = row;
      }
      return first?.marketplaceId ? { orderId: first.orderId, marketplaceId: first.marketplaceId } : null;
    },
  };
}

export function memorySending(tables: Tables, accounts: AccountTable, suppressed: ReadonlySet<string>): Sending {
  return {
    async claim(orderId, by, leaseSeconds, look, now, caps = []) {
      const owner = tables.rows.get(orderId)?.account ?? '';
      if (caps.some((cap) => askedOn(tables, owner, cap) >= cap.limit)) return null;
      const id = randomUUID();
      const leaseUntil = now.plus({ seconds: leaseSeconds });
      const claimed = tables.update(
        orderId,
        ({ state, closesAt, account }) =>
          state === 'scheduled' &&
          closesAt !== null &&
          closesAt > now &&
          !suppressed.has(orderId) &&
          accounts.get(account)?.paused == null,
        ({ posts, looks }) => ({
          state: 'sending',
          reason: null,
          claimId: id,
          claimedBy: by,
          intentAt: now,
          leaseUntil,
          nextLookAt: leaseUntil,
          ringAt: null,
          posts: posts + 1,
          looks: looks + 1,
          settleLooks: 0,
          lastSight: null,
        }),
      );
      if (claimed?.closesAt == null) return null;
      const { account, doubts, posts, closesAt } = claimed;
      tables.note(orderId, account, look, now);
      const call = { status: null, requestId: null, durationMs: null };
      tables.note(orderId, account, { kind: 'claim', outcome: 'sending', ...call, detail: by }, now);
      return { id, orderId, account, claimedAt: now, leaseUntil, posts, earlierDoubt: doubts > 0, closesAt };
    },

    async askedOn(account, cap) {
      return askedOn(tables, account, cap);
    },

    async mayPost(claim, now) {
      const row = tables.rows.get(claim.orderId);
      if (row?.state !== 'sending' || row.claimId !== claim.id || !row.intentAt || !row.leaseUntil) return false;
      const account = accounts.get(row.account);
      const half = row.intentAt.toMillis() + row.leaseUntil.diff(row.intentAt).toMillis() / 2;
      const inTime = half > now.toMillis() && row.closesAt !== null && row.closesAt > now;
      return inTime && account?.paused === null && !suppressed.has(claim.orderId);
    },

    async record(claim, after, attempt, now) {
      const answered = tables.update(
        claim.orderId,
        ({ state, claimId }) =>
          claimId === claim.id && (state === 'sending' || (state === 'unknown' && after.state === 'sent')),
        (row) => ({ ...answerColumns(row, after), ringAt: null }),
      );
      tables.note(claim.orderId, claim.account, attempt, now);
      return answered === null ? 'late' : 'recorded';
    },

    async doubtAgain(orderId, lookAt, attempt, now) {
      const doubted = tables.update(
        orderId,
        ({ state, doubts }) => state === 'scheduled' && doubts > 0,
        () => ({
          state: 'unknown',
          reason: 'gone-after-doubt',
          settleLooks: 1,
          lastSight: 'gone',
          nextLookAt: lookAt,
          ringAt: null,
        }),
      );
      if (doubted !== null) tables.note(orderId, doubted.account, attempt, now);
      return doubted !== null;
    },
  };
}

function answerColumns(row: Row, after: AfterAnswer): Partial<Row> {
  switch (after.state) {
    case 'sent':
      return {
        state: 'sent',
        reason: null,
        knownBy: after.knownBy,
        sentAt: row.intentAt,
        nextLookAt: null,
        ...claimIsOver,
      };
    case 'refused':
    case 'expired':
      return { state: after.state, reason: after.reason, nextLookAt: null, ...claimIsOver };
    case 'unknown':
      return { state: 'unknown', reason: after.reason, doubts: row.doubts + 1, nextLookAt: after.lookAt };
    case 'scheduled': {
      const posts = row.posts - (after.reachedAmazon ? 0 : 1);
      return { state: 'scheduled', reason: after.reason, posts, nextLookAt: after.lookAt };
    }
    default:
      return after satisfies never;
  }
}

/** How many first looks before the recent span are compared with it. */
const BASELINE = 50;

export function memorySettling(tables: Tables): Settling {
  return {
    async takeOver(orderId, lookAt, now) {
      const taken = tables.update(
        orderId,
        ({ state, leaseUntil }) => state === 'sending' && leaseUntil !== null && leaseUntil <= now,
        ({ doubts }) => ({
          state: 'unknown',
          reason: 'lease-ran-out',
          doubts: doubts + 1,
          nextLookAt: lookAt,
          ringAt: null,
        }),
      );
      if (taken !== null) tables.decision(taken, now, 'lease-ran-out');
      return taken;
    },

    async recordSight(orderId, expected, result, attempt, now) {
      const settled = tables.update(
        orderId,
        ({ state, settleLooks, nextLookAt }) =>
          state === 'unknown' &&
          settleLooks === expected.settleLooks &&
          nextLookAt?.toMillis() === expected.nextLookAt.toMillis(),
        (row) => ({ ...sightColumns(row, result), ringAt: null }),
      );
      const row = tables.rows.get(orderId);
      if (row !== undefined && attempt !== null) tables.note(orderId, row.account, attempt, now);
      return settled !== null;
    },

    async firstLooks(account, since) {
      const looks = tables.firstLooks.get(account) ?? [];
      return {
        recent: countNewest(looks, ({ at }) => at >= since),
        before: countNewest(looks, ({ at }) => at < since),
      };
    },
  };
}

function countNewest(oldestFirst: readonly StoredAttempt[], wanted: (look: StoredAttempt) => boolean) {
  const counts = { offered: 0, gone: 0 };
  let counted = 0;
  for (let index = oldestFirst.length - 1; index >= 0 && counted < BASELINE; index -= 1) {
    const look = oldestFirst[index];
    if (look === undefined || !wanted(look)) continue;
    counted += 1;
    if (look.outcome === 'offered' || look.outcome === 'gone') counts[look.outcome] += 1;
  }
  return counts;
}

function sightColumns(row: Row, result: SettleResult): Partial<Row> {
  const settleLooks = row.settleLooks + 1;
  switch (result.kind) {
    case 'sent':
      return {
        state: 'sent',
        reason: null,
        knownBy: result.knownBy,
        sentAt: row.intentAt,
        settleLooks,
        nextLookAt: null,
        ...claimIsOver,
      };
    case 'scheduled':
      return {
        state: 'scheduled',
        reason: 'settled-not-sent',
        settleLooks,
        lastSight: null,
        nextLookAt: result.lookAt,
      };
    case 'expired':
      return { state: 'expired', reason: result.reason, settleLooks, nextLookAt: null, ...claimIsOver };
    case 'look-again':
      if (result.sight === null) return { nextLookAt: result.lookAt };
      return { settleLooks, lastSight: result.sight, nextLookAt: result.lookAt };
    default:
      return result satisfies never;
  }
}

function askedOn(
  tables: Tables,
  account: string,
  { from, until, marketplaceIds, catchUpOnly }: Omit<CapToday, 'limit' | 'reason'>,
): number {
  return [...tables.rows.values()].filter(
    (row) =>
      row.account === account &&
      row.posts > 0 &&
      row.intentAt !== null &&
      row.intentAt >= from &&
      row.intentAt < until &&
      marketplaceIds.includes(row.marketplaceId ?? '') &&
      (row.catchUp || !catchUpOnly) &&
      (['sending', 'unknown', 'sent'].includes(row.state) || (row.state === 'expired' && row.doubts > 0)),
  ).length;
}
