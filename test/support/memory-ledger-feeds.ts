import type { DateTime } from 'luxon';
import type {
  Feed,
  FeedCursor,
  Feeds,
  KnownOrder,
  PageCounts,
  PlannedOrder,
  PlannedPage,
} from '../../src/ledger/ledger.js';
import { packageStatusText } from '../../src/policy/replan.js';
import { isFinal } from '../../src/policy/review-request.js';
import type { AccountTable } from './memory-ledger-accounts.js';
import { type Row, sameInstant, type Tables } from './memory-ledger-rows.js';

interface FeedRow {
  readonly account: string;
  readonly marketplaceId: string;
  readonly watermark: DateTime | null;
  readonly read: Feed['read'];
}

/** `discovery_feed`, `suppression` and the accounts' feed leases. */
export class FeedTables {
  readonly feeds = new Map<string, FeedRow>();
  readonly leases = new Map<string, { readonly by: string; readonly until: DateTime }>();
  readonly suppressed = new Set<string>();

  of(account: string): FeedRow[] {
    return [...this.feeds.values()].filter((feed) => feed.account === account);
  }
}

export function memoryFeeds(tables: Tables, { feeds, leases, suppressed }: FeedTables, accounts: AccountTable): Feeds {
  const change = (account: string, marketplaceIds: readonly string[], to: (feed: FeedRow) => Partial<FeedRow>) => {
    for (const marketplaceId of marketplaceIds) {
      const key = `${account} ${marketplaceId}`;
      const feed = feeds.get(key);
      if (feed !== undefined) feeds.set(key, { ...feed, ...to(feed) });
    }
  };
  const moveCursor = (account: string, cursor: FeedCursor) => {
    if (cursor.kind === 'more') {
      const { marketplaceIds, from, through, token, startedAt } = cursor;
      change(account, marketplaceIds, () => ({ read: { from, through, token, startedAt } }));
      return;
    }
    change(account, cursor.marketplaceIds, ({ watermark }) => ({
      watermark: watermark !== null && watermark > cursor.watermark ? watermark : cursor.watermark,
      read: null,
    }));
  };

  return {
    async registerAccounts(configured) {
      for (const { name, region, marketplaceIds } of configured) {
        accounts.register(name, region);
        for (const marketplaceId of marketplaceIds) {
          const key = `${name} ${marketplaceId}`;
          if (!feeds.has(key)) feeds.set(key, { account: name, marketplaceId, watermark: null, read: null });
        }
      }
    },

    async feeds(account, marketplaceIds) {
      const rows = [...marketplaceIds].sort().flatMap((id) => feeds.get(`${account} ${id}`) ?? []);
      return readTogether(rows);
    },

    async leaseFeeds(account, by, until, now) {
      const lease = leases.get(account);
      if (!accounts.has(account) || (lease && lease.until > now && lease.by !== by)) return false;
      leases.set(account, { by, until });
      return true;
    },

    async releaseFeeds(account, by) {
      if (leases.get(account)?.by === by) leases.delete(account);
    },

    async known(orderIds) {
      const rows = orderIds.flatMap((orderId) => tables.rows.get(orderId) ?? []);
      return {
        orders: new Map(rows.map((row) => [row.orderId, knownOrder(row)])),
        suppressed: new Set(orderIds.filter((orderId) => suppressed.has(orderId))),
      };
    },

    async suppressed(orderIds) {
      return new Set(orderIds.filter((orderId) => suppressed.has(orderId)));
    },

    async recordPage(page, now) {
      const counts = writePlans(tables, page, now);
      if (page.cursor !== null) moveCursor(page.account, page.cursor);
      return counts;
    },

    async restartRead(account, marketplaceIds) {
      change(account, marketplaceIds, () => ({ read: null }));
    },
  };
}

function knownOrder(row: Row): KnownOrder {
  const { state, reason, account, lastUpdatedAt, fulfillmentStatus, packageStatus, askAt, closesAt, nextLookAt } = row;
  return {
    state,
    reason,
    account,
    lastUpdatedAt,
    fulfillmentStatus,
    packageStatus,
    askAt,
    closesAt,
    nextLookAt,
    ...row.seen,
  };
}

function readTogether(rows: readonly FeedRow[]): Feed[] {
  const groups = new Map<string, FeedRow[]>();
  for (const row of rows) {
    const place = `${row.watermark?.toMillis()} ${row.read?.from.toMillis()} ${row.read?.token}`;
    groups.set(place, [...(groups.get(place) ?? []), row]);
  }
  return [...groups.values()].map((group) => ({
    marketplaceIds: group.map(({ marketplaceId }) => marketplaceId),
    watermark: group[0]?.watermark ?? null,
    read: group[0]?.read ?? null,
  }));
}

/** The one statement of `prisma-plans.ts`. */
export function writePlans(tables: Tables, page: Omit<PlannedPage, 'cursor'>, now: DateTime): PageCounts {
  const planned = new Map<string, Row>();
  for (const { orderId, problem } of page.unreadable) planned.set(orderId, unreadableRow(orderId, problem, page, now));
  for (const order of page.orders) {
    const before = planned.get(order.facts.orderId);
    if (before?.lastUpdatedAt && before.lastUpdatedAt > order.facts.lastUpdatedAt) continue;
    planned.set(order.facts.orderId, plannedRow(order, page, now));
  }
  const written: Row[] = [];
  let fresh = 0;
  for (const row of planned.values()) {
    const was = tables.rows.get(row.orderId);
    if (was === undefined) fresh += 1;
    const becomes = was === undefined ? row : replanned(was, row, page, now);
    if (becomes !== null) written.push(becomes);
  }
  const before = new Map(written.map(({ orderId }) => [orderId, tables.rows.has(orderId)]));
  tables.write(written);
  for (const row of written) if (before.get(row.orderId)) tables.decision(row, now, row.rule ?? row.reason);
  const changed = written.length - fresh;
  return { fresh, replanned: changed, unchanged: planned.size - written.length };
}

