import type { DateTime } from 'luxon';
import { asBefore, clear, firing, type Verdict } from './alarm.js';
import type { AccountFacts, AlarmThresholds } from './alarm-facts.js';
import { counted, sinceInWords } from './alarm-words.js';

/** Of an outage that left many in doubt the oldest is settled first: the alarm stays until those next in age are, too. */
const RELEASE = 0.8;

/** `unknown-old`: what became of a request has not been known for long. */
export function judgeDoubts({ doubts }: AccountFacts, { unknownAfter }: AlarmThresholds, now: DateTime): Verdict {
  if (doubts === null) return asBefore;
  const [oldest] = doubts.requests;
  if (oldest === undefined) return clear;
  const ageMs = (intentAt: DateTime) => now.diff(intentAt).toMillis();
  const limit = unknownAfter.toMillis();
  const old = doubts.requests.filter(({ intentAt }) => ageMs(intentAt) >= limit);
  if (old.length === 0) return ageMs(oldest.intentAt) < limit * RELEASE ? clear : asBefore;
  return firing(
    `What became of ${counted(old.length, 'request')} is not known; the oldest, for order ${oldest.orderId}, was made at`,
    `${sinceInWords(oldest.intentAt, now)}. askonce goes on looking and never asks twice.`,
    `"askonce why ${oldest.orderId}" tells what was seen; "askonce check" whether Amazon answers.`,
  );
}
