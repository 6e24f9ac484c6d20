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
