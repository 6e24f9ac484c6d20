import fc from 'fast-check';
import type { SettleResult } from '../../../src/ledger/ledger.js';
import { aimAt, anyAim } from './aim.js';
import type { Operation } from './operation.js';
import type { Millis, SightFate } from './order.js';
import { attemptOf, instant } from './world.js';

const QUARTER: Millis = 900_000;

export const aTakeOver: fc.Arbitrary<Operation> = anyAim.map((aim) => ({ ledger, now }, known) => {
  const orderId = aimAt(aim, known, ['sending']);
  return {
    text: `${orderId} is taken over`,
    ledger: async () => (await ledger.takeOver(orderId, instant(now + QUARTER), instant(now))) !== null,
    reference: (reference) => reference.takeOver(orderId, now + QUARTER, now),
  };
});

const anyResult = fc.constantFrom<SightFate>(
  { state: 'sent', knownBy: 'inferred' },
  { state: 'scheduled', reason: 'settled-not-sent', lookAt: 0, givesBack: false },
  { state: 'scheduled', reason: 'settled-not-sent', lookAt: 0, givesBack: false },
  { state: 'expired', reason: 'fate-unknown' },
  { state: 'look-again', sight: 'gone', lookAt: QUARTER },
  { state: 'look-again', sight: 'offered', lookAt: QUARTER },
  { state: 'look-again', sight: null, lookAt: QUARTER },
);

/** Decided on the looks taken so far, or on one less, or in another doubt: then another settler was faster. */
export const aSight: fc.Arbitrary<Operation> = fc
  .record({ aim: anyAim, stale: fc.constantFrom(null, null, null, 'look', 'doubt'), result: anyResult })
  .map(({ aim, stale, result }) => ({ ledger, now }, known) => {
    const orderId = aimAt(aim, known, ['unknown']);
    const order = known.orders.get(orderId);
    const settleLooks = Math.abs((order?.settleLooks ?? 0) - (stale === 'look' ? 1 : 0));
    const nextLookAt = (order?.nextLookAt ?? now) - (stale === 'doubt' ? QUARTER : 0);
    const mark = { settleLooks, nextLookAt: instant(nextLookAt) };
    const fate = 'lookAt' in result ? { ...result, lookAt: now + result.lookAt } : result;
    const attempt = attemptOf('settle');
    return {
      text: `${orderId} is found to be ${result.state} after ${settleLooks} looks`,
      ledger: () => ledger.recordSight(orderId, mark, settleResult(fate), attempt, instant(now)),
      reference: (reference) => reference.recordSight(orderId, { settleLooks, nextLookAt }, fate),
    };
  });

function settleResult(fate: SightFate): SettleResult {
  switch (fate.state) {
    case 'sent':
      return { kind: 'sent', knownBy: fate.knownBy };
    case 'scheduled':
      return { kind: 'scheduled', lookAt: instant(fate.lookAt) };
    case 'expired':
      return { kind: 'expired', reason: 'fate-unknown' };
    case 'look-again':
      return { kind: 'look-again', sight: fate.sight, lookAt: instant(fate.lookAt) };
    default:
      throw new Error(`settle never finds an order ${fate.state}`);
  }
}
