import { DateTime } from 'luxon';
import { asBefore, clear, firing, type Verdict } from './alarm.js';
import type { AccountFacts, AlarmThresholds } from './alarm-facts.js';
import { counted, instantInWords, lengthInWords, sinceInWords } from './alarm-words.js';

/** After an outage the orders are tried again one by one: so many that succeed show it to be over. */
const ENOUGH_TO_REST = 10;

/** `nothing-sent`: orders are due, and nobody is asked. */
export function judgeSending(
  { live, paused, line }: AccountFacts,
  { nothingSentAfter, every }: AlarmThresholds,
  now: DateTime,
): Verdict {
  if (!live || paused !== null) return clear;
  if (line === null) return asBefore;
  const { overdue, overdueSince, waitingSince, lastAskAt, answeredLooks, inVain, askedSinceRaised } = line;
  const longAgo = now.minus(nothingSentAfter);
  if (lastAskAt !== null && lastAskAt > longAgo) {
    return inVain && askedSinceRaised !== null && askedSinceRaised < ENOUGH_TO_REST ? asBefore : clear;
  }
  if (waitingSince === null) return overdue === 0 ? clear : asBefore;

  // Where nobody ran, or the account was paused, orders have been due for long: whoever begins gets a moment to ask.
  const grace = Math.min(nothingSentAfter.toMillis(), 2 * every.toMillis());
  if (now.diff(waitingSince).toMillis() < grace) return asBefore;
  const leftAlone = overdueSince !== null && overdueSince <= longAgo;
  // Orders tried in vain are put off again and again: none of them is overdue for long, and yet nobody is asked.
  const triedInVain = waitingSince <= longAgo && answeredLooks === 0;
  if (!leftAlone && !triedInVain) return asBefore;
  const since = overdueSince === null ? waitingSince : DateTime.min(overdueSince, waitingSince);
  return firing(
    overdue === 0
      ? `Orders have been tried in vain since ${sinceInWords(since, now)},`
      : `${counted(overdue, 'order')} due, the oldest since ${sinceInWords(since, now)},`,
    lastAskAt === null ? 'and nobody was ever asked.' : `and nobody was asked since ${sinceInWords(lastAskAt, now)}.`,
    'Run "askonce check"; see that a process with the role send is running, and what its log says of this account.',
  );
}

/** A backlog is over when a fifth of it is gone, not when it is one order smaller. */
const RELEASE = 0.8;

/** `deadline-near`: orders that are due wait in line while their windows end. */
export function judgeDeadlines(
  { line, paused }: AccountFacts,
  { deadlineWithin, deadlineBacklog, every }: AlarmThresholds,
  now: DateTime,
): Verdict {
  if (line === null) return asBefore;
  const { closing, closingSince, nearestDeadline } = line;
  if (closing < deadlineBacklog) return closing < deadlineBacklog * RELEASE ? clear : asBefore;
  // An order that is just being asked is due, too: what is still there a moment later waits in line.
  if (closingSince === null || now.diff(closingSince).toMillis() < every.toMillis() / 2) return asBefore;
  return firing(
    `${counted(closing, 'order')} due and not asked, with windows that end within ${lengthInWords(deadlineWithin)};`,
    nearestDeadline === null ? '' : `the first ends at ${instantInWords(nearestDeadline)}.`,
    paused === null
      ? 'The oldest deadlines are asked first, as fast as Amazon allows. If the number does not fall, run "askonce check".'
      : 'The account is paused: what is not resumed in time is lost.',
  );
}
