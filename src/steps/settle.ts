import type { DateTime } from 'luxon';
import type { Answer } from '../amazon/gateway.js';
import type { AttemptFacts, ReviewRequest, SettleMark, SettleResult } from '../ledger/ledger.js';
import type { LookOutcome } from '../policy/outcome.js';
import { type Doubt, judge, lookTime, type Sight, suddenlyEmpty, type Verdict } from '../policy/settling.js';
import { meetTrouble } from './account-trouble.js';
import { attemptOf, backOff, learnFrom, retryTime, takeSlot } from './slot.js';
import type { StepAccount, StepContext } from './step.js';

/** Resolves one order whose fate is open, by looking. Never POSTs. */
export async function settle(orderId: string, context: StepContext): Promise<void> {
  const { ledger, clock, accounts } = context;
  const row = await openDoubt(orderId, context);
  if (row === null || row.nextLookAt === null || row.nextLookAt > clock.now()) return;
  if (row.marketplaceId === null || row.intentAt === null || row.closesAt === null) return;
  const mark = { settleLooks: row.settleLooks, nextLookAt: row.nextLookAt };
  const account = accounts.get(row.account);
  const state = await ledger.account(row.account);
  // A pause stops asking, not looking; only where Amazon refuses the whole account is looking useless.
  if (account === undefined || state === null || state.paused?.by === 'askonce') return;
  if (state.coolDownUntil !== null && state.coolDownUntil > clock.now()) {
    return lookLater(row, mark, state.coolDownUntil, null, context);
  }

  const slot = await takeSlot(account.name, 'getSolicitationActions', context);
  if (slot.kind === 'busy') return lookLater(row, mark, slot.freeAt, null, context);
  const look = await account.gateway.look({ orderId, marketplaceId: row.marketplaceId });
  await learnFrom(look.call, account.name, 'getSolicitationActions', context);
  const doubt: Doubt = {
    intentAt: row.intentAt,
    closesAt: row.closesAt,
    looksBefore: row.settleLooks,
    previous: row.lastSight,
  };
  return weigh(row, { doubt, mark }, look, account, context);
}

/** The row if it is in doubt; a `sending` row whose lease ran out is taken over first. */
async function openDoubt(
  orderId: string,
  { ledger, clock, settings, log }: StepContext,
): Promise<ReviewRequest | null> {
  const row = await ledger.read(orderId);
  if (row?.state === 'unknown') return row;
  if (row?.state !== 'sending' || row.intentAt === null || row.closesAt === null) return null;
  const firstLook = lookTime({ intentAt: row.intentAt, closesAt: row.closesAt, looksBefore: 0 }, settings, clock.now());
  const taken = await ledger.takeOver(orderId, firstLook, clock.now());
  if (taken !== null) log.warn('claim-ran-out', { account: row.account, orderId, lookAt: firstLook.toISO() });
  return taken;
}

async function weigh(
  row: ReviewRequest,
  { doubt, mark }: { readonly doubt: Doubt; readonly mark: SettleMark },
  { outcome, call }: Answer<LookOutcome>,
  account: StepAccount,
  context: StepContext,
): Promise<void> {
  const { ledger, clock, settings, log } = context;
  const now = clock.now();
  switch (outcome.kind) {
    case 'offered':
    case 'gone': {
      const counts = outcome.kind === 'offered' || !(await glitch(row.account, context));
      const result = counts
        ? resultOf(judge(doubt, outcome.kind, settings, now), outcome.kind, doubt, context)
        : ({
            kind: 'look-again',
            sight: null,
            // Such an outage lasts: looking every few seconds would take the slots of those who may still be asked.
            lookAt: lookTime(doubt, settings, now.plus(settings.looks[0] ?? settings.recheckEvery)),
          } as const);
      const attempt = attemptOf('settle', outcome.kind, call, counts ? result.kind : 'not-counted');
      const settled = await ledger.recordSight(row.orderId, mark, result, attempt, now);
      log.info('settle-look', {
        account: row.account,
        orderId: row.orderId,
        sight: outcome.kind,
        counts,
        result: result.kind,
        settled,
      });
      return;
    }
    case 'throttled':
      return lookLater(row, mark, await backOff(account.name, 'getSolicitationActions', context), null, context);
    case 'account-trouble': {
      const order = row.marketplaceId === null ? null : { orderId: row.orderId, marketplaceId: row.marketplaceId };
      const fate = await meetTrouble(account, outcome.trouble, order, context);
      const lookAt = fate.kind === 'account' ? fate.until : now.plus(settings.recheckEvery);
      return lookLater(row, mark, lookAt, attemptOf('settle', outcome.kind, call, outcome.trouble), context);
    }
    case 'rejected':
      return lookLater(
        row,
        mark,
        now.plus(settings.recheckEvery),
        attemptOf('settle', outcome.kind, call, null),
        context,
      );
    case 'no-answer':
      return lookLater(row, mark, retryTime(context), attemptOf('settle', outcome.kind, call, outcome.cause), context);
    default:
      return outcome satisfies never;
  }
}

/** Somebody else may have looked meanwhile: then the next look is theirs to set, and one sooner would be no second look. */
async function lookLater(
  row: ReviewRequest,
  mark: SettleMark,
  lookAt: DateTime,
  attempt: AttemptFacts | null,
  { ledger, clock }: StepContext,
): Promise<void> {
  await ledger.recordSight(row.orderId, mark, { kind: 'look-again', sight: null, lookAt }, attempt, clock.now());
}

/** Most of the account's first looks suddenly empty: then an empty one proves nothing. */
async function glitch(account: string, { ledger, clock, settings }: StepContext): Promise<boolean> {
  const span = settings.looks[0] ?? settings.recheckEvery;
  return suddenlyEmpty(await ledger.firstLooks(account, clock.now().minus(span)));
}

function resultOf(verdict: Verdict, sight: Sight, doubt: Doubt, { clock }: StepContext): SettleResult {
  switch (verdict.kind) {
    case 'sent':
      return { kind: 'sent', knownBy: 'inferred' };
    case 'not-sent':
      if (clock.now() >= doubt.closesAt) return { kind: 'expired', reason: 'window-closed' };
      return { kind: 'scheduled', lookAt: clock.now() };
    case 'look-again':
      return { kind: 'look-again', sight, lookAt: verdict.at };
    case 'fate-unknown':
      return { kind: 'expired', reason: 'fate-unknown' };
    default:
      return verdict satisfies never;
  }
}
