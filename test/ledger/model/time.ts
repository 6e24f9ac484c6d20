import fc from 'fast-check';
import { openStates } from '../../../src/policy/review-request.js';
import { tea, toys } from '../planned.js';
import { aimAt, anyAim } from './aim.js';
import { command, type LedgerCommand, type Operation } from './operation.js';
import type { Millis, Order } from './order.js';
import { GRACE_IN_DOUBT } from './reference.js';
import { instant } from './world.js';

/** The instants at which an order's fate turns. */
const turns: Readonly<Record<string, (order: Order) => Millis | null>> = {
  'half of its lease': ({ intentAt, leaseUntil }) =>
    intentAt === null || leaseUntil === null ? null : (intentAt + leaseUntil) / 2,
  'the end of its lease': ({ leaseUntil }) => leaseUntil,
  'its next look': ({ nextLookAt }) => nextLookAt,
  'the end of its window': ({ closesAt }) => closesAt,
  'the end of its grace': ({ closesAt }) => (closesAt === null ? null : closesAt + GRACE_IN_DOUBT),
};

/** Time passes: to one of those instants, a millisecond before it or after it. It never goes back. */
export const timeTo: fc.Arbitrary<LedgerCommand> = fc
  .record({
    aim: anyAim,
    turn: fc.constantFrom('half of its lease', 'the end of its lease', 'the end of its lease', ...Object.keys(turns)),
    off: fc.constantFrom(0, 0, -1, 1),
  })
  .map(({ aim, turn, off }) =>
    command(async ({ reference }, world) => {
      const orderId = aimAt(aim, reference, ['sending', 'unknown']);
      const order = reference.orders.get(orderId);
      const at = order === undefined ? null : (turns[turn]?.(order) ?? null);
      if (at !== null && at + off > world.now) world.now = at + off;
      return `it is ${off} ms from ${turn}, ${orderId}`;
    }),
  );

export const timePasses: fc.Arbitrary<LedgerCommand> = fc.constantFrom(1000, 30_000, 3_600_000).map((millis) =>
  command(async (_known, world) => {
    world.now += millis;
    return `${millis / 1000} s pass`;
  }),
);

export const theSweep: Operation = ({ ledger, now }) => ({
  text: 'what closed expires',
  ledger: () => ledger.expire(instant(now)),
  reference: (reference) => reference.expire(now),
});

const everyKind = [tea, toys].flatMap(({ name: account }) =>
  openStates.flatMap((state) => [false, true].map((catchUp) => ({ account, state, catchUp, limit: 9 }))),
);

/** Never forgotten: an order is found as due from its next look on, as long as it is open. */
export const theDue: Operation = ({ ledger, now }) => ({
  text: 'what is due is found',
  ledger: async () => (await ledger.due(everyKind, instant(now))).map(({ orderId }) => orderId).sort(),
  reference: ({ orders }) =>
    [...orders]
      .filter(([, { nextLookAt }]) => nextLookAt !== null && nextLookAt <= now)
      .map(([orderId]) => orderId)
      .sort(),
});
