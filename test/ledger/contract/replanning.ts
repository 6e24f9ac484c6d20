import { describe, expect, test } from '@jest/globals';
import type { PlannedOrder, Replan } from '../../../src/ledger/ledger.js';
import type { Plan } from '../../../src/policy/plan.js';
import type { OrderOnRecord } from '../../../src/policy/replan.js';
import { returningReasons, type SkipReason } from '../../../src/policy/review-request.js';
import { aDelivery, aMerchantOrder, aPackage, at } from '../../support/builders.js';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  aPage,
  askTime,
  B,
  C,
  claimed,
  closing,
  FRANCE,
  firstSeen,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
  throttled,
  waiting,
} from '../planned.js';

const D = '302-0000004-0000004';

/** What planning anew after a change of rules relies on. */
export function replanningContract(open: OpenLedger): void {
  const onRecord = async (account = 'tea') => {
    const orders: OrderOnRecord[] = [];
    for await (const batch of open().ledger.plannedOrders(account)) orders.push(...batch);
    return orders;
  };
  const idsOf = (orders: readonly OrderOnRecord[]) => orders.map(({ facts }) => facts.orderId);
  /** Writes the plan for every order on record. */
  const replanAll = async (plan: Plan, now = noon) =>
    open().ledger.recordReplans(
      (await onRecord()).map((order): Replan => ({ order, plan })),
      now,
    );
  const ruledOut: Plan = {
    kind: 'skipped',
    reason: 'except-skus',
    delivery: aDelivery(),
    window: scheduled().window,
  };
  const later = noon.plus({ days: 5 });

  describe('the rules that the orders of an account were planned with', () => {
    test('are not known at first, and then those noted last', async () => {
      const { ledger } = open();
      const atFirst = await ledger.plannedWith('tea');

      await ledger.notePlannedWith('tea', 'these rules');
      await ledger.notePlannedWith('tea', 'those rules');

      expect(atFirst).toBeNull();
      expect(await ledger.plannedWith('tea')).toBe('those rules');
      expect(await ledger.plannedWith('toys')).toBeNull();
      expect(await ledger.plannedWith('nobody')).toBeNull();
    });

    test('stay when the accounts are registered again', async () => {
      const { ledger } = open();
      await ledger.notePlannedWith('tea', 'these rules');

      await ledger.registerAccounts([{ name: 'tea', region: 'eu', marketplaceIds: [FRANCE] }], noon);

      expect(await ledger.plannedWith('tea')).toBe('these rules');
    });
  });

  describe('the orders whose plan may change', () => {
    test('are those that wait, are scheduled or skipped by a rule, of this account, in the order of their ids', async () => {
      const { ledger } = open();
      const returning = returningReasons.filter((reason) => reason !== 'unreadable-order');
      const orders: PlannedOrder[] = [
        planned(scheduled(), { orderId: 'b' }),
        planned(waiting(), { orderId: 'a' }),
        ...returning.map((reason, index) => planned(skipped(reason), { orderId: `c${index}` })),
      ];
      await ledger.recordPage(aPage(orders.toReversed()), firstSeen);
      await given(ledger, planned(scheduled(), { orderId: 'toy' }), 'toys');

      expect(idsOf(await onRecord())).toEqual(['a', 'b', ...returning.map((_, index) => `c${index}`)]);
      expect(idsOf(await onRecord('toys'))).toEqual(['toy']);
      expect(await onRecord('nobody')).toEqual([]);
    });

    test('are none whose fate is decided or under decision, and none that nobody could read', async () => {
      const { ledger } = open();
      const forGood: SkipReason[] = ['cancelled', 'suppressed', 'replacement-order', 'package-returned'];
      const expired: Plan = { kind: 'expired', reason: 'window-closed', delivery: null, window: null };
      await ledger.recordPage(
        aPage(
          [
            planned(expired, { orderId: 'expired' }),
            ...forGood.map((reason) => planned(skipped(reason), { orderId: reason })),
          ],
          { unreadable: [{ orderId: 'unreadable', problem: 'createdTime: missing' }] },
        ),
        firstSeen,
      );
      await given(ledger);
      await claimed(ledger);
      await inDoubt(ledger, B);
      await given(ledger, planned(scheduled(), { orderId: C }));
      await ledger.record(await claimed(ledger, C), accepted, anAttempt({ kind: 'answer' }), noon);
      await given(ledger, planned(scheduled(), { orderId: D }));
      const refused = { state: 'refused', reason: 'asked-elsewhere' } as const;
      await ledger.record(await claimed(ledger, D), refused, anAttempt({ kind: 'answer' }), noon);

      expect(await onRecord()).toEqual([]);
    });

    test('come with everything that planning needs, and the plan that stands', async () => {
      const { ledger } = open();
      const facts = aMerchantOrder({
        packages: [
          aPackage({ detailedStatus: 'DELIVERED' }),
          aPackage({ status: 'CANCELLED', shippedAt: null }),
          aPackage({ status: null }),
        ],
        programs: ['AMAZON_BUSINESS', ''],
        items: [
          { sku: 'TEA-1', asin: null },
          { sku: null, asin: 'B000000002' },
          { sku: '"{odd},\\', asin: "it's" },
        ],
      });
      const seen = { shippedSeenAt: null, undeliveredAt: at('2026-03-04T10:00:00.123Z'), delivered: null };
      await given(ledger, { facts, seen, plan: scheduled() });

      const [order] = await onRecord();

      expect(order).toMatchObject({
        facts: {
          ...facts,
          // What is kept of packages is their states.
          packages: facts.packages.map((parcel) => ({ ...parcel, shippedAt: null })),
        },
        seen: { ...seen, shippedSeenAt: facts.lastUpdatedAt, delivered: aDelivery() },
        state: 'scheduled',
        reason: null,
        askAt: askTime,
        closesAt: closing,
        nextLookAt: askTime,
      });
    });

    test('come with the reason for which they wait or are skipped', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting()));
      await given(ledger, planned(ruledOut, { orderId: B }));

      expect(await onRecord()).toMatchObject([
        { state: 'waiting', reason: 'not-shipped', askAt: null, nextLookAt: noon.plus({ days: 1 }) },
        { state: 'skipped', reason: 'except-skus', askAt: null, closesAt: closing, nextLookAt: null },
      ]);
    });

    test('come all, each once, however many there are: 12,345', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 12_345 }, (_, index) => `302-${String(index).padStart(7, '0')}-0000000`);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), firstSeen);

      expect(idsOf(await onRecord())).toEqual(ids);
    });
  });

  describe('a changed plan', () => {
    test('is written with its decision, and wants a wake-up of its own', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      const written = await replanAll(scheduled({ askAt: later, rule: 'asking-hours' }));

      expect(written).toBe(1);
      expect(await ledger.read(A)).toMatchObject({
        state: 'scheduled',
        reason: null,
        rule: 'asking-hours',
        askAt: later,
        nextLookAt: later,
        catchUp: false,
        seen: { delivered: aDelivery() },
      });
      expect(await ledger.attempts(A)).toEqual([
        {
          at: noon,
          kind: 'decision',
          outcome: 'scheduled',
          status: null,
          requestId: null,
          durationMs: null,
          detail: 'rules-changed: asking-hours',
        },
      ]);
      const kind = { account: 'tea', state: 'scheduled', catchUp: false, limit: 9 } as const;
      expect(await ledger.unheard([kind], later.plus(1))).toEqual([]);
      expect(await ledger.due([kind], later)).toMatchObject([{ orderId: A, lookAt: later }]);
    });

    test('can hold an order back by a rule, and give it back with what is known of its delivery', async () => {
      const { ledger } = open();
      await given(ledger);

      await replanAll(ruledOut);
      const held = await ledger.read(A);
      await replanAll(scheduled());

      expect(held).toMatchObject({
        state: 'skipped',
        reason: 'except-skus',
        rule: null,
        delivery: aDelivery(),
        closesAt: closing,
        askAt: null,
        nextLookAt: null,
      });
      expect(await ledger.read(A)).toMatchObject({ state: 'scheduled', reason: null, askAt: askTime });
      expect((await ledger.attempts(A)).map(({ detail }) => detail)).toEqual([
        'rules-changed: except-skus',
        'rules-changed: wait-after-delivery',
      ]);
    });

    test('can hold back an order that waits, and let it wait again', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting()));

      await replanAll(skipped('fulfilled-by'));
      const held = await ledger.read(A);
      await replanAll(waiting({ lookAt: later }));

      expect(held).toMatchObject({ state: 'skipped', reason: 'fulfilled-by', nextLookAt: null });
      expect(await ledger.read(A)).toMatchObject({ state: 'waiting', reason: 'not-shipped', nextLookAt: later });
    });

    test('can close an order for which it is too late', async () => {
      const { ledger } = open();
      const { delivery, window } = scheduled();
      await given(ledger, planned(ruledOut));

      await replanAll({ kind: 'expired', reason: 'window-closed', delivery, window });

      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed', delivery, askAt: null });
      expect(await onRecord()).toEqual([]);
    });

    test('keeps what the order has behind it', async () => {
      const { ledger } = open();
      await given(ledger, planned(), 'tea', noon.minus({ days: 1 }));
      await ledger.record(await claimed(ledger), throttled, anAttempt({ kind: 'answer' }), noon);
      const before = await ledger.read(A);

      await replanAll(scheduled({ askAt: later }));

      const { posts, looks, firstSeenAt, factsAt, intentAt, catchUp } = before ?? {};
      expect(await ledger.read(A)).toMatchObject({ posts, looks, firstSeenAt, factsAt, intentAt, catchUp });
      expect(before).toMatchObject({ posts: 1, catchUp: true });
    });

    test.each<[string, () => Promise<unknown>]>([
      ['was claimed', () => claimed(open().ledger)],
      ['was asked', async () => open().ledger.record(await claimed(open().ledger), accepted, anAttempt(), noon)],
      ['was found cancelled', () => given(open().ledger, planned(skipped('cancelled')))],
      [
        'got newer facts',
        () => given(open().ledger, planned(scheduled(), { lastUpdatedAt: at('2026-03-05T00:00:00Z') })),
      ],
      ['was suppressed', () => open().ledger.suppress([A], 'anna', 'asked by phone', noon)],
    ])('does not touch an order that %s meanwhile', async (_name, meanwhile) => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(scheduled(), { orderId: B }));
      const orders = await onRecord();
      await meanwhile();
      const [before, attempts] = [await ledger.read(A), await ledger.attempts(A)];

      const written = await ledger.recordReplans(
        orders.map((order) => ({ order, plan: ruledOut })),
        noon,
      );

      expect(written).toBe(1);
      expect(await ledger.read(A)).toEqual(before);
      expect(await ledger.attempts(A)).toEqual(attempts);
      expect((await ledger.read(B))?.state).toBe('skipped');
    });

    test('is written for an order that was put off meanwhile', async () => {
      const { ledger } = open();
      await given(ledger);
      const orders = await onRecord();
      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: later }, null, noon);

      await ledger.recordReplans(
        orders.map((order) => ({ order, plan: scheduled({ askAt: later }) })),
        noon,
      );

      expect(await ledger.read(A)).toMatchObject({ askAt: later, reason: null });
    });

    test('leaves an order alone of which somebody said "never" meanwhile, and is written for the others', async () => {
      const { ledger } = open();
      await given(ledger, planned(skipped('only-skus')));
      await given(ledger, planned(skipped('only-skus'), { orderId: B }));
      const orders = await onRecord();
      await ledger.suppress([A], 'anna', 'asked by phone', noon);

      const written = await ledger.recordReplans(
        orders.map((order) => ({ order, plan: scheduled() })),
        noon,
      );

      expect(written).toBe(1);
      expect(await ledger.read(A)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
      expect((await ledger.read(B))?.state).toBe('scheduled');
    });

    test('of no order at all is nothing', async () => {
      expect(await open().ledger.recordReplans([], noon)).toBe(0);
    });

    test('does not get into the way of others who write the same orders in another order', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 400 }, (_, index) => `302-${String(index).padStart(7, '0')}-0000000`);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), firstSeen);
      const rung = ids.map((orderId) => ({ orderId, at: noon }));

      for (let round = 0; round < 5; round += 1) {
        const plans = (await onRecord()).map((order) => ({ order, plan: scheduled({ askAt: noon.plus(round) }) }));
        await Promise.all([
          ledger.recordReplans(plans, noon),
          ledger.markRung(rung, [], noon),
          ledger.recordReplans(plans.toReversed(), noon),
          ledger.takeBackWakeUps('tea', noon.minus({ hours: 1 })),
        ]);
      }

      expect(await onRecord()).toHaveLength(400);
    });
  });
}
