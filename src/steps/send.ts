import type { DateTime } from 'luxon';
import type { Answer, OrderRef } from '../amazon/gateway.js';
import type { AttemptFacts, Claim, ReviewRequest } from '../ledger/ledger.js';
import type { LogEventAt } from '../log-events.js';
import { type AfterAnswer, afterAnswer, type HeldReason } from '../policy/answer.js';
import { type CapToday, capsToday, noCaps } from '../policy/daily-cap.js';
import type { AskOutcome, LookOutcome } from '../policy/outcome.js';
import { nextAllowed } from '../policy/plan.js';
import { inTime } from '../policy/request-window.js';
import { meetTrouble } from './account-trouble.js';
import { persist } from './persist.js';
import { isDue, readAgain } from './schedule.js';
import { attemptOf, backOff, learnFrom, retryTime, takeSlot } from './slot.js';
import type { StepAccount, StepContext } from './step.js';

/** Facts younger than this need no second read before a merchant-fulfilled order is asked. */
const FRESH_FACTS_MINUTES = 15;
/** The POST's slot is waited for a little longer than others: the look before it has been spent already. */
const POST_PATIENCE_MS = 3000;

/**
 * Asks Amazon for one review, if it is time and Amazon offers it. Safe to call any number of times, by any number of
 * processes: only a claim reaches Amazon.
 */
export async function send(orderId: string, context: StepContext): Promise<void> {
  const { ledger, clock } = context;
  const row = await ledger.read(orderId);
  if (row === null) return;
  const ready = await readiness(row, context);
  if (ready.kind === 'no') return;

  const { account, order } = ready;
  const slot = await takeSlot(account.name, 'getSolicitationActions', context);
  if (slot.kind === 'busy') return leaveToSweep(row, slot.freeAt, context);
  const { outcome, call } = await account.gateway.look(order);
  await learnFrom(call, account.name, 'getSolicitationActions', context);
  // An offer proves the account well only where no POST follows: it may be the POST that Amazon denies.
  const healthy = outcome.kind === 'gone' || (outcome.kind === 'offered' && !account.live);
  if (healthy && ready.failing) await ledger.noteHealth(account.name);
  if (outcome.kind !== 'offered') return notOffered(row, { outcome, call }, ready, context);

  const offered = attemptOf('look', 'offered', call, row.looks === 0 ? 'first' : null);
  if (!account.live) {
    context.log.info('would-ask', { account: account.name, orderId });
    await hold(row, 'dry-run', clock.now().plus(context.settings.recheckEvery), offered, context);
    return;
  }
  return ask(row, ready, offered, context);
}

type Readiness = { readonly kind: 'no' } | Ready;

interface Ready {
  readonly kind: 'yes';
  readonly account: StepAccount;
  readonly order: OrderRef;
  /** The account's last calls failed. */
  readonly failing: boolean;
  /** The daily caps the order must fit into. */
  readonly caps: (now: DateTime) => readonly CapToday[];
}

