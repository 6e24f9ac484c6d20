import fc from 'fast-check';
import type { PlannedOrder, Replan } from '../../../src/ledger/ledger.js';
import type { OrderOnRecord } from '../../../src/policy/replan.js';
import type { State } from '../../../src/policy/review-request.js';
import { aDelivery } from '../../support/builders.js';
import { aPage, planned, skipped, tea, toys, waiting } from '../planned.js';
import type { Operation } from './operation.js';
import type { Planned, Sighting } from './order.js';
import { instant, millis, orderIds, type World } from './world.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Few instants, so that the same plan comes again and so that windows close while something is under way. */
const anyPlan: fc.Arbitrary<Planned> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      state: fc.constant('scheduled' as const),
      askAt: fc.constantFrom(-DAY, 0, 2 * DAY),
      closesAt: fc.constantFrom(MINUTE, 30 * MINUTE, 2 * DAY, 25 * DAY, 25 * DAY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      state: fc.constant('waiting' as const),
      reason: fc.constant('not-shipped' as const),
      lookAt: fc.constantFrom(0, DAY),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      state: fc.constant('skipped' as const),
      reason: fc.constantFrom('only-skus' as const, 'only-skus' as const, 'cancelled' as const),
    }),
  },
);

const sighted = fc.record({
  orderId: fc.constantFrom(...orderIds),
  plan: anyPlan,
  updatedAt: fc.constantFrom(-3 * DAY, -2 * DAY, -2 * DAY, -DAY),
});
const unreadable = fc.record({
  orderId: fc.constantFrom(...orderIds),
  plan: fc.constant({ state: 'skipped', reason: 'unreadable-order' } as const),
  updatedAt: fc.constant(null),
});

const anySighting: fc.Arbitrary<Sighting> = fc.oneof(
  { weight: 8, arbitrary: sighted },
  { weight: 1, arbitrary: unreadable },
);

const anyAccount = fc.constantFrom(tea.name, tea.name, toys.name);

export const aPageOfOrders: fc.Arbitrary<Operation> = fc
  .tuple(anyAccount, fc.uniqueArray(anySighting, { minLength: 1, maxLength: 3, selector: ({ orderId }) => orderId }))
  .map(([account, sightings]) => pageOf(account, sightings));

/** Where every walk begins: orders that may be asked, of one the window is about to close. The last one nobody has seen. */
export const ordersToAsk: Operation = pageOf(
  tea.name,
  orderIds.slice(0, -1).map((orderId, index) => ({
    orderId,
    plan: { state: 'scheduled', askAt: -DAY, closesAt: index === 2 ? MINUTE / 2 : 25 * DAY },
    updatedAt: -3 * DAY,
  })),
);

function pageOf(account: string, sightings: readonly Sighting[]): Operation {
  return ({ ledger, now }) => ({
    text: `${account} sees ${sightings.map(({ orderId, plan }) => `${orderId} ${plan.state}`).join(', ')}`,
    ledger: () => {
      const unreadable = sightings.filter(({ updatedAt }) => updatedAt === null);
      const page = aPage(sightings.flatMap(plannedOrder), {
        account,
        unreadable: unreadable.map(({ orderId }) => ({ orderId, problem: 'createdTime: missing' })),
      });
      return ledger.recordPage(page, instant(now));
    },
    reference: (reference) => {
      const became = sightings.map((sighting) => reference.see(account, sighting, now));
      const count = (kind: (typeof became)[number]) => became.filter((each) => each === kind).length;
      return { fresh: count('fresh'), replanned: count('replanned'), unchanged: count('unchanged') };
    },
  });
}

function plannedOrder({ orderId, plan, updatedAt }: Sighting): PlannedOrder[] {
  return updatedAt === null ? [] : [planned(planOf(plan), { orderId, lastUpdatedAt: instant(updatedAt) })];
}

function planOf(plan: Planned): PlannedOrder['plan'] {
  switch (plan.state) {
    case 'scheduled':
      return {
        kind: 'scheduled',
        delivery: aDelivery(),
        window: { opensAt: instant(plan.closesAt).minus({ days: 20 }), closesAt: instant(plan.closesAt) },
        askAt: instant(plan.askAt),
        rule: 'wait-after-delivery',
        lookAt: instant(plan.askAt),
      };
    case 'waiting':
      return waiting({ lookAt: instant(plan.lookAt) });
    case 'skipped':
      return skipped(plan.reason);
    case 'expired':
      return { kind: 'expired', reason: plan.reason, delivery: null, window: null };
    default:
      return plan satisfies never;
  }
}

/** The pass over changed rules reads here and writes later: whatever moved meanwhile it has to leave alone. */
export const rulesChange: Operation = (world) => ({
  text: 'reads what is on record',
  ledger: async () => {
    const onRecord = await read(world);
    world.onRecord = onRecord;
    return onRecord.map(({ facts, state }) => `${facts.orderId} ${state}`);
  },
  reference: ({ orders }) =>
    [...orders]
      .filter(([, { state, reason, updatedAt }]) => updatedAt !== null && mayBePlanned(state, reason))
      .map(([orderId, { state }]) => `${orderId} ${state}`)
      .sort(),
});

function mayBePlanned(state: State, reason: string | null): boolean {
  return state === 'waiting' || state === 'scheduled' || (state === 'skipped' && reason === 'only-skus');
}

async function read({ ledger }: World): Promise<readonly OrderOnRecord[]> {
  const orders: OrderOnRecord[] = [];
  for (const account of [tea, toys]) {
    for await (const batch of ledger.plannedOrders(account.name)) orders.push(...batch);
  }
  return orders.sort((a, b) => (a.facts.orderId < b.facts.orderId ? -1 : 1));
}

export const newPlans: fc.Arbitrary<Operation> = fc
  .oneof(anyPlan, fc.constant({ state: 'expired', reason: 'window-closed' } as const))
  .map((plan) => ({ ledger, now, onRecord }) => ({
    text: `plans what was on record anew: ${plan.state}`,
    ledger: () => {
      const plans = onRecord.map((order): Replan => ({ order, plan: planOf(plan) }));
      return ledger.recordReplans(plans, instant(now));
    },
    reference: (reference) =>
      onRecord.filter(({ facts, state }) =>
        reference.replan(facts.orderId, { state, updatedAt: millis(facts.lastUpdatedAt) }, plan),
      ).length,
  }));
