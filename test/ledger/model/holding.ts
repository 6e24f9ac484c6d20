import fc from 'fast-check';
import type { HeldReason } from '../../../src/policy/answer.js';
import type { State } from '../../../src/policy/review-request.js';
import { tea, toys } from '../planned.js';
import { aimAt, anyAim } from './aim.js';
import type { Operation } from './operation.js';
import { attemptOf, instant } from './world.js';

const DAY = 86_400_000;

/** Somebody looked, or could not, and puts the order off; sometimes one who thinks that it is in another state. */
export const aPutOff: fc.Arbitrary<Operation> = fc
  .record({
    aim: anyAim,
    state: fc.constantFrom('scheduled' as const, 'scheduled' as const, 'waiting' as const, 'unknown' as const),
    reason: fc.constantFrom<(HeldReason | null)[]>(null, 'not-offered', 'dry-run'),
    looked: fc.boolean(),
  })
  .map(({ aim, state, reason: held, looked }) => ({ ledger, now }, known) => {
    const orderId = aimAt(aim, known, [state]);
    const reason = state === 'scheduled' ? held : null;
    const attempt = looked ? attemptOf('look', 'gone') : null;
    return {
      text: `${orderId} is put off as ${state}`,
      ledger: () => ledger.putOff(orderId, state, { reason, lookAt: instant(now + DAY) }, attempt, instant(now)),
      reference: (reference) => reference.putOff(orderId, state, reason, now + DAY, looked),
    };
  });

/** Before the order is claimed, while it is being sent, or at any time: also before it was ever seen. */
export const aSuppression: fc.Arbitrary<Operation> = fc
  .record({ aim: anyAim, states: fc.constantFrom<(readonly State[])[]>(['scheduled', 'skipped'], ['sending'], []) })
  .map(({ aim, states }) => ({ ledger, now }, known) => {
    const orderId = aimAt(aim, known, states);
    return {
      text: `never ${orderId}`,
      ledger: () => ledger.suppress([orderId], 'anna', 'asked by phone', instant(now)),
      reference: (reference) => reference.suppress([orderId]),
    };
  });

const anyPauser = fc.record({
  account: fc.constantFrom(tea.name, tea.name, toys.name),
  by: fc.constantFrom('anna', 'askonce'),
});

export const aPause: fc.Arbitrary<Operation> = anyPauser.map(({ account, by }) => ({ ledger, now }) => ({
  text: `${by} pauses ${account}`,
  ledger: async () => (await ledger.pause([account], 'holiday', by, instant(now))).length > 0,
  reference: (reference) => reference.pause(account, by),
}));

export const aResumption: fc.Arbitrary<Operation> = anyPauser.map(({ account, by }) => ({ ledger }) => ({
  text: `${by} resumes ${account}`,
  ledger: async () => (await ledger.resume([account], by)).length > 0,
  reference: (reference) => reference.resume(account, by),
}));