/** Everything that can keep an order from being asked now without a call to the solicitations API. */
async function readiness(row: ReviewRequest, context: StepContext): Promise<Readiness> {
  const { ledger, clock, accounts } = context;
  const now = clock.now();
  const no = (): Readiness => ({ kind: 'no' });
  if (!isDue(row, 'scheduled', now)) return no();
  if (row.marketplaceId === null || row.askAt === null || row.opensAt === null || row.closesAt === null) return no();
  if (now >= row.closesAt) return no();

  const account = accounts.get(row.account);
  const state = await ledger.account(row.account);
  if (account === undefined || state === null) return no();
  if (state.paused !== null) {
    // Its wake-up is spent. Left so, the sweep would take it for lost only after a while when the account is resumed. It stays due
    // since when it was: the clock of a machine that just slept is behind.
    await leaveToSweep(row, row.nextLookAt ?? now, context);
    return no();
  }
  if (state.coolDownUntil !== null && state.coolDownUntil > now) {
    await leaveToSweep(row, state.coolDownUntil, context);
    return no();
  }
  const local = account.rules.marketplaces.get(row.marketplaceId);
  if (local === undefined) {
    // Configured again it is asked; until then nobody need ring for it.
    await leaveToSweep(row, now.plus(context.settings.recheckEvery), context);
    return no();
  }

  const order = { orderId: row.orderId, marketplaceId: row.marketplaceId };
  const allowed = nextAllowed(row.askAt, { ...local, window: { opensAt: row.opensAt, closesAt: row.closesAt } }, now);
  if (allowed.at > now) {
    await ledger.putOff(row.orderId, 'scheduled', { reason: null, lookAt: allowed.at }, null, now);
    return no();
  }
  const caps = (at: DateTime) =>
    capsToday(account.caps.get(order.marketplaceId) ?? noCaps, row.catchUp, local.zone, at);
  for (const cap of caps(now)) {
    if ((await ledger.askedOn(account.name, cap)) < cap.limit) continue;
    // The day is full: those with the oldest deadlines came first.
    await ledger.putOff(row.orderId, 'scheduled', { reason: cap.reason, lookAt: cap.until }, null, now);
    return no();
  }
  // Packages come back, promises move: the facts on record may be weeks old.
  const mayHaveMoved = row.fulfilledBy === 'MERCHANT' && row.factsAt < now.minus({ minutes: FRESH_FACTS_MINUTES });
  const unplanned = missedReplans(row);
  if (mayHaveMoved || unplanned) {
    const fresh = await readAgain(row, account, context);
    if (fresh.kind === 'later') {
      await leaveToSweep(row, fresh.at, context);
      return no();
    }
    if (fresh.kind === 'planned' && !isDue(fresh.row, 'scheduled', clock.now())) return no();
    if (fresh.kind === 'useless' && unplanned && fresh.attempt.outcome === 'no-answer') {
      await hold(row, 'no-answer', retryTime(context), fresh.attempt, context);
      return no();
    }
  }
  return {
    kind: 'yes',
    account,
    order,
    failing: state.failures > 0,
    caps,
  };
}

/** Nothing plans an order that is in doubt: rules that changed meanwhile have passed it over. */
function missedReplans({ doubts, intentAt, factsAt }: ReviewRequest): boolean {
  return doubts > 0 && intentAt !== null && factsAt <= intentAt;
}

async function notOffered(
  row: ReviewRequest,
  { outcome, call }: Answer<Exclude<LookOutcome, { kind: 'offered' }>>,
  { account, order }: Ready,
  context: StepContext,
): Promise<void> {
  const { clock, settings, log, ledger } = context;
  const now = clock.now();
  const recheckAt = now.plus(settings.recheckEvery);
  const attempt = attemptOf('look', outcome.kind, call, row.looks === 0 ? 'first' : null);
  switch (outcome.kind) {
    case 'gone':
      if (row.doubts > 0) {
        // An earlier POST of ours may have been accepted after all: settle decides, nobody sends.
        await ledger.doubtAgain(row.orderId, recheckAt, attempt, now);
        log.warn('doubted-again', { account: account.name, orderId: row.orderId });
        return;
      }
      return hold(row, 'not-offered', recheckAt, attempt, context);
    case 'rejected':
      return hold(row, 'rejected', recheckAt, attempt, context);
    case 'no-answer':
      return hold(row, 'no-answer', retryTime(context), attemptOf('look', 'no-answer', call, outcome.cause), context);
    case 'throttled':
      return leaveToSweep(row, await backOff(account.name, 'getSolicitationActions', context), context);
    case 'account-trouble': {
      const fate = await meetTrouble(account, outcome.trouble, order, context);
      if (fate.kind === 'account') return leaveToSweep(row, fate.until, context);
      return hold(row, 'order-denied', recheckAt, attempt, context);
    }
    default:
      return outcome satisfies never;
  }
}

async function hold(
  row: ReviewRequest,
  reason: HeldReason,
  lookAt: DateTime,
  attempt: AttemptFacts,
  { ledger, clock, log }: StepContext,
): Promise<void> {
  const at = row.closesAt === null ? lookAt : inTime(lookAt, row.closesAt, clock.now());
  await ledger.putOff(row.orderId, 'scheduled', { reason, lookAt: at }, attempt, clock.now());
  log.info('not-asked', { account: row.account, orderId: row.orderId, reason, lookAt: at.toISO() });
}

/**
 * Not now, for the pace's or the account's sake: the sweep hands the order a new time of its own. Ringing all of them at
 * the same free instant would wake a thousand to serve one.
 */
async function leaveToSweep(row: ReviewRequest, lookAt: DateTime, { ledger, clock }: StepContext): Promise<void> {
  await ledger.putOff(row.orderId, 'scheduled', { reason: null, lookAt }, null, clock.now());
}

