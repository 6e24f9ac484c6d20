import { DateTime } from 'luxon';
import type { DueKind, DueOrder, Sweeping } from '../../src/ledger/ledger.js';
import type { FeedProgress, Reports } from '../../src/ledger/reports.js';
import type { WholeLedger } from '../../src/ledger/whole-ledger.js';
import { capReasons } from '../../src/policy/daily-cap.js';
import { canReturn, openStates, type State, states } from '../../src/policy/review-request.js';
import { AccountTable, memoryAccounts, memoryPace } from './memory-ledger-accounts.js';
import { ActionTable } from './memory-ledger-actions.js';
import { memoryAlarmBook } from './memory-ledger-alarms.js';
import { FeedTables, memoryFeeds } from './memory-ledger-feeds.js';
import { memoryOrderList, memoryOverview } from './memory-ledger-overview.js';
import { memoryReplanning } from './memory-ledger-replanning.js';
import { claimIsOver, millis, type OpenRows, type Row, Tables } from './memory-ledger-rows.js';
import { memoryOrders, memorySending, memorySettling } from './memory-ledger-sending.js';
import { type MemorySuppressions, memorySuppressions } from './memory-ledger-suppressions.js';

export type MemoryLedger = WholeLedger & MemorySuppressions;

/**
 * The ledger without a database: the same answers, moves and refusals, held to them by the contract in `test/ledger`.
 * No timers; every change is one synchronous step, so calls that race are served one after the other.
 */
export function openMemoryLedger(time: () => DateTime = () => DateTime.utc()): MemoryLedger {
  const tables = new Tables();
  const accounts = new AccountTable();
  const feeds = new FeedTables();
  const actions = new ActionTable();
  return {
    ...memoryFeeds(tables, feeds, accounts),
    ...memorySweeping(tables, accounts),
    ...memoryOrders(tables),
    ...memorySending(tables, accounts, feeds.suppressed),
    ...memorySettling(tables),
    ...memoryPace(),
    ...memoryAccounts(accounts, actions),
    ...memoryReplanning(tables),
    ...memoryReports(tables, accounts, feeds),
    ...memorySuppressions(tables, feeds.suppressed, actions),
    ...memoryOverview(tables, accounts),
    ...memoryOrderList(tables),
    ...memoryAlarmBook(),
    actions: actions.actions,
    ping: async () => {},
    time: async () => time(),
    close: async () => {},
  };
}

function memorySweeping(tables: Tables, accounts: AccountTable): Sweeping {
  const ofKinds = (kinds: readonly DueKind[], find: (open: OpenRows, limit: number) => Row[]) =>
    kinds.flatMap(({ account, state, catchUp, limit }) =>
      find(tables.open(account, state), Number.POSITIVE_INFINITY)
        .filter((row) => row.catchUp === catchUp)
        .slice(0, limit)
        .flatMap(dueOrder),
    );

  let takenBackAt: DateTime | null = null;
  return {
    async accountsToSweep(until, unheardBefore, now) {
      const some = (account: string, bound: 'due' | 'rung', instant: number) =>
        openStates.some((state) => tables.open(account, state).upTo(bound, instant, 1).length > 0);
      return accounts.all().flatMap((account) => {
        const { name, paused, backlogThrough } = account;
        const hasDue = some(name, 'due', until.toMillis());
        const hasUnheard = some(name, 'rung', unheardBefore.toMillis() - 1);
        const ahead = backlogThrough !== null && backlogThrough > now;
        return hasDue || hasUnheard || ahead || paused?.by === 'askonce' ? [{ ...account, hasDue, hasUnheard }] : [];
      });
    },

    async due(kinds, until) {
      return ofKinds(kinds, (open, limit) => open.upTo('due', until.toMillis(), limit));
    },

    async unheard(kinds, before) {
      return ofKinds(kinds, (open, limit) => open.upTo('rung', before.toMillis() - 1, limit));
    },

    async markRung(rung, backlogs, unheardBefore) {
      const marked = new Set<string>();
      for (const { orderId, at } of rung) {
        const row = tables.update(
          orderId,
          ({ nextLookAt, ringAt }) =>
            nextLookAt !== null && nextLookAt <= at && (ringAt === null || ringAt < unheardBefore),
          () => ({ ringAt: at }),
        );
        if (row !== null) marked.add(orderId);
      }
      for (const { account, through, rate } of backlogs) {
        accounts.change(account, () => ({ backlogThrough: through, backlogRate: rate }));
      }
      return marked;
    },

    async takeBackWakeUps(account, now) {
      for (const { orderId, ringAt } of [...tables.open(account, 'scheduled')]) {
        if (ringAt !== null && ringAt > now) tables.update(orderId, any, () => ({ ringAt: null }));
      }
      accounts.change(account, () => ({ backlogThrough: null, backlogRate: null }));
    },

    async takeBackAllWakeUps(unlessSince, now) {
      if (unlessSince !== null && takenBackAt !== null && unlessSince <= takenBackAt && takenBackAt <= now) return null;
      takenBackAt = now;
      let orders = 0;
      for (const { orderId, ringAt, nextLookAt } of [...tables.rows.values()]) {
        if (ringAt === null || nextLookAt === null) continue;
        tables.update(orderId, any, () => ({ ringAt: null }));
        orders += 1;
      }
      for (const { name } of accounts.all()) accounts.change(name, () => ({ backlogThrough: null, backlogRate: null }));
      return orders;
    },

    async expire(now) {
      let closed = 0;
      for (const state of ['waiting', 'scheduled', 'unknown'] as const) {
        const grace = state === 'unknown' ? { hours: 1 } : {};
        const reason = state === 'unknown' ? 'fate-unknown' : 'window-closed';
        const until = now.minus(grace).toMillis();
        const ended = [...tables.everyOpen(state)].flatMap((open) => open.upTo('closes', until, open.size));
        for (const row of ended) {
          const becomes: Row = { ...row, ...claimIsOver, state: 'expired', reason, nextLookAt: null, ringAt: null };
          tables.write([becomes]);
          tables.decision(becomes, now, capReasons.find((cap) => cap === row.reason) ?? reason);
        }
        closed += ended.length;
      }
      return closed;
    },

    async releaseDryRun(names, now) {
      const held = names.flatMap((account) => {
        const open = tables.open(account, 'scheduled');
        return open.upTo('dryRun', 0, open.size);
      });
      for (const { orderId } of held) {
        tables.update(orderId, any, () => ({ reason: null, nextLookAt: now, ringAt: null }));
      }
      return held.length;
    },
  };
}

