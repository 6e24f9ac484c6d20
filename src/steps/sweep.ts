import type { DueKind, DueOrder, SweptAccount } from '../ledger/ledger.js';
import { backlogHorizon } from '../policy/spread.js';
import { PROBE_EVERY_MINUTES, resumeIfAnswered } from './account-trouble.js';
import {
  dueKinds,
  grouped,
  handOut,
  nearHorizon,
  paceOf,
  type Rates,
  ratesByAccount,
  ringing,
  type Span,
} from './hand-out.js';
import type { StepAccount, StepContext } from './step.js';
import { keepTallies } from './tallies.js';

/** A wake-up that is this late was lost: the queue was wiped, or its worker died. */
const LOST_AFTER_SECONDS = 30;
/** So many orders of each kind are read of all accounts together; an account with more is read by itself. */
const FIRST_GLANCE = 16;
/** Orders of busy accounts that are read, and handed out, in one go: more would hold up the whole process for too long. */
const READ_AT_ONCE = 5_000;

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
  const live = [...accounts.values()].filter((account) => account.live).map(({ name }) => name);
  const [expired] = await Promise.all([
    // By a wrong clock whole windows would close that Amazon holds open.
    clock.agreesWithAmazon() ? ledger.expire(now) : 0,
    live.length > 0 ? ledger.releaseDryRun(live, now) : 0,
  ]);
  if (expired > 0) log.info('expired', { orders: expired });

  const span: Span = { now, horizon: now.plus(settings.queueHorizon), near: nearHorizon(now, settings.sweepEvery) };
  const found = await ledger.accountsToSweep(span.near, now.minus({ seconds: LOST_AFTER_SECONDS }), now);
  const known = found.filter(({ name }) => accounts.has(name));
  if (known.length === 0) return;
  await probePaused(known, context);
  const rates = ratesByAccount(await ledger.learntRates(known.map(({ name }) => name)));
  const swept = await Promise.all(known.map((account) => atItsPace(account, rates, context)));

  const glance = await read(swept, (account) => atAGlance(dueKinds(account, rates, span)), span, context);
  const isBusy = busyAccounts(glance);
  const busy = swept.filter(({ name }) => isBusy.has(name));
  const calm = swept.filter(({ name }) => !isBusy.has(name));
  const counts = [await handOutTo(calm, glance, rates, span, context)];
  const asking = busy.filter((account) => ringing(account).includes('scheduled'));
  const pace = asking.map(({ name }) => paceOf(name, 'scheduled', rates).rate);
  const shared = { ...span, horizon: now.plus(backlogHorizon(pace, settings.queueHorizon, settings.sweepEvery)) };
  const kindsOf = (account: SweptAccount) => dueKinds(account, rates, shared);
  for (const some of readTogether(busy, kindsOf)) {
    counts.push(await handOutTo(some, await read(some, kindsOf, span, context), rates, shared, context));
  }
  const wakeUps = counts.reduce((sum, count) => sum + count.wakeUps, 0);
  const unheard = counts.reduce((sum, count) => sum + count.unheard, 0);
  if (wakeUps > 0) log.info('rung', { wakeUps, unheard });
}

/** Where the rate has changed since the wake-ups were handed out, they are taken back to be handed out at the new one. */
async function atItsPace(account: SweptAccount, rates: Rates, { ledger, clock }: StepContext): Promise<SweptAccount> {
  const { name, backlogRate } = account;
  if (backlogRate === null || backlogRate === paceOf(name, 'scheduled', rates).rate) return account;
  await ledger.takeBackWakeUps(name, clock.now());
  return { ...account, backlogThrough: null, backlogRate: null, hasDue: true };
}

interface Read {
  readonly due: readonly DueOrder[];
  readonly unheard: readonly DueOrder[];
}

