import type { DateTime } from 'luxon';
import type { OrderRef } from '../amazon/gateway.js';
import { type HealthVerdict, judgeTrouble } from '../policy/account-health.js';
import { latest } from '../policy/instants.js';
import type { AccountTrouble } from '../policy/outcome.js';
import { takeSlot } from './slot.js';
import type { StepAccount, StepContext } from './step.js';

/** While an account is paused by Amazon's refusal, it is tried this often: a person who mended it need not tell us. */
export const PROBE_EVERY_MINUTES = 15;

/** Accounts that failed together fail at the same time: an older failure of another account says nothing about an outage. */
const LATELY_MINUTES = 60;

export type TroubleFate =
  /** The account is left alone until then; its orders stay as they are. */
  | { readonly kind: 'account'; readonly until: DateTime }
  /** Others of the account are answered: it is this order that Amazon denies. */
  | { readonly kind: 'order' };

/** What to do when a call failed because of its account. Never costs an order its place. */
export async function meetTrouble(
  account: StepAccount,
  trouble: AccountTrouble,
  order: OrderRef | null,
  context: StepContext,
): Promise<TroubleFate> {
  const { ledger, clock, random, log } = context;
  if (trouble === 'denied' && order !== null && (await othersAreAnswered(account, order, context))) {
    log.warn('order-denied', { account: account.name, orderId: order.orderId });
    return { kind: 'order' };
  }
  const state = await ledger.noteTrouble(account.name, clock.now());
  const lately = clock.now().minus({ minutes: LATELY_MINUTES });
  const failing = (await ledger.accounts()).filter(
    ({ name, failures, failingSince, coolDownUntil }) =>
      failures > 0 && (latest(failingSince, coolDownUntil) ?? lately) >= lately && context.accounts.has(name),
  );
  const verdict = judgeTrouble(
    {
      trouble,
      failures: state.failures,
      failingSince: state.failingSince ?? clock.now(),
      accountsFailing: failing.length,
      accounts: context.accounts.size,
    },
    random(),
    clock.now(),
  );
  return { kind: 'account', until: await carryOut(verdict, account, trouble, state.failures, context) };
}

async function carryOut(
  verdict: HealthVerdict,
  account: StepAccount,
  trouble: AccountTrouble,
  failures: number,
  { ledger, clock, accounts, log }: StepContext,
): Promise<DateTime> {
  switch (verdict.kind) {
    case 'cool-down':
      await ledger.coolDown(account.name, verdict.until);
      log.warn('account-trouble', { account: account.name, trouble, failures, until: verdict.until.toISO() });
      return verdict.until;
    case 'pause': {
      const scope =
        verdict.scope === 'account'
          ? [account.name]
          : [...accounts.values()].filter(({ clientId }) => clientId === account.clientId).map(({ name }) => name);
      const until = clock.now().plus({ minutes: PROBE_EVERY_MINUTES });
      const paused = await ledger.pause(scope, verdict.reason, 'askonce', clock.now());
      for (const name of paused) {
        await ledger.coolDown(name, until);
        log.warn('account-paused', { account: name, trouble, reason: verdict.reason });
      }
      return until;
    }
    default:
      return verdict satisfies never;
  }
}

/** The control call: does Amazon answer for another order of the account? */
async function othersAreAnswered(account: StepAccount, denied: OrderRef, context: StepContext): Promise<boolean> {
  const other = await context.ledger.anotherOrder(account.name, denied.orderId);
  return other !== null && (await isAnswered(account, other, context));
}

/** Tries an account once that Amazon's refusal paused, and lifts the pause when it is answered again. */
export async function resumeIfAnswered(account: StepAccount, context: StepContext): Promise<void> {
  if (!(await probe(account, context))) return;
  await context.ledger.resume([account.name], 'askonce');
  context.log.info('account-resumed', { account: account.name, by: 'askonce' });
}

async function probe(account: StepAccount, context: StepContext): Promise<boolean> {
  const ready = await account.gateway.prepare();
  if (ready.kind !== 'ready') return false;
  const order = await context.ledger.anotherOrder(account.name, '');
  return order === null || (await isAnswered(account, order, context));
}

async function isAnswered(account: StepAccount, order: OrderRef, context: StepContext): Promise<boolean> {
  const slot = await takeSlot(account.name, 'getSolicitationActions', context);
  if (slot.kind === 'busy') return false;
  const { outcome } = await account.gateway.look(order);
  return outcome.kind === 'offered' || outcome.kind === 'gone';
}
