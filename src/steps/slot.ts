import type { DateTime } from 'luxon';
import type { CallFacts } from '../amazon/gateway.js';
import type { Clock } from '../clock.js';
import type { AttemptFacts, AttemptKind } from '../ledger/ledger.js';
import { type Operation, ourShare, publishedPlans } from '../policy/usage-plan.js';
import type { StepContext } from './step.js';

/** A slot nearer than this is waited for; a later one is left to a later wake-up. */
const PATIENCE_MS = 1500;

/**
 * A process that is so late for its slot has missed it: requests that leave later come too near to those behind them. Much
 * shorter, and a process that has too much to do would spend its time on slots that it misses.
 */
const MISSED_AFTER_MS = 1500;
/** Who misses one slot after the other has no time to call anybody. */
const MOST_MISSED = 3;

/** After a 429 that our own pace did not cause: somebody else uses the same plan. */
const KEEP_AWAY_SECONDS = 5;

/** Takes the next slot of the operation's plan and waits for it; otherwise says when one is free. */
export async function takeSlot(
  account: string,
  operation: Operation,
  { ledger, clock, waitUntil }: Pick<StepContext, 'ledger' | 'waitUntil'> & { readonly clock: Clock },
  patienceMs = PATIENCE_MS,
): Promise<{ readonly kind: 'taken' } | { readonly kind: 'busy'; readonly freeAt: DateTime }> {
  const pace = ourShare(publishedPlans[operation]);
  for (let missed = 0; missed < MOST_MISSED; missed += 1) {
    const slot = await ledger.reserve(account, operation, pace, patienceMs, clock.now());
    if (slot.kind === 'busy') return slot;
    await waitUntil(slot.at);
    if (clock.now() < slot.at.plus(MISSED_AFTER_MS)) return { kind: 'taken' };
  }
  return { kind: 'busy', freeAt: clock.now().plus(patienceMs) };
}

/** Learns what an answer says besides its outcome: the rate Amazon grants now. */
export async function learnFrom(
  call: CallFacts,
  account: string,
  operation: Operation,
  { ledger, wakeUps, clock, log }: StepContext,
): Promise<void> {
  if (call.rateLimit === null) return;
  const published = publishedPlans[operation].rate;
  const news = await ledger.learnRate(account, operation, call.rateLimit, published, clock.now());
  if (!news) return;
  log.info('rate-learnt', { account, operation, perSecond: call.rateLimit });
  // The wake-ups in the queue are spread at the old pace: the sweep sees it and hands them out anew.
  await wakeUps.ringNow('sweep', 'all');
}

/** After a call that brought no answer. */
const RETRY_SECONDS = 10;

/** When to try again what brought no answer: soon, and not all at once. */
export function retryTime({ clock, random }: Pick<StepContext, 'clock' | 'random'>): DateTime {
  return clock.now().plus({ seconds: RETRY_SECONDS * (1 + random()) });
}

/** After a 429: keeps the whole account away from the operation for a moment, in every process. */
export async function backOff(
  account: string,
  operation: Operation,
  { ledger, clock, random, log }: StepContext,
): Promise<DateTime> {
  const { rate } = publishedPlans[operation];
  const seconds = Math.max(KEEP_AWAY_SECONDS, 1 / rate) * (1 + random());
  const until = clock.now().plus({ seconds });
  await ledger.penalise(account, operation, ourShare(publishedPlans[operation]), until);
  log.warn('throttled', { account, operation, until: until.toISO() });
  return until;
}

/** The attempt row of a call. */
export function attemptOf(kind: AttemptKind, outcome: string, call: CallFacts, detail: string | null): AttemptFacts {
  const { status, requestId, durationMs, said } = call;
  return { kind, outcome, status, requestId, durationMs, detail: said ?? detail };
}