async function read(
  accounts: readonly SweptAccount[],
  kindsOf: (account: SweptAccount) => DueKind[],
  { now, near }: Span,
  { ledger }: StepContext,
): Promise<Read> {
  const due = accounts.filter(({ hasDue }) => hasDue).flatMap(kindsOf);
  const unheard = accounts.filter(({ hasUnheard }) => hasUnheard).flatMap(kindsOf);
  const [dueOrders, unheardOrders] = await Promise.all([
    due.length > 0 ? ledger.due(due, near) : [],
    unheard.length > 0 ? ledger.unheard(unheard, now.minus({ seconds: LOST_AFTER_SECONDS })) : [],
  ]);
  return { due: dueOrders, unheard: unheardOrders };
}

function atAGlance(kinds: readonly DueKind[]): DueKind[] {
  return kinds.map((kind) => ({ ...kind, limit: Math.min(kind.limit, FIRST_GLANCE) }));
}

/** Those of which there may be more than a glance shows. */
function busyAccounts({ due, unheard }: Read): ReadonlySet<string> {
  const busy = new Set<string>();
  for (const orders of [due, unheard]) {
    const counts = new Map<string, number>();
    for (const { account, state, catchUp } of orders) {
      const kind = `${account} ${state} ${catchUp}`;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count === FIRST_GLANCE) busy.add(account);
    }
  }
  return busy;
}

/** Accounts in groups that are small enough to be read in one go. */
function readTogether(
  accounts: readonly SweptAccount[],
  kindsOf: (account: SweptAccount) => readonly DueKind[],
): SweptAccount[][] {
  const groups: SweptAccount[][] = [];
  let room = 0;
  for (const account of accounts) {
    const most = kindsOf(account).reduce((sum, { limit }) => sum + limit, 0);
    if (most > room || groups.length === 0) {
      groups.push([]);
      room = READ_AT_ONCE;
    }
    groups.at(-1)?.push(account);
    room -= most;
  }
  return groups;
}

async function handOutTo(
  accounts: readonly SweptAccount[],
  { due, unheard }: Read,
  rates: Rates,
  span: Span,
  { ledger, wakeUps: queue }: StepContext,
): Promise<{ readonly wakeUps: number; readonly unheard: number }> {
  const dueOf = grouped(due);
  const unheardOf = grouped(unheard);
  const handedOut = accounts.map((account) =>
    handOut(account, dueOf.get(account.name) ?? [], unheardOf.get(account.name) ?? [], rates, span),
  );
  const wakeUps = handedOut.flatMap((account) => account.wakeUps);
  if (wakeUps.length === 0) return { wakeUps: 0, unheard: 0 };
  const backlogs = handedOut.flatMap(({ backlog }) => (backlog === null ? [] : [backlog]));
  // Noted first, rung second: of sweeps at the same time, each rings for what it noted. The other way round all of them
  // would ring, and every second wake-up take slots for nothing. What a crash leaves noted and not rung counts as unheard soon.
  const noted = await ledger.markRung(wakeUps, backlogs, span.now.minus({ seconds: LOST_AFTER_SECONDS }));
  const ours = wakeUps.filter(({ orderId }) => noted.has(orderId));
  if (ours.length > 0) await queue.ring(ours);
  return {
    wakeUps: ours.length,
    unheard: accounts.reduce((sum, { name }) => sum + (unheardOf.get(name)?.length ?? 0), 0),
  };
}

/** Lifts our own pauses when Amazon answers again. */
async function probePaused(accounts: readonly SweptAccount[], context: StepContext): Promise<void> {
  const { ledger, clock } = context;
  for (const { name, paused, coolDownUntil } of accounts) {
    const account: StepAccount | undefined = context.accounts.get(name);
    if (paused?.by !== 'askonce' || account === undefined) continue;
    if (coolDownUntil !== null && coolDownUntil > clock.now()) continue;
    await ledger.coolDown(name, clock.now().plus({ minutes: PROBE_EVERY_MINUTES }));
    await resumeIfAnswered(account, context);
  }
}
