import type { DateTime } from 'luxon';
import type { AttemptFacts, ReviewRequest } from '../ledger/ledger.js';
import type { State } from '../policy/review-request.js';
import { meetTrouble } from './account-trouble.js';
import { planOrder } from './plan-order.js';
import { attemptOf, backOff, learnFrom, takeSlot } from './slot.js';
import type { StepAccount, StepContext } from './step.js';

/** Reads one waiting order by itself and plans it anew: nobody knows whether a delivery moves Amazon's lastUpdatedTime. */
export async function schedule(orderId: string, context: StepContext): Promise<void> {
  const { ledger, clock, accounts } = context;
  const row = await ledger.read(orderId);
  if (row === null || !isDue(row, 'waiting', clock.now())) return;
  const account = accounts.get(row.account);
  const state = await ledger.account(row.account);
  if (account === undefined || state === null || state.paused?.by === 'askonce') return;
  const putOff = async (lookAt: DateTime, attempt: AttemptFacts | null): Promise<void> => {
    await ledger.putOff(orderId, 'waiting', { reason: null, lookAt }, attempt, clock.now());
  };
  if (state.coolDownUntil !== null && state.coolDownUntil > clock.now()) return putOff(state.coolDownUntil, null);

  const fresh = await readAgain(row, account, context);
  switch (fresh.kind) {
    case 'planned':
      if (isDue(fresh.row, 'scheduled', clock.now())) return context.wakeUps.ringNow('sweep', 'all');
      if (isDue(fresh.row, 'waiting', clock.now()))
        return putOff(clock.now().plus(context.settings.recheckEvery), null);
      return;
    case 'later':
      return putOff(fresh.at, null);
    case 'useless':
      return putOff(clock.now().plus(context.settings.recheckEvery), fresh.attempt);
    default:
      return fresh satisfies never;
  }
}

export function isDue(row: ReviewRequest, state: State, now: DateTime): boolean {
  return row.state === state && row.nextLookAt !== null && row.nextLookAt <= now;
}

export type FreshRead =
  /** Planned anew: the row as it stands now, which older facts than those on record leave as it was. */
  | { readonly kind: 'planned'; readonly row: ReviewRequest }
  | { readonly kind: 'later'; readonly at: DateTime }
  /** Amazon told nothing about the order; what is on record stands. */
  | { readonly kind: 'useless'; readonly attempt: AttemptFacts };

/** One getOrder, its plan written. */
export async function readAgain(row: ReviewRequest, account: StepAccount, context: StepContext): Promise<FreshRead> {
  const { ledger, clock, log } = context;
  const slot = await takeSlot(account.name, 'getOrder', context);
  if (slot.kind === 'busy') return { kind: 'later', at: slot.freeAt };
  const { outcome, call } = await account.gateway.getOrder(row.orderId);
  await learnFrom(call, account.name, 'getOrder', context);
  switch (outcome.kind) {
    case 'order': {
      const suppressed = await ledger.suppressed([row.orderId]);
      const now = clock.now();
      const planned = planOrder(outcome.facts, row.seen, suppressed.size > 0, account.rules, now);
      await ledger.recordOrder(account.name, planned, attemptOf('order', planned.plan.kind, call, null), now);
      log.info('order-read', { account: account.name, orderId: row.orderId, plan: planned.plan.kind });
      return { kind: 'planned', row: (await ledger.read(row.orderId)) ?? row };
    }
    case 'throttled':
      return { kind: 'later', at: await backOff(account.name, 'getOrder', context) };
    case 'account-trouble': {
      const fate = await meetTrouble(account, outcome.trouble, null, context);
      if (fate.kind === 'account') return { kind: 'later', at: fate.until };
      return { kind: 'useless', attempt: attemptOf('order', outcome.kind, call, outcome.trouble) };
    }
    case 'not-found':
    case 'unreadable':
    case 'no-answer':
      log.warn('order-not-read', { account: account.name, orderId: row.orderId, outcome: outcome.kind });
      return { kind: 'useless', attempt: attemptOf('order', outcome.kind, call, null) };
    default:
      return outcome satisfies never;
  }
}
