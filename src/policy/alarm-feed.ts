import { DateTime, Duration } from 'luxon';
import { asBefore, clear, firing, type Verdict } from './alarm.js';
import type { AccountFacts, AlarmThresholds, ArrivalDay, ReadingFacts } from './alarm-facts.js';
import { counted, instantInWords, lengthInWords, sinceInWords } from './alarm-words.js';
import { latest } from './instants.js';

/** `feed-silent`: no orders are read, or none come any more although they used to. */
export function judgeFeed(account: AccountFacts, thresholds: AlarmThresholds, now: DateTime): Verdict {
  if (account.paused !== null) return clear;
  const reading = account.reading === null ? asBefore : judgeReading(account.reading, thresholds, now);
  if (reading.kind === 'firing') return reading;
  const arrivals = account.arrivals === null ? asBefore : judgeArrivals(account.arrivals, thresholds, now);
  if (arrivals.kind === 'firing') return arrivals;
  return reading.kind === 'clear' && arrivals.kind === 'clear' ? clear : asBefore;
}

function judgeReading(
  { readThrough, movedAt, watchedSince }: ReadingFacts,
  { feedSilentAfter, every, readEvery }: AlarmThresholds,
  now: DateTime,
): Verdict {
  const silentMs = now.diff(latest(readThrough, movedAt) ?? watchedSince).toMillis();
  const limit = feedSilentAfter.toMillis();
  // Another process may have seen the last move up to one interval earlier, and have raised the alarm by now.
  if (silentMs < limit) return silentMs < Math.max(limit - 2 * every.toMillis(), limit / 2) ? clear : asBefore;
  // After a time in which nobody ran, or the account was paused, the next read gets its chance.
  const grace = Math.min(limit, 2 * (every.toMillis() + readEvery.toMillis()));
  if (now.diff(watchedSince).toMillis() < grace) return asBefore;
  return firing(
    readThrough === null
      ? `No reading of orders has succeeded for ${lengthInWords(silentMs)}.`
      : `No orders have been read since ${sinceInWords(latest(readThrough, movedAt) ?? readThrough, now)}.`,
    'Run "askonce check", and look for orders-not-read and account-trouble in the log.',
    'Orders that are known already are asked all the same.',
  );
}

/** An account that had so many orders at once has no rhythm to go by, but orders used to come. */
const MANY_ORDERS = 8;
const RHYTHM_DAYS = 30;
const GAPS = 3;

/** Reading succeeds, and yet no new order comes. Seldom is not silent: the account's own longest gap counts, three times. */
function judgeArrivals(days: readonly ArrivalDay[], { feedSilentAfter }: AlarmThresholds, now: DateTime): Verdict {
  const known = days.filter(({ orders }) => orders > 0).toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const lastDay = known.at(-1);
  if (lastDay === undefined) return clear;
  const rhythm = known.filter(({ day }) => daysBetween(day, lastDay.day) <= RHYTHM_DAYS);
  const orders = rhythm.reduce((sum, each) => sum + each.orders, 0);
  if (rhythm.length < 2 && orders < MANY_ORDERS) return clear;

  const gapDays = Math.max(0, ...rhythm.slice(1).map(({ day }, index) => daysBetween(rhythm[index]?.day ?? day, day)));
  const lastAt = latest(...known.map((each) => each.lastAt)) ?? now;
  const limitMs = feedSilentAfter.toMillis() + GAPS * Duration.fromObject({ days: gapDays }).toMillis();
  if (now.diff(lastAt).toMillis() < limitMs) return clear;
  const usually = gapDays === 0 ? 'on one day' : `with at most ${counted(gapDays, 'day')} between them`;
  return firing(
    `Orders are read, but no new one has come since ${sinceInWords(lastAt, now)};`,
    `in the ${RHYTHM_DAYS} days up to ${instantInWords(lastAt).slice(0, 10)} there were ${orders}, ${usually}.`,
    'If the shop is selling, run "askonce check" and compare MARKETPLACES with what the seller authorised.',
  );
}

function daysBetween(from: string, to: string): number {
  const midnight = (day: string) => DateTime.fromISO(day, { zone: 'utc' });
  return Math.round(midnight(to).diff(midnight(from)).as('days'));
}