function replanned(was: Row, seen: Row, page: Omit<PlannedPage, 'cursor'>, now: DateTime): Row | null {
  if (isFinal(was.state, was.reason) || was.state === 'sending' || was.state === 'unknown') return null;
  if (was.lastUpdatedAt && !(seen.lastUpdatedAt && seen.lastUpdatedAt >= was.lastUpdatedAt)) return null;
  const gone = !page.configuredAccounts.includes(was.account);
  const overdue = was.state === 'waiting' && was.nextLookAt !== null && was.nextLookAt <= now;
  if (!gone && !overdue && sameFacts(was, seen)) return null;

  const stays = was.state === seen.state && sameInstant(was.askAt, seen.askAt);
  const keepsLook = stays && was.nextLookAt !== null && was.nextLookAt > now;
  return {
    ...was,
    ...seen,
    account: gone ? seen.account : was.account,
    reason: stays ? (seen.reason ?? was.reason) : seen.reason,
    seen: {
      shippedSeenAt: earlier(was.seen.shippedSeenAt, seen.seen.shippedSeenAt),
      undeliveredAt: later(was.seen.undeliveredAt, seen.seen.undeliveredAt),
      delivered: seen.delivery,
    },
    nextLookAt: keepsLook ? was.nextLookAt : seen.nextLookAt,
    ringAt: keepsLook ? was.ringAt : null,
    ...ownHistory(was),
  };
}

/** What discovery never touches. */
function ownHistory(was: Row) {
  const { claimId, claimedBy, leaseUntil, intentAt, posts, doubts, looks, settleLooks, lastSight } = was;
  const { sentAt, knownBy, firstSeenAt, catchUp } = was;
  return {
    catchUp,
    claimId,
    claimedBy,
    leaseUntil,
    intentAt,
    posts,
    doubts,
    looks,
    settleLooks,
    lastSight,
    sentAt,
    knownBy,
    firstSeenAt,
  };
}

function sameFacts(was: Row, seen: Row): boolean {
  return (
    was.state === seen.state &&
    (was.state === 'scheduled' || was.reason === seen.reason) &&
    sameInstant(was.askAt, seen.askAt) &&
    sameInstant(was.closesAt, seen.closesAt) &&
    was.delivery?.evidence === seen.delivery?.evidence &&
    sameInstant(was.lastUpdatedAt, seen.lastUpdatedAt) &&
    was.packageStatus === seen.packageStatus &&
    was.fulfillmentStatus === seen.fulfillmentStatus
  );
}

function earlier(a: DateTime | null, b: DateTime | null): DateTime | null {
  return a !== null && (b === null || a < b) ? a : b;
}

function later(a: DateTime | null, b: DateTime | null): DateTime | null {
  return a !== null && (b === null || a > b) ? a : b;
}

function plannedRow({ facts, seen, plan }: PlannedOrder, page: { account: string }, now: DateTime): Row {
  const underWay = plan.kind === 'waiting' && plan.reason === 'not-delivered';
  const { delivery, window } = plan.kind === 'waiting' ? { delivery: null, window: null } : plan;
  return {
    ...freshRow(facts.orderId, page.account, now),
    facts,
    marketplaceId: facts.marketplaceId,
    state: plan.kind,
    reason: plan.kind === 'scheduled' ? null : plan.reason,
    rule: plan.kind === 'scheduled' ? plan.rule : null,
    lastUpdatedAt: facts.lastUpdatedAt,
    fulfillmentStatus: facts.fulfillmentStatus,
    fulfilledBy: facts.fulfilledBy,
    packageStatus: packageStatusText(facts.packages),
    seen: {
      shippedSeenAt: facts.fulfillmentStatus === 'SHIPPED' ? facts.lastUpdatedAt : seen.shippedSeenAt,
      undeliveredAt: underWay ? now : seen.undeliveredAt,
      delivered: delivery,
    },
    delivery,
    opensAt: window?.opensAt ?? null,
    closesAt: window?.closesAt ?? null,
    askAt: plan.kind === 'scheduled' ? plan.askAt : null,
    nextLookAt: plan.kind === 'scheduled' || plan.kind === 'waiting' ? plan.lookAt : null,
    catchUp: plan.kind === 'scheduled' && plan.askAt < now,
  };
}

function unreadableRow(orderId: string, problem: string, page: { account: string }, now: DateTime): Row {
  return { ...freshRow(orderId, page.account, now), rule: problem };
}

function freshRow(orderId: string, account: string, now: DateTime): Row {
  return {
    orderId,
    account,
    facts: null,
    marketplaceId: null,
    state: 'skipped',
    reason: 'unreadable-order',
    rule: null,
    delivery: null,
    opensAt: null,
    closesAt: null,
    askAt: null,
    nextLookAt: null,
    catchUp: false,
    fulfilledBy: null,
    factsAt: now,
    seen: { shippedSeenAt: null, undeliveredAt: null, delivered: null },
    claimId: null,
    leaseUntil: null,
    intentAt: null,
    posts: 0,
    doubts: 0,
    looks: 0,
    settleLooks: 0,
    lastSight: null,
    sentAt: null,
    knownBy: null,
    firstSeenAt: now,
    lastUpdatedAt: null,
    fulfillmentStatus: null,
    packageStatus: null,
    ringAt: null,
    claimedBy: null,
  };
}
