import type { DateTime } from 'luxon';
import type { ListedOrder, OrderFilter, OrderKind, OrderList } from '../../src/ledger/order-list.js';
import type { DayTally, Overview } from '../../src/ledger/overview.js';
import type { AccountTable } from './memory-ledger-accounts.js';
import { isOpen, millis, type Row, type Tables } from './memory-ledger-rows.js';

/** Counted anew for every answer: there is nothing to add up, and nothing that a recount could correct. */
export function memoryOverview(tables: Tables, accounts: AccountTable): Overview {
  const rows = () => [...tables.rows.values()];
  const scheduled = () => rows().filter(({ state }) => state === 'scheduled');
  let recountBegun: DateTime | null = null;

  return {
    async tallies() {
      return counted(rows(), kindKey).map(([row, { length }]) => ({ ...kindOf(row), orders: length }));
    },

    async sentPerDay(since) {
      const sent = rows().flatMap(({ account, sentAt }) => (sentAt === null ? [] : [{ account, at: sentAt }]));
      return perDay(sent, since);
    },

    async arrivals(since) {
      const all = rows().map((row) => ({ account: row.account, at: listedAt(row), seenAt: row.firstSeenAt }));
      return counted(all, dayKey)
        .map(([one, days]) => ({
          ...dayTally(one, days.length),
          lastAt: days.map(({ seenAt }) => seenAt).reduce((last, at) => (at > last ? at : last)),
        }))
        .filter(({ day }) => day >= dayOf(since));
    },

    async duePerDay(now, until) {
      const due = scheduled().flatMap(({ account, nextLookAt }) =>
        nextLookAt === null || nextLookAt >= until ? [] : [{ account, at: nextLookAt > now ? nextLookAt : now }],
      );
      return perDay(due, now);
    },

    async nearestDeadlines(limit) {
      return rows()
        .filter(({ state, closesAt }) => isOpen(state) && closesAt !== null)
        .sort((a, b) => millis(a.closesAt) - millis(b.closesAt) || byId(a, b))
        .slice(0, limit)
        .map(listed);
    },

    async inDoubt(limit) {
      return rows()
        .filter(({ state }) => state === 'sending' || state === 'unknown')
        .sort((a, b) => millis(a.intentAt) - millis(b.intentAt) || byId(a, b))
        .slice(0, limit)
        .map(listed);
    },

    async backlogs(now, closingBefore) {
      return accounts.all().map(({ name }) => {
        const line = scheduled().filter(
          ({ account, nextLookAt, reason }) =>
            account === name && nextLookAt !== null && nextLookAt <= now && reason !== 'dry-run',
        );
        return {
          account: name,
          overdue: line.length,
          overdueSince: earliest(line.map(({ nextLookAt }) => nextLookAt)),
          closing: line.filter(({ closesAt }) => closesAt !== null && closesAt < closingBefore).length,
          nearestDeadline: earliest(line.map(({ closesAt }) => closesAt)),
        };
      });
    },

    async asks(since) {
      return accounts.all().flatMap(({ name }) => {
        const asked = rows().flatMap(({ account, posts, intentAt }) =>
          account === name && posts > 0 && intentAt !== null ? [intentAt] : [],
        );
        const lastAt = asked.toSorted((a, b) => b.toMillis() - a.toMillis())[0];
        const posts = asked.filter((at) => at >= since).length;
        return lastAt === undefined ? [] : [{ account: name, posts, lastAt }];
      });
    },

    async addUpTallies() {},

    async takeRecount(before, now, fewerThan) {
      if (fewerThan !== undefined && tables.rows.size >= fewerThan) return false;
      if (recountBegun !== null && recountBegun >= before && recountBegun <= now) return false;
      recountBegun = now;
      return true;
    },

    async recount() {
      return 0;
    },
  };
}

export function memoryOrderList(tables: Tables): OrderList {
  return {
    async listOrders(filter, where, limit) {
      const orders = [...tables.rows.values()]
        .filter((row) => matches(row, filter))
        .map(listed)
        .sort(newestFirst);
      const place = where.kind === 'after' || where.kind === 'before' ? where.place : null;
      const from = {
        first: () => 0,
        last: () => Math.max(orders.length - limit, 0),
        after: () => orders.filter((order) => place !== null && newestFirst(order, place) <= 0).length,
        before: () =>
          Math.max(orders.filter((order) => place !== null && newestFirst(order, place) < 0).length - limit, 0),
      }[where.kind]();
      const until =
        where.kind === 'before'
          ? orders.filter((order) => place !== null && newestFirst(order, place) < 0).length
          : Math.min(from + limit, orders.length);
      return { orders: orders.slice(from, until), hasNewer: from > 0, hasOlder: until < orders.length };
    },

    async listChoices() {
      return counted([...tables.rows.values()], kindKey).map(([row]) => kindOf(row));
    },
  };
}

function matches(row: Row, { account, marketplaceId, state, reason, from, until }: OrderFilter): boolean {
  return (
    (account === undefined || row.account === account) &&
    (marketplaceId === undefined || row.marketplaceId === marketplaceId) &&
    (state === undefined || row.state === state) &&
    (reason === undefined || row.reason === reason) &&
    (from === undefined || listedAt(row) >= from) &&
    (until === undefined || listedAt(row) < until)
  );
}

function newestFirst(
  a: Pick<ListedOrder, 'listedAt' | 'orderId'>,
  b: Pick<ListedOrder, 'listedAt' | 'orderId'>,
): number {
  return b.listedAt.toMillis() - a.listedAt.toMillis() || byId(b, a);
}

function byId(a: { readonly orderId: string }, b: { readonly orderId: string }): number {
  return a.orderId === b.orderId ? 0 : a.orderId < b.orderId ? -1 : 1;
}

function listedAt({ facts, firstSeenAt }: Row): DateTime {
  return facts?.createdAt ?? firstSeenAt;
}

function listed(row: Row): ListedOrder {
  const { orderId, nextLookAt, askAt, closesAt, intentAt, sentAt } = row;
  return { orderId, ...kindOf(row), listedAt: listedAt(row), nextLookAt, askAt, closesAt, intentAt, sentAt };
}

function kindOf({ account, marketplaceId, state, reason }: Row): OrderKind {
  return { account, marketplaceId, state, reason };
}

function kindKey({ account, marketplaceId, state, reason }: Row): string {
  return [account, marketplaceId ?? '', state, reason ?? ''].join(' ');
}

interface OnDay {
  readonly account: string;
  readonly at: DateTime;
}

function perDay(all: readonly OnDay[], since: DateTime): DayTally[] {
  return counted(all, dayKey)
    .map(([one, { length }]) => dayTally(one, length))
    .filter(({ day }) => day >= dayOf(since));
}

function dayTally({ account, at }: OnDay, orders: number): DayTally {
  return { account, day: dayOf(at), orders };
}

function dayKey({ account, at }: OnDay): string {
  return `${dayOf(at)} ${account}`;
}

function dayOf(at: DateTime): string {
  return at.toUTC().toFormat('yyyy-MM-dd');
}

/** In groups, in the order of their keys, each with its first member. */
function counted<T>(all: readonly T[], keyOf: (one: T) => string): [T, T[]][] {
  const groups = new Map<string, [T, T[]]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one, [one]]);
    else group[1].push(one);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function earliest(instants: readonly (DateTime | null)[]): DateTime | null {
  return instants.reduce((first, at) => (millis(at) < millis(first) ? at : first), null);
}
