import { DateTime, Duration } from 'luxon';
import { latest } from './instants.js';

/** One order that comes due, oldest deadline first in its list. */
export interface Due {
  readonly orderId: string;
  /** Not before this. */
  readonly lookAt: DateTime;
  readonly closesAt: DateTime | null;
}

export interface Pace {
  /** Requests per second. */
  readonly rate: number;
  readonly burst: number;
  /** Overdue orders of the account have been given times through this instant; `null`: there is no backlog. */
  readonly backlogThrough: DateTime | null;
}

export interface Spread {
  readonly wakeUps: readonly { readonly orderId: string; readonly at: DateTime }[];
  readonly backlogThrough: DateTime;
}

/** Wake-ups for backlogs that one sweep hands out, over all accounts together: some seconds of work, some megabytes in the queue. */
const HANDED_OUT_AT_ONCE = 30_000;
/** What a sweep hands out must last until well after the next one, which may be late: otherwise an account waits for its sweep. */
const SWEEPS_AHEAD = 3;
const LEAST_AHEAD_MS = 30_000;

/**
 * How far ahead a sweep hands out the backlogs of accounts with these rates (requests per second). A few accounts get the whole
 * horizon of the queue; where it would be too much for all together each gets the same shorter time, however many orders it
 * has, and never less than until the sweep after the next.
 */
export function backlogHorizon(rates: readonly number[], queueHorizon: Duration, sweepEvery: Duration): Duration {
  const perSecond = rates.reduce((sum, rate) => sum + rate, 0);
  const fitting = perSecond > 0 ? (HANDED_OUT_AT_ONCE / perSecond) * 1000 : Number.POSITIVE_INFINITY;
  const least = Math.max(sweepEvery.toMillis() * SWEEPS_AHEAD, LEAST_AHEAD_MS);
  return Duration.fromMillis(Math.min(queueHorizon.toMillis(), Math.floor(Math.max(fitting, least))));
}

/** An order this near its deadline does not queue up behind a backlog. */
const URGENT_MINUTES = 30;

/**
 * Gives each due order a time of its own, at the pace Amazon allows the account: the first `burst` at once, then one per
 * 1/rate seconds, none before its own time and none after `horizon`. Orders of later come behind the backlog. What does
 * not fit stays for a later sweep, so that the queue stays small however long the backlog.
 */
export function spread(due: readonly Due[], pace: Pace, now: DateTime, horizon: DateTime): Spread {
  const step = Duration.fromMillis(1000 / pace.rate);
  const head = now.minus(step.toMillis() * Math.max(pace.burst - 1, 0));
  const overdue = handOut(
    due.filter((order) => order.lookAt <= now),
    latest(pace.backlogThrough, head) ?? head,
    { step, now, horizon },
  );
  const ahead = handOut(
    due.filter((order) => order.lookAt > now).toSorted((a, b) => a.lookAt.toMillis() - b.lookAt.toMillis()),
    overdue.next,
    { step, now, horizon },
  );
  return { wakeUps: [...overdue.wakeUps, ...ahead.wakeUps], backlogThrough: overdue.next };
}

function handOut(
  orders: readonly Due[],
  from: DateTime,
  { step, now, horizon }: { step: Duration; now: DateTime; horizon: DateTime },
): { wakeUps: { orderId: string; at: DateTime }[]; next: DateTime } {
  let next = from;
  const wakeUps: { orderId: string; at: DateTime }[] = [];
  for (const { orderId, lookAt, closesAt } of orders) {
    // An overdue order takes the next place even where that lies before its own time: places of the past are the burst.
    const free = lookAt > now ? DateTime.max(next, lookAt) : next;
    if (closesAt !== null && closesAt.minus({ minutes: URGENT_MINUTES }) <= free) {
      wakeUps.push({ orderId, at: DateTime.max(lookAt, now) });
    } else if (free <= horizon) {
      wakeUps.push({ orderId, at: DateTime.max(free, now) });
      next = free.plus(step);
    }
  }
  return { wakeUps, next };
}
