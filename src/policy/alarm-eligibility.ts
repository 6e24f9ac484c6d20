import type { DateTime } from 'luxon';
import { asBefore, clear, firing, type Verdict } from './alarm.js';
import type { AccountFacts, AlarmThresholds, LookFacts, LookSpan } from './alarm-facts.js';
import { sinceInWords } from './alarm-words.js';
import type { FirstLooks } from './settling.js';

/** The same as where settling asks whether an empty look means anything, see `suddenlyEmpty`. */
const ENOUGH_TO_TELL = 8;
/** So few may all be empty by chance, unless hardly any was before. */
const FEW = 20;
const HARDLY_ANY = 0.25;
/** Looks that show the outage to be over. */
const ENOUGH_TO_REST = 3;

/**
 * `eligibility-empty`: most looks of the account suddenly find nothing offered. Judged over several spans at once: a short one
 * shows an outage that has just begun, a long one what few orders show slowly. Once raised, only offers take it back: an
 * account without looks proves nothing.
 */
export function judgeEligibility(
  { looks }: AccountFacts,
  openSince: DateTime | null,
  { eligibilityEmptyShare }: AlarmThresholds,
  now: DateTime,
): Verdict {
  if (looks === null) return asBefore;
  if (openSince !== null && offeredAgain(looks, openSince)) return clear;
  // Looks from before the last all-clear have been told of.
  const untold = looks.spans.filter(({ since }) => looks.clearedAt === null || since >= looks.clearedAt);
  const empty = untold.find((span) => suddenlyEmpty(span.looks, eligibilityEmptyShare));
  if (empty === undefined) return openSince === null ? clear : asBefore;
  const { recent, before } = empty.looks;
  return firing(
    `Since ${sinceInWords(empty.since, now)} Amazon offered nothing for ${recent.gone} of ${recent.gone + recent.offered} orders that were looked at for the first time;`,
    `of those before it offered ${before.offered} of ${before.gone + before.offered}.`,
    "Usually this is a failure of Amazon's that passes: the orders are looked at again every RECHECK_EVERY, and none is given up before its window ends.",
    'If it stays, see that the application still has its role ("askonce check").',
  );
}

function suddenlyEmpty({ recent, before }: FirstLooks, share: number): boolean {
  const looks = recent.offered + recent.gone;
  if (looks < ENOUGH_TO_TELL || before.offered < ENOUGH_TO_TELL || before.offered < before.gone) return false;
  if (looks >= FEW) return recent.gone >= share * looks;
  return recent.offered === 0 && before.gone <= HARDLY_ANY * (before.gone + before.offered);
}

function offeredAgain({ spans }: LookFacts, openSince: DateTime): boolean {
  return spans.some(({ since, looks, posts }: LookSpan) => {
    // Orders that were looked at before are offered again first: no first look shows it, but requests do.
    const offered = Math.max(looks.recent.offered, posts);
    return since >= openSince && offered >= ENOUGH_TO_REST && offered > looks.recent.gone;
  });
}