const any = () => true;

function dueOrder({ orderId, account, state, catchUp, nextLookAt, closesAt }: Row): DueOrder[] {
  const open = openStates.find((each) => each === state);
  return open === undefined || nextLookAt === null
    ? []
    : [{ orderId, account, state: open, catchUp, lookAt: nextLookAt, closesAt }];
}

function memoryReports(tables: Tables, accounts: AccountTable, feeds: FeedTables): Reports {
  const feedProgress = (account: string): FeedProgress => {
    const marks = feeds.of(account).map(({ watermark }) => watermark);
    const oldest = marks.reduce((first, mark) => (millis(mark) < millis(first) ? mark : first), null);
    return { account, readThrough: marks.includes(null) ? null : oldest };
  };

  return {
    async status() {
      return accounts.all().map((account) => {
        const rows = [...tables.rows.values()].filter((row) => row.account === account.name);
        const open = rows.filter(({ nextLookAt }) => nextLookAt !== null);
        const countOf = (state: State) => rows.filter((row) => row.state === state).length;
        const undecided = open.filter(({ state }) => state === 'unknown' || state === 'sending');
        return {
          ...account,
          counts: Object.fromEntries(states.map((state) => [state, countOf(state)])) as Record<State, number>,
          nextAskAt: first(open.filter(({ state }) => state === 'scheduled').map(({ nextLookAt }) => nextLookAt)),
          nearestDeadline: first(open.map(({ closesAt }) => closesAt)),
          oldestUnknownAt: first(undecided.map(({ intentAt }) => intentAt)),
          readThrough: feedProgress(account.name).readThrough,
        };
      });
    },

    async heldForGood(account, since) {
      return [...tables.rows.values()]
        .filter((row) => row.account === account && row.firstSeenAt >= since)
        .filter(({ state, reason }) =>
          state === 'skipped' ? !canReturn(reason) : state === 'sending' || state === 'unknown',
        )
        .map(({ orderId, marketplaceId, reason, state }) => ({ orderId, marketplaceId, reason: reason ?? state }))
        .sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
    },

    async feedProgress() {
      const read = new Set([...feeds.feeds.values()].map(({ account }) => account));
      return [...read].map(feedProgress);
    },

    async attempts(orderId) {
      return (tables.attempts.get(orderId) ?? []).map(({ account: _account, ...attempt }) => attempt);
    },

    async *everyRequest() {
      const ids = [...tables.rows.keys()].sort();
      for (let from = 0; from < ids.length; from += BATCH) {
        yield ids.slice(from, from + BATCH).flatMap((orderId) => tables.rows.get(orderId) ?? []);
      }
    },
  };
}

const BATCH = 1000;

function first<T extends Row['nextLookAt']>(instants: readonly T[]): T | null {
  return instants.reduce<T | null>((soonest, instant) => (millis(instant) < millis(soonest) ? instant : soonest), null);
}
