import type {
  AccountRow,
  AttemptFacts,
  Ledger,
  PlannedOrder,
  PlannedPage,
  SettleMark,
} from '../../src/ledger/ledger.js';
import type { AfterAnswer } from '../../src/policy/answer.js';
import { nothingSeen } from '../../src/policy/evidence.js';
import type { OrderFacts } from '../../src/policy/order.js';
import type { Plan } from '../../src/policy/plan.js';
import { aDelivery, anOrder, at, GERMANY } from '../support/builders.js';

export const FRANCE = 'A13V1IB3VIYZZH';
export const A = '302-0000001-0000001';
export const B = '302-0000002-0000002';
export const C = '302-0000003-0000003';

/** The noon on which the tests play: the orders of this file are due and their window is open. */
export const noon = at('2026-03-20T12:00:00Z');
export const askTime = at('2026-03-12T12:00:00Z');
/** Long before their ask time the orders are seen first; those seen after it are orders of the catch-up. */
export const firstSeen = at('2026-03-06T12:00:00Z');
export const closing = at('2026-04-04T11:00:00Z');

export const tea: AccountRow = { name: 'tea', region: 'eu', marketplaceIds: [GERMANY, FRANCE] };
export const toys: AccountRow = { name: 'toys', region: 'eu', marketplaceIds: [GERMANY] };

type Scheduled = Extract<Plan, { kind: 'scheduled' }>;
type Waiting = Extract<Plan, { kind: 'waiting' }>;

export function scheduled(plan: Partial<Scheduled> = {}): Scheduled {
  const askAt = plan.askAt ?? askTime;
  return {
    kind: 'scheduled',
    delivery: aDelivery(),
    window: { opensAt: at('2026-03-10T12:00:00Z'), closesAt: closing },
    askAt,
    rule: 'wait-after-delivery',
    lookAt: askAt,
    ...plan,
  };
}

export function closingAt(closesAt: Scheduled['askAt']): Pick<Scheduled, 'window'> {
  return { window: { opensAt: at('2026-03-10T12:00:00Z'), closesAt } };
}

export function waiting(plan: Partial<Waiting> = {}): Waiting {
  return { kind: 'waiting', reason: 'not-shipped', lookAt: noon.plus({ days: 1 }), ...plan };
}

export function skipped(reason: Extract<Plan, { kind: 'skipped' }>['reason']): Plan {
  return { kind: 'skipped', reason, delivery: null, window: null };
}

export function planned(plan: Plan = scheduled(), facts: Partial<OrderFacts> = {}): PlannedOrder {
  return { facts: anOrder(facts), seen: nothingSeen, plan };
}

/** A page of the account `tea`, which ends nothing. */
export function aPage(orders: readonly PlannedOrder[], page: Partial<PlannedPage> = {}): PlannedPage {
  return {
    account: tea.name,
    configuredAccounts: [tea.name, toys.name],
    orders,
    unreadable: [],
    cursor: null,
    ...page,
  };
}

export function anAttempt(facts: Partial<AttemptFacts> = {}): AttemptFacts {
  return {
    kind: 'look',
    outcome: 'offered',
    status: 200,
    requestId: 'amzn-1',
    durationMs: 41.6,
    detail: null,
    ...facts,
  };
}

export const accepted: AfterAnswer = { state: 'sent', knownBy: 'accepted' };
export const lost: AfterAnswer = { state: 'unknown', reason: 'answer-lost', lookAt: noon.plus({ minutes: 15 }) };
export const throttled: AfterAnswer = {
  state: 'scheduled',
  reason: 'throttled',
  lookAt: noon.plus({ seconds: 10 }),
  reachedAmazon: true,
};
export const neverLeft: AfterAnswer = { ...throttled, reason: 'not-sent', reachedAmazon: false };

export const LEASE_SECONDS = 120;

/** Puts one order into the ledger, as discovery would. */
export async function given(
  ledger: Ledger,
  order: PlannedOrder = planned(),
  account = tea.name,
  seenAt = firstSeen,
): Promise<void> {
  await ledger.recordPage(aPage([order], { account }), seenAt);
}

/** A claim that must be had. */
export async function claimed(ledger: Ledger, orderId = A, now = noon, by = 'worker-1') {
  const claim = await ledger.claim(orderId, by, LEASE_SECONDS, anAttempt(), now);
  if (claim === null) throw new Error(`${orderId} could not be claimed`);
  return claim;
}

/** An order whose POST left and whose answer never came: `unknown`, looked at after a quarter of an hour. */
export async function inDoubt(ledger: Ledger, orderId = A): Promise<void> {
  await given(ledger, planned(scheduled(), { orderId }));
  const claim = await claimed(ledger, orderId);
  await ledger.record(claim, lost, anAttempt({ kind: 'answer', outcome: 'unknown' }), noon);
}

/** What a settler decides on that looks at the order now. */
export async function markOf(ledger: Ledger, orderId = A): Promise<SettleMark> {
  const row = await ledger.read(orderId);
  return { settleLooks: row?.settleLooks ?? 0, nextLookAt: row?.nextLookAt ?? noon };
}

/** An order that was in doubt, and that settle gave back because Amazon offered it twice. */
export async function givenBack(ledger: Ledger, orderId = A): Promise<void> {
  await inDoubt(ledger, orderId);
  await ledger.recordSight(
    orderId,
    await markOf(ledger, orderId),
    { kind: 'scheduled', lookAt: noon },
    anAttempt({ kind: 'settle' }),
    noon,
  );
}
