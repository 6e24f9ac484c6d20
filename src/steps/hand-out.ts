import type { DateTime, Duration } from 'luxon';
import type { AccountState, Backlog, DueKind, DueOrder, LearntRate, SweptAccount } from '../ledger/ledger.js';
import { type OpenState, openStates } from '../policy/review-request.js';
import { spread } from '../policy/spread.js';
import { askingOperations, type Operation, slowestPace, type UsagePace } from '../policy/usage-plan.js';
import type { Verb, WakeUp } from '../queue/wake-ups.js';

/** No account needs more wake-ups at once, however fast Amazon lets it be. */
const MOST_AT_ONCE = 5000;

export interface Span {
  readonly now: DateTime;
  /** How far ahead a backlog of overdue requests gets its times. */
  readonly horizon: DateTime;
  /**
   * How far ahead everything else does: until a little after the next sweep. Handed out an hour ahead, orders that all come
   * due at nine would be given the first minutes after nine again by every sweep.
   */
  readonly near: DateTime;
}

export function nearHorizon(now: DateTime, sweepEvery: Duration): DateTime {
  return now.plus(Math.max(sweepEvery.toMillis() * 2, 10_000));
}

/** The learnt rates, by account. */
export type Rates = ReadonlyMap<string, readonly LearntRate[]>;

export function ratesByAccount(learnt: readonly LearntRate[]): Rates {
  return grouped(learnt);
}

/** The pace of the calls that an open order needs. Asking takes a look and a POST: the slower plan counts. */
export function paceOf(account: string, state: OpenState, rates: Rates): UsagePace {
  return slowestPace(operationsFor(state), rates.get(account) ?? []);
}

function operationsFor(state: OpenState): readonly Operation[] {
  switch (state) {
    case 'waiting':
      return ['getOrder'];
    case 'scheduled':
      return askingOperations;
    case 'sending':
    case 'unknown':
      return ['getSolicitationActions'];
    default:
      return state satisfies never;
  }
}

/** Where Amazon refuses the whole account nothing of it rings; a person's pause holds back asking only. */
export function ringing({ paused }: AccountState): readonly OpenState[] {
  if (paused === null) return openStates;
  return paused.by === 'askonce' ? [] : openStates.filter((state) => state !== 'scheduled');
}

/** The kinds of the account's orders that ring, each with as many orders as have a place within the span. */
export function dueKinds(account: SweptAccount, rates: Rates, { now, horizon, near }: Span): DueKind[] {
  return ringing(account).flatMap((state) => {
    const { rate, burst } = paceOf(account.name, state, rates);
    const seconds = (state === 'scheduled' ? horizon : near).diff(now).as('seconds');
    const limit = Math.min(Math.ceil(rate * seconds) + burst, MOST_AT_ONCE);
    return [false, true].map((catchUp) => ({ account: account.name, state, catchUp, limit }));
  });
}

export interface HandedOut {
  readonly wakeUps: readonly WakeUp[];
  readonly backlog: Backlog | null;
}

/** The times of one account's orders. */
export function handOut(
  account: AccountState,
  due: readonly DueOrder[],
  unheard: readonly DueOrder[],
  rates: Rates,
  span: Span,
): HandedOut {
  let backlog: Backlog | null = null;
  const wakeUps = ringing(account).flatMap((state) => {
    const asking = state === 'scheduled';
    const pace = paceOf(account.name, state, rates);
    const until = asking ? span.horizon : span.near;
    const planned = spread(
      byDeadline(due, state),
      { ...pace, backlogThrough: asking ? account.backlogThrough : null },
      span.now,
      until,
    );
    if (asking) backlog = { account: account.name, through: planned.backlogThrough, rate: pace.rate };
    const again = spread(byDeadline(unheard, state), { ...pace, backlogThrough: null }, span.now, until);
    return [...planned.wakeUps, ...again.wakeUps].map(({ orderId, at }) => ({ verb: verbOf(state), orderId, at }));
  });
  return { wakeUps, backlog: wakeUps.length > 0 ? backlog : null };
}

export function grouped<T extends { readonly account: string }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.account);
    if (group === undefined) groups.set(one.account, [one]);
    else group.push(one);
  }
  return groups;
}

/**
 * The oldest deadline first. Where orders of the catch-up and new ones are due together they take turns, so that a backlog
 * of weeks leaves new orders at least half of the rate.
 */
function byDeadline(orders: readonly DueOrder[], state: OpenState): DueOrder[] {
  const sorted = orders
    .filter((order) => order.state === state)
    .toSorted((a, b) => millis(a.closesAt) - millis(b.closesAt));
  const fresh = sorted.filter(({ catchUp }) => !catchUp);
  const older = sorted.filter(({ catchUp }) => catchUp);
  const turns = Math.min(fresh.length, older.length);
  return [
    ...fresh.slice(0, turns).flatMap((order, turn) => [order, ...older.slice(turn, turn + 1)]),
    ...fresh.slice(turns),
    ...older.slice(turns),
  ];
}

function verbOf(state: OpenState): Verb {
  switch (state) {
    case 'waiting':
      return 'schedule';
    case 'scheduled':
      return 'send';
    case 'sending':
    case 'unknown':
      return 'settle';
    default:
      return state satisfies never;
  }
}

function millis(instant: DateTime | null): number {
  return instant?.toMillis() ?? Number.POSITIVE_INFINITY;
}
