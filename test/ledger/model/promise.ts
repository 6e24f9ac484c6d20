import { isDeepStrictEqual } from 'node:util';
import type { State } from '../../../src/policy/review-request.js';
import type { Order } from './order.js';

/** The picture of the states, arrow by arrow; `scheduled -> unknown` only with an earlier request of ours on record. */
const arrows: Readonly<Record<State, readonly State[]>> = {
  waiting: ['scheduled', 'skipped', 'expired'],
  scheduled: ['waiting', 'sending', 'unknown', 'skipped', 'expired'],
  sending: ['sent', 'unknown', 'scheduled', 'refused', 'expired'],
  unknown: ['sent', 'scheduled', 'expired'],
  sent: [],
  refused: [],
  skipped: ['waiting', 'scheduled', 'expired'],
  expired: [],
};

/** At most two moves per command: two calls may come at once. */
function reachable(from: State): Set<State> {
  const once = arrows[from];
  return new Set([from, ...once, ...once.flatMap((state) => arrows[state])]);
}

/** What holds whatever happens: compares what was held before a command with what is held after it. */
export function keepsThePromise(before: ReadonlyMap<string, Order>, after: ReadonlyMap<string, Order>): void {
  for (const [orderId, order] of after) {
    const complaint = complaintAbout(before.get(orderId), order);
    if (complaint !== null) throw new Error(`${orderId} ${complaint}`);
  }
  for (const orderId of before.keys()) if (!after.has(orderId)) throw new Error(`${orderId} is gone`);
}

function complaintAbout(was: Order | undefined, is: Order): string | null {
  if (is.state === 'sent' && (is.intentAt === null || is.sentAt !== is.intentAt || is.posts === 0))
    return 'was sent without a request of ours';
  if (is.posts > is.attempts.filter((attempt) => attempt === 'claim sending').length)
    return 'has more requests than claims';
  if ((is.nextLookAt === null) === ['waiting', 'scheduled', 'sending', 'unknown'].includes(is.state))
    return `is ${is.state} and ${is.nextLookAt === null ? 'nobody will look again' : 'looked at again'}`;
  if (was === undefined) return null;
  const { attempts, ...row } = was;
  const { attempts: attemptsNow, ...rowNow } = is;
  if (attempts.some((attempt, index) => attemptsNow[index] !== attempt)) return 'has lost an attempt';
  const final = arrows[was.state].length === 0 || (was.state === 'skipped' && !passing.has(was.reason));
  if (final && !isDeepStrictEqual(row, rowNow)) return `was final, ${was.state}, and has changed`;
  if (!reachable(was.state).has(is.state)) return `went from ${was.state} to ${is.state}`;
  // A scheduled order with a doubt on record may be doubted again and proven in one step.
  const open = was.state === 'sending' || was.state === 'unknown' || (was.state === 'scheduled' && was.doubts > 0);
  if (is.state === 'sent' && was.state !== 'sent' && !open) return `was sent while ${was.state}`;
  if (is.doubts < was.doubts) return 'has lost a doubt';
  return null;
}

const passing: ReadonlySet<string | null> = new Set(['only-skus', 'unreadable-order']);