/** Slot, token, claim, fence, POST, record: in this order. Nothing else may POST. */
async function ask(
  row: ReviewRequest,
  { account, order, failing, caps }: Ready,
  offered: AttemptFacts,
  context: StepContext,
): Promise<void> {
  const { ledger, clock, settings, worker } = context;
  const slot = await takeSlot(account.name, 'createSolicitation', context, POST_PATIENCE_MS);
  if (slot.kind === 'busy') return leaveToSweep(row, slot.freeAt, context);
  const token = await account.gateway.prepare();
  if (token.kind === 'account-trouble') {
    const fate = await meetTrouble(account, token.trouble, null, context);
    return fate.kind === 'account' ? leaveToSweep(row, fate.until, context) : undefined;
  }

  if (context.leaving?.aborted) return leaveToSweep(row, clock.now(), context);
  // The claim is committed before the call. A crash below leaves `sending` behind, which settle resolves by asking
  // Amazon, never by sending again.
  const lease = settings.claimLease.as('seconds');
  const held = clock.stopwatch();
  const claim = await ledger.claim(row.orderId, worker, lease, offered, clock.now(), caps(clock.now()));
  if (claim === null) return refusedClaim(row, context);
  const answer = (await ledger.mayPost(claim, clock.now()))
    ? await account.gateway.ask(order, () => held() < lease * 500 && clock.now() < halfOf(claim))
    : fenced;
  await settleAnswer(claim, answer, account, context);
  if (failing && provesHealth(answer.outcome)) await ledger.noteHealth(account.name);
}

/** Mostly somebody else was faster. An order suppressed just while it was planned, though, still stands as scheduled. */
async function refusedClaim(row: ReviewRequest, context: StepContext): Promise<void> {
  const suppressed = await context.ledger.suppressed([row.orderId]);
  if (suppressed.size > 0)
    await context.ledger.suppress([row.orderId], context.worker, 'found suppressed', context.clock.now());
}

function provesHealth({ kind }: AskOutcome): boolean {
  return kind === 'accepted' || kind === 'already-requested' || kind === 'not-available' || kind === 'outside-window';
}

/** After half of its lease a claim may not start a POST any more: the answer has to be in before the lease runs out. */
function halfOf({ claimedAt, leaseUntil }: Claim): DateTime {
  return claimedAt.plus(leaseUntil.diff(claimedAt).toMillis() / 2);
}

const fenced: Answer<AskOutcome> = {
  outcome: { kind: 'not-sent', cause: 'the claim was no longer ours' },
  call: { status: null, requestId: null, durationMs: 0, rateLimit: null, amazonTime: null, said: null },
};

async function settleAnswer(
  claim: Claim,
  answer: Answer<AskOutcome>,
  account: StepAccount,
  context: StepContext,
): Promise<void> {
  const { ledger, clock, log } = context;
  const { outcome, call } = answer;
  // First the record, whatever else the answer teaches: this is the fact that must not be lost.
  const after = afterAnswer(
    outcome,
    { ...claim, intentAt: claim.claimedAt },
    { ...context.settings, retryAt: retryTime(context) },
    clock.now(),
  );
  const attempt = attemptOf('answer', outcome.kind, call, causeOf(outcome));
  const recorded = await persist(() => ledger.record(claim, after, attempt, clock.now()), context);
  log.info(eventOf(after), { account: claim.account, orderId: claim.orderId, outcome: outcome.kind, recorded });
  if (recorded === 'late' && after.state === 'sent') {
    // Settle gave the order back meanwhile, on two looks that were stale. This answer proves otherwise.
    const late = attemptOf('settle', 'late-answer', call, null);
    const doubted = await ledger.doubtAgain(claim.orderId, clock.now(), late, clock.now());
    if (doubted) await ledger.record(claim, after, attempt, clock.now());
  }

  await learnFrom(call, account.name, 'createSolicitation', context);
  if (outcome.kind === 'throttled') await backOff(account.name, 'createSolicitation', context);
  if (outcome.kind === 'account-trouble') await meetTrouble(account, outcome.trouble, null, context);
  return;
}

function causeOf(outcome: AskOutcome): string | null {
  switch (outcome.kind) {
    case 'not-sent':
    case 'unknown':
      return outcome.cause;
    case 'account-trouble':
      return outcome.trouble;
    default:
      return null;
  }
}

function eventOf(after: AfterAnswer): LogEventAt<'info'> {
  switch (after.state) {
    case 'sent':
      return 'asked';
    case 'unknown':
      return 'answer-lost';
    case 'refused':
      return 'refused';
    case 'expired':
      return 'expired';
    case 'scheduled':
      return 'not-asked';
    default:
      return after satisfies never;
  }
}
