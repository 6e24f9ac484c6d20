import type { DateTime, Duration } from 'luxon';
import type { AccountState, Backlog, DueKind, DueOrder, LearntRate } from '../ledger/ledger.js';
import { type OpenState, openStates } from '../policy/review-request.js';
import { spread } from '../policy/spread.js';
import { askingOperations, type Operation, slowestPace, type UsagePace } from '../policy/usage-plan.js';
import type { Verb, WakeUp } from '../queue/wake-ups.js';
import { PROBE_EVERY_MINUTES, resumeIfAnswered } from './account-trouble.js';
import type { StepAccount, StepContext } from './step.js';
import { keepTallies } from './tallies.js';

/** A wake-up that is this late was lost: the queue was wiped, or its worker died. */
const LOST_AFTER_SECONDS = 30;
/** No account needs more wake-ups at once, however fast Amazon lets it be. */
const MOST_AT_ONCE = 5000;

/**
 * Rings for what comes due within the horizon and has no wake-up, and again for what rang unheard; closes what ended; keeps the
 * tallies. The queue holds only this; wiping it loses nothing.
 */
export async function sweep(context: StepContext): Promise<void> {
  await ring(context);
  await keepTallies(context);
}

async function ring(context: StepContext): Promise<void> {
  const { ledger, clock, accounts, settings, log } = context;
  const now = clock.now();
  // By a wrong clock whole windows would close that Amazon holds open.
  const expired = clock.agreesWithAmazon() ? await ledger.expire(now) : 0;
  if (expired > 0) log.info('expired', { orders: expired });
  const live = [...accounts.values()].filter((account) => account.live).map(({ name }) => name);
  if (live.length > 0) await ledger.releaseDryRun(live, now);

  const known = (await ledger.accounts()).filter(({ name }) => accounts.has(name));
  await probePaused(known, context);
  const rates = await ledger.learntRates(known.map(({ name }) => name));
  const states = await Promise.all(known.map((state) => atItsPace(state, rates, context)));
  const span: Span = { now, horizon: now.plus(settings.queueHorizon), near: nearHorizon(now, settings.sweepEvery) };
  const kinds = states.flatMap((account) =>
    ringing(account).flatMap((state) => dueKinds(account.name, state, rates, span)),
  );
  const unheardBefore = now.minus({ seconds: LOST_AFTER_SECONDS });
  const [due, unheard] = await Promise.all([ledger.due(kinds, span.near), ledger.unheard(kinds, unheardBefore)]);
  if (due.length + unheard.length === 0) return;

  const dueOf = byAccount(due);
  const unheardOf = byAccount(unheard);
  const handedOut = states.map((state) =>
    handOut(state, dueOf.get(state.name) ?? [], unheardOf.get(state.name) ?? [], rates, span),
  );
  const wakeUps = handedOut.flatMap((account) => account.wakeUps);
  if (wakeUps.length === 0) return;
  const backlogs = handedOut.flatMap(({ backlog }) => (backlog === null ? [] : [backlog]));
  // Noted first, rung second: of sweeps at the same time, each rings for what it noted. The other way round all of them
  // would ring, and every second wake-up take slots for nothing. What a crash leaves noted and not rung counts as unheard soon.
  const noted = await ledger.markRung(wakeUps, backlogs, unheardBefore);
  const ours = wakeUps.filter(({ orderId }) => noted.has(orderId));
  if (ours.length === 0) return;
  await context.wakeUps.ring(ours);
  log.info('rung', { wakeUps: ours.length, unheard: unheard.length });
}

/** Where the rate has changed since the wake-ups were handed out, they are taken back to be handed out at the new one. */
async function atItsPace(
  state: AccountState,
  rates: readonly LearntRate[],
  { ledger, clock }: StepContext,
): Promise<AccountState> {
  if (state.backlogRate === null || state.backlogRate === paceOf(state.name, 'scheduled', rates).rate) return state;
  await ledger.takeBackWakeUps(state.name, clock.now());
  return { ...state, backlogThrough: null, backlogRate: null };
}

interface Span {
  readonly now: DateTime;
  /** How far ahead a backlog of overdue requests gets its times. */
  readonly horizon: DateTime;
  /**
   * How far ahead everything else does: until a little after the next sweep. Handed out an hour ahead, orders that all come
   * due at nine would be given the first minutes after nine again by every sweep.
   */
  readonly near: DateTime;
}

function nearHorizon(now: DateTime, sweepEvery: Duration): DateTime {
  return now.plus(Math.max(sweepEvery.toMillis() * 2, 10_000));
}

function dueKinds(
  account: string,
  state: OpenState,
  rates: readonly LearntRate[],
  { now, horizon, near }: Span,
): DueKind[] {
  const { rate, burst } = paceOf(account, state, rates);
  const seconds = (state === 'scheduled' ? horizon : near).diff(now).as('seconds');
  const limit = Math.min(Math.ceil(rate * seconds) + burst, MOST_AT_ONCE);
  return [false, true].map((catchUp) => ({ account, state, catchUp, limit }));
}

/** The pace of the calls that an open order needs. Asking takes a look and a POST: the slower plan counts. */
function paceOf(account: string, state: OpenState, rates: readonly LearntRate[]): UsagePace {
  const learnt = rates.filter((rate) => rate.account === account);
  return slowestPace(operationsFor(state), learnt);
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

interface HandedOut {
  readonly wakeUps: readonly WakeUp[];
  readonly backlog: Backlog | null;
}

function handOut(
  account: AccountState,
  due: readonly DueOrder[],
  unheard: readonly DueOrder[],
  rates: readonly LearntRate[],
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
  return { wakeUps, backlog };
}

/** Where Amazon refuses the whole account nothing of it rings; a person's pause holds back asking only. */
function ringing({ paused }: AccountState): readonly OpenState[] {
  if (paused === null) return openStates;
  return paused.by === 'askonce' ? [] : openStates.filter((state) => state !== 'scheduled');
}

function byAccount(orders: readonly DueOrder[]): Map<string, DueOrder[]> {
  const groups = new Map<string, DueOrder[]>();
  for (const order of orders) {
    const group = groups.get(order.account);
    if (group === undefined) groups.set(order.account, [order]);
    else group.push(order);
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

/** Lifts our own pauses when Amazon answers again. */
async function probePaused(states: readonly AccountState[], context: StepContext): Promise<void> {
  const { ledger, clock } = context;
  for (const { name, paused, coolDownUntil } of states) {
    const account: StepAccount | undefined = context.accounts.get(name);
    if (paused?.by !== 'askonce' || account === undefined) continue;
    if (coolDownUntil !== null && coolDownUntil > clock.now()) continue;
    await ledger.coolDown(name, clock.now().plus({ minutes: PROBE_EVERY_MINUTES }));
    await resumeIfAnswered(account, context);
  }
}
