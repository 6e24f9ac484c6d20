import { describe, expect, test } from '@jest/globals';
import type { DateTime } from 'luxon';
import type { PlannedOrder } from '../../../src/ledger/ledger.js';
import { nothingSeen } from '../../../src/policy/evidence.js';
import { isNews, isOpenToPlans } from '../../../src/steps/plan-order.js';
import { aDelivery, anOrder, at, GERMANY } from '../../support/builders.js';
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
  closingAt,
  FRANCE,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
  tea,
  toys,
  waiting,
} from '../planned.js';

/** What discovery relies on. */
export function pagesContract(open: OpenLedger): void {
  const started = noon.minus({ hours: 1 });
  const more = {
    kind: 'more',
    marketplaceIds: [GERMANY, FRANCE],
    from: at('2026-02-18T12:00:00Z'),
    through: at('2026-03-20T11:58:00.123Z'),
    token: 'page-2',
    startedAt: started,
  } as const;
  const done = { kind: 'done', marketplaceIds: [GERMANY, FRANCE], watermark: at('2026-03-20T11:58:00.123Z') } as const;

  describe('a page of orders', () => {
    test('is written together with the place of its read', async () => {
      const { ledger } = open();

      const counts = await ledger.recordPage(
        aPage([planned(), planned(waiting(), { orderId: B })], { cursor: more }),
        noon,
      );

      expect(counts).toEqual({ fresh: 2, replanned: 0, unchanged: 0 });
      expect(await ledger.feeds(tea.name, tea.marketplaceIds)).toEqual([
        {
          marketplaceIds: [FRANCE, GERMANY],
          watermark: null,
          read: { from: more.from, through: more.through, token: 'page-2', startedAt: started },
        },
      ]);
    });

    test('writes what is known and planned about each order', async () => {
      const { ledger } = open();

      await ledger.recordPage(aPage([planned()]), noon);

      expect(await ledger.read(A)).toMatchObject({
        orderId: A,
        account: 'tea',
        marketplaceId: GERMANY,
        state: 'scheduled',
        reason: null,
        rule: 'wait-after-delivery',
        delivery: aDelivery(),
        opensAt: at('2026-03-10T12:00:00Z'),
        closesAt: closing,
        askAt: askTime,
        nextLookAt: askTime,
        fulfilledBy: 'AMAZON',
        factsAt: noon,
        seen: { shippedSeenAt: at('2026-03-02T12:00:00Z'), undeliveredAt: null, delivered: aDelivery() },
        posts: 0,
        doubts: 0,
        looks: 0,
        firstSeenAt: noon,
      });
    });

    test('moves the watermark only when it is the last one', async () => {
      const { ledger } = open();

      await ledger.recordPage(aPage([planned()], { cursor: more }), noon);
      const underWay = await ledger.feedProgress();
      await ledger.recordPage(aPage([planned(scheduled(), { orderId: B })], { cursor: done }), noon);

      expect(underWay.find(({ account }) => account === 'tea')?.readThrough).toBeNull();
      expect(await ledger.feeds(tea.name, tea.marketplaceIds)).toEqual([
        { marketplaceIds: [FRANCE, GERMANY], watermark: done.watermark, read: null },
      ]);
    });

    test('of a read that was overtaken does not move the watermark back', async () => {
      const { ledger } = open();

      await ledger.recordPage(aPage([], { cursor: done }), noon);
      await ledger.recordPage(aPage([], { cursor: { ...done, watermark: at('2026-03-01T00:00:00Z') } }), noon);

      expect((await ledger.feeds(tea.name, [GERMANY]))[0]?.watermark).toEqual(done.watermark);
    });

    test('that cannot be written leaves the orders and the place of the read as they were', async () => {
      const { ledger } = open();
      await ledger.recordPage(aPage([], { cursor: more }), noon);
      const impossible = planned(scheduled(closingAt(at('2026-01-01T00:00:00Z'))), { orderId: B });

      await expect(ledger.recordPage(aPage([planned(), impossible], { cursor: done }), noon)).rejects.toThrow();

      expect(await ledger.read(A)).toBeNull();
      expect((await ledger.feeds(tea.name, [GERMANY]))[0]).toMatchObject({
        watermark: null,
        read: { token: 'page-2' },
      });
    });

    test('read a second time writes nothing', async () => {
      const { ledger } = open();
      const page = aPage([
        planned(),
        planned(waiting(), { orderId: B }),
        planned(skipped('cancelled'), { orderId: C }),
      ]);
      await ledger.recordPage(page, noon);

      const counts = await ledger.recordPage(page, noon.plus({ hours: 1 }));

      expect(counts).toEqual({ fresh: 0, replanned: 0, unchanged: 3 });
      expect((await ledger.read(A))?.factsAt).toEqual(noon);
      expect(await ledger.attempts(B)).toEqual([]);
    });

    test('may name an order twice: the newer facts count', async () => {
      const { ledger } = open();
      const newer = planned(scheduled(), { lastUpdatedAt: at('2026-03-03T12:00:00Z') });

      const counts = await ledger.recordPage(
        aPage([newer, planned(waiting())], { unreadable: [{ orderId: A, problem: 'createdTime: missing' }] }),
        noon,
      );

      expect(counts.fresh).toBe(1);
      expect((await ledger.read(A))?.state).toBe('scheduled');
    });

    test('does not get into the way of another one that names the same orders the other way round', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 400 }, (_, index) => `302-${String(index).padStart(7, '0')}-0000000`);
      const read = (orderIds: readonly string[], lastUpdatedAt: DateTime) =>
        ledger.recordPage(aPage(orderIds.map((orderId) => planned(scheduled(), { orderId, lastUpdatedAt }))), noon);

      for (let hour = 0; hour < 5; hour += 1) {
        const updated = at('2026-03-03T00:00:00Z').plus({ hours: hour });
        await Promise.all([read(ids, updated), read(ids.toReversed(), updated), read(ids, updated)]);
      }

      expect((await ledger.known(ids)).orders.size).toBe(400);
    });

    test('without orders is a page', async () => {
      const { ledger } = open();

      expect(await ledger.recordPage(aPage([], { cursor: done }), noon)).toEqual({
        fresh: 0,
        replanned: 0,
        unchanged: 0,
      });
    });
  });

  describe('an order that is seen again', () => {
    test('never takes older facts for newer ones', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(), { lastUpdatedAt: at('2026-03-05T00:00:00Z') }));

      const counts = await ledger.recordPage(
        aPage([planned(waiting(), { lastUpdatedAt: at('2026-03-04T23:59:59.999Z'), fulfillmentStatus: 'UNSHIPPED' })]),
        noon,
      );

      expect(counts).toEqual({ fresh: 0, replanned: 0, unchanged: 1 });
      expect((await ledger.read(A))?.state).toBe('scheduled');
    });

    test.each([
      ['skipped for good', planned(skipped('cancelled'))],
      ['expired', planned({ kind: 'expired', reason: 'window-closed', delivery: null, window: null })],
    ])('stays as it is when it is %s', async (_name, final) => {
      const { ledger } = open();
      await given(ledger, final);
      const before = await ledger.read(A);

      const counts = await ledger.recordPage(
        aPage([planned(scheduled(), { lastUpdatedAt: at('2026-03-19T00:00:00Z') })]),
        noon,
      );

      expect(counts).toEqual({ fresh: 0, replanned: 0, unchanged: 1 });
      expect(await ledger.read(A)).toEqual(before);
    });

    test('names the rule that skips it now, when the rules have changed and the order has not', async () => {
      const { ledger } = open();
      await given(ledger, planned(skipped('marketplace-unknown')));

      await ledger.recordPage(aPage([planned(skipped('marketplace-not-configured'))]), noon);

      expect((await ledger.read(A))?.reason).toBe('marketplace-not-configured');
    });

    test('keeps what is known of its delivery while a rule skips it', async () => {
      const { ledger } = open();
      const { delivery, window } = scheduled();

      await given(ledger, planned({ kind: 'skipped', reason: 'marketplace-not-configured', delivery, window }));

      expect(await ledger.read(A)).toMatchObject({
        state: 'skipped',
        delivery,
        opensAt: window.opensAt,
        closesAt: window.closesAt,
        nextLookAt: null,
      });
    });

    test('stays as it is when it was sent, is being sent or is in doubt', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);
      await given(ledger, planned(scheduled(), { orderId: B }));
      await claimed(ledger, B);
      await inDoubt(ledger, C);
      const before = await Promise.all([A, B, C].map((orderId) => ledger.read(orderId)));

      const cancelled = [A, B, C].map((orderId) =>
        planned(skipped('cancelled'), { orderId, lastUpdatedAt: at('2026-03-19T00:00:00Z') }),
      );
      const counts = await ledger.recordPage(aPage(cancelled), noon);

      expect(counts.unchanged).toBe(3);
      expect(await Promise.all([A, B, C].map((orderId) => ledger.read(orderId)))).toEqual(before);
    });

    test('keeps its next look and its wake-up while the plan stays', async () => {
      const { ledger } = open();
      const tomorrow = noon.plus({ days: 1 });
      await given(ledger);
      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: tomorrow }, null, noon);
      await ledger.markRung([{ orderId: A, at: tomorrow }], [], noon);

      const counts = await ledger.recordPage(
        aPage([planned(scheduled(), { lastUpdatedAt: at('2026-03-20T11:00:00Z') })]),
        noon,
      );

      expect(counts.replanned).toBe(1);
      expect(await ledger.read(A)).toMatchObject({ nextLookAt: tomorrow, reason: 'not-offered' });
      expect(await ledger.due([{ account: 'tea', state: 'scheduled', catchUp: false, limit: 9 }], tomorrow)).toEqual(
        [],
      );
    });

    test('is planned anew when the promise has moved, and wants a wake-up again', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: noon.plus({ days: 1 }) }, null, noon);
      await ledger.markRung([{ orderId: A, at: noon.plus({ days: 1 }) }], [], noon);
      const later = noon.plus({ days: 5 });

      await ledger.recordPage(
        aPage([planned(scheduled({ askAt: later, ...closingAt(noon.plus({ days: 20 })) }))]),
        noon,
      );

      expect(await ledger.read(A)).toMatchObject({
        askAt: later,
        nextLookAt: later,
        closesAt: noon.plus({ days: 20 }),
        reason: null,
      });
      expect(await ledger.due([{ account: 'tea', state: 'scheduled', catchUp: false, limit: 9 }], later)).toHaveLength(
        1,
      );
      expect(await ledger.attempts(A)).toMatchObject([{ kind: 'decision', outcome: 'scheduled' }]);
    });

    test('keeps the earliest sight of it as shipped and the latest of it as under way', async () => {
      const { ledger } = open();
      const underWay = waiting({ reason: 'not-delivered' });
      await ledger.recordPage(aPage([planned(underWay, { lastUpdatedAt: at('2026-03-02T12:00:00Z') })]), noon);

      await ledger.recordPage(
        aPage([planned(underWay, { lastUpdatedAt: at('2026-03-09T12:00:00Z') })]),
        noon.plus({ days: 2 }),
      );

      expect((await ledger.read(A))?.seen).toEqual({
        shippedSeenAt: at('2026-03-02T12:00:00Z'),
        undeliveredAt: noon.plus({ days: 2 }),
        delivered: null,
      });
    });

    test('gets a later look of its own when it still waits and the look is due', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting({ lookAt: noon })));

      await ledger.recordPage(aPage([planned(waiting({ lookAt: noon.plus({ days: 1 }) }))]), noon);

      expect((await ledger.read(A))?.nextLookAt).toEqual(noon.plus({ days: 1 }));
    });

    test.each(['marketplace-not-configured', 'marketplace-unknown', 'unreadable-order'] as const)(
      'comes back after %s',
      async (reason) => {
        const { ledger } = open();
        await given(ledger, planned(skipped(reason)));

        await ledger.recordPage(aPage([planned()]), noon);

        expect(await ledger.read(A)).toMatchObject({ state: 'scheduled', reason: null, askAt: askTime });
      },
    );
  });

  describe('an order that is no news', () => {
    const { delivery, window } = scheduled();
    const delivered = { status: 'DELIVERED', detailedStatus: null, shippedAt: null } as const;
    const tellings: readonly [string, PlannedOrder][] = [
      ['scheduled', planned()],
      ['scheduled, told anew', planned(scheduled(), { lastUpdatedAt: at('2026-03-05T00:00:00Z') })],
      ['scheduled, with packages', planned(scheduled(), { packages: [delivered] })],
      ['scheduled, without a status', planned(scheduled(), { fulfillmentStatus: null })],
      ['scheduled for later', planned(scheduled({ askAt: askTime.plus({ hours: 1 }) }))],
      ['closing later', planned(scheduled(closingAt(closing.plus({ hours: 1 }))))],
      ['on better evidence', planned(scheduled({ delivery: aDelivery({ evidence: 'package-delivered' }) }))],
      ['waiting', planned(waiting())],
      ['waiting for its parcel', planned(waiting({ reason: 'not-delivered' }))],
      ['waiting, with its look due', planned(waiting({ lookAt: noon }))],
      ['skipped by a rule', planned(skipped('only-skus'))],
      ['skipped by a rule, its delivery known', planned({ kind: 'skipped', reason: 'only-skus', delivery, window })],
      ['skipped by another rule', planned(skipped('except-skus'))],
      ['skipped for good', planned(skipped('cancelled'))],
      ['expired', planned({ kind: 'expired', reason: 'window-closed', delivery, window })],
    ];
    const ofAccounts = ['tea', 'gone'] as const;

    test.each(tellings)('is what the ledger leaves as it is, and nothing else: first %s', async (_name, first) => {
      const { ledger } = open();
      const seen = tellings.flatMap(([, again], row) =>
        ofAccounts.map((account, column) => ({ again, account, orderId: `302-${row}-${column}` })),
      );
      const as = ({ plan, facts, ...rest }: PlannedOrder, orderId: string) => ({
        ...rest,
        plan,
        facts: { ...facts, orderId },
      });
      for (const { account, orderId } of seen) await given(ledger, as(first, orderId), account);
      const known = (await ledger.known(seen.map(({ orderId }) => orderId))).orders;

      for (const { again, account, orderId } of seen) {
        const order = as(again, orderId);
        const before = known.get(orderId);
        if (before === undefined) throw new Error(`${orderId} is not known`);
        const expected = isOpenToPlans(order.facts, before) && isNews(order, before, account === 'tea', noon);
        const { replanned, unchanged } = await ledger.recordPage(aPage([order]), noon);

        expect([orderId, { replanned, unchanged }]).toEqual([
          orderId,
          { replanned: Number(expected), unchanged: Number(!expected) },
        ]);
      }
    });
  });

  describe('texts of an order', () => {
    test('come back as they were, whatever stands in them', async () => {
      const { ledger } = open();
      const skus = ['plain-1', 'a,b', 'a"b', 'a\\b', '{}', 'NULL', 'null', ' ', 'ü€', "it's", 'a\nb', '"', '\\', '(1)'];
      const items = skus.map((sku, index) => ({ sku, asin: index % 2 === 0 ? null : sku }));

      await given(
        ledger,
        planned(scheduled(), { items, programs: skus, marketplaceId: 'a "b", \\ {c}', serviceLevel: 'NULL' }),
      );

      for await (const [order] of ledger.plannedOrders('tea')) {
        expect(order?.facts).toMatchObject({
          items,
          programs: skus,
          marketplaceId: 'a "b", \\ {c}',
          serviceLevel: 'NULL',
        });
      }
      expect.assertions(1);
    });
  });

  describe('an order that two accounts see', () => {
    test('is on record once', async () => {
      const { ledger } = open();
      const ids: string[] = [];
      await given(ledger, planned());

      await given(ledger, planned(), 'toys');

      for await (const batch of ledger.everyRequest()) ids.push(...batch.map(({ orderId }) => orderId));
      expect(ids).toEqual([A]);
    });

    test('stays with the first', async () => {
      const { ledger } = open();
      await given(ledger, planned());

      await ledger.recordPage(
        aPage([planned(scheduled(), { lastUpdatedAt: at('2026-03-19T00:00:00Z') })], { account: 'toys' }),
        noon,
      );

      expect((await ledger.read(A))?.account).toBe('tea');
    });

    test('goes over to the account that sees it now when the first is no longer configured', async () => {
      const { ledger } = open();
      await given(ledger, planned());

      await ledger.recordPage(aPage([planned()], { account: 'toys', configuredAccounts: ['toys'] }), noon);

      expect((await ledger.read(A))?.account).toBe('toys');
      expect(await ledger.due([{ account: 'toys', state: 'scheduled', catchUp: false, limit: 9 }], noon)).toHaveLength(
        1,
      );
    });
  });

  describe('an order that cannot be read', () => {
    const broken = { orderId: A, problem: 'createdTime: missing or wrong' };

    test('is kept with its problem', async () => {
      const { ledger } = open();

      const counts = await ledger.recordPage(aPage([], { unreadable: [broken] }), noon);

      expect(counts.fresh).toBe(1);
      expect(await ledger.read(A)).toMatchObject({
        state: 'skipped',
        reason: 'unreadable-order',
        rule: broken.problem,
        marketplaceId: null,
        nextLookAt: null,
      });
    });

    test('comes back with the first answer that can be read', async () => {
      const { ledger } = open();
      await ledger.recordPage(aPage([], { unreadable: [broken] }), noon);

      const counts = await ledger.recordPage(aPage([planned()]), noon);

      expect(counts.replanned).toBe(1);
      expect(await ledger.read(A)).toMatchObject({ state: 'scheduled', nextLookAt: askTime });
    });

    test('does not lose what is known of it', async () => {
      const { ledger } = open();
      await given(ledger);
      const before = await ledger.read(A);

      await ledger.recordPage(aPage([], { unreadable: [broken] }), noon);

      expect(await ledger.read(A)).toEqual(before);
    });
  });

  describe('what the ledger knows', () => {
    test('is told by order id; orders it does not know are absent', async () => {
      const { ledger } = open();
      await given(ledger);

      const { orders } = await ledger.known([A, B]);

      expect([...orders.keys()]).toEqual([A]);
      expect(orders.get(A)).toEqual({
        state: 'scheduled',
        reason: null,
        account: 'tea',
        lastUpdatedAt: at('2026-03-02T12:00:00Z'),
        fulfillmentStatus: 'SHIPPED',
        packageStatus: null,
        askAt: askTime,
        closesAt: closing,
        nextLookAt: askTime,
        shippedSeenAt: at('2026-03-02T12:00:00Z'),
        undeliveredAt: null,
        delivered: aDelivery(),
      });
    });

    test('names the suppressed among the ids', async () => {
      const { ledger, suppress } = open();
      await given(ledger);
      await suppress(B);

      expect((await ledger.known([A, B, C])).suppressed).toEqual(new Set([B]));

      expect(await ledger.suppressed([A, B])).toEqual(new Set([B]));
    });

    test('takes a single order with its attempt', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting({ lookAt: noon })));

      await ledger.recordOrder('tea', planned(), anAttempt({ kind: 'order', outcome: 'scheduled' }), noon);

      expect((await ledger.read(A))?.state).toBe('scheduled');
      expect((await ledger.attempts(A)).map(({ kind }) => kind).sort()).toEqual(['decision', 'order']);
    });

    test('keeps texts that no database likes', async () => {
      const { ledger } = open();
      const facts = anOrder({ items: [{ sku: `"quoted", {odd} \\ and 🫖`, asin: "it's" }], programs: [''] });

      await ledger.recordPage(aPage([{ facts, seen: nothingSeen, plan: scheduled() }]), noon);

      expect((await ledger.read(A))?.state).toBe('scheduled');
    });
  });

  describe('the reads of an account', () => {
    const places = async () =>
      (await open().ledger.feeds('tea', tea.marketplaceIds)).map((feed) => feed.marketplaceIds);

    test('go together for marketplaces that stand at the same place', async () => {
      const { ledger } = open();
      const together = await places();

      await ledger.recordPage(aPage([], { cursor: { ...done, marketplaceIds: [GERMANY] } }), noon);

      expect(together).toEqual([[FRANCE, GERMANY]]);
      expect((await places()).sort()).toEqual([[FRANCE], [GERMANY]]);
    });

    test('are those of the marketplaces asked for', async () => {
      const { ledger } = open();

      expect((await ledger.feeds('tea', [GERMANY])).map((feed) => feed.marketplaceIds)).toEqual([[GERMANY]]);
    });

    test('begin again from the watermark when they cannot go on', async () => {
      const { ledger } = open();
      await ledger.recordPage(aPage([], { cursor: done }), noon);
      await ledger.recordPage(aPage([], { cursor: more }), noon);

      await ledger.restartRead('tea', tea.marketplaceIds);

      expect(await ledger.feeds('tea', tea.marketplaceIds)).toEqual([
        { marketplaceIds: [FRANCE, GERMANY], watermark: done.watermark, read: null },
      ]);
    });

    test('keep their place when accounts are registered again', async () => {
      const { ledger } = open();
      await ledger.recordPage(aPage([], { cursor: done }), noon);

      await ledger.registerAccounts([{ ...tea, region: 'fe' }, toys], noon);

      expect((await ledger.feeds('tea', [GERMANY]))[0]?.watermark).toEqual(done.watermark);
      expect((await ledger.account('tea'))?.region).toBe('fe');
    });

    test('belong to one process at a time', async () => {
      const { ledger } = open();
      const until = noon.plus({ minutes: 5 });

      const leases = await Promise.all(
        Array.from({ length: 10 }, (_, index) => ledger.leaseFeeds('tea', `worker-${index}`, until, noon)),
      );

      expect(leases.filter(Boolean)).toHaveLength(1);
    });

    test('come free when their process lets go, or is silent for the whole lease', async () => {
      const { ledger } = open();
      const until = noon.plus({ minutes: 5 });
      await ledger.leaseFeeds('tea', 'worker-1', until, noon);

      const stranger = await ledger
        .releaseFeeds('tea', 'worker-2')
        .then(() => ledger.leaseFeeds('tea', 'x', until, noon));
      const renewed = await ledger.leaseFeeds('tea', 'worker-1', until, noon);
      const justBefore = await ledger.leaseFeeds('tea', 'worker-2', until, until.minus(1));
      const atTheEnd = await ledger.leaseFeeds('tea', 'worker-2', until.plus({ minutes: 5 }), until);
      await ledger.releaseFeeds('tea', 'worker-2');
      const afterwards = await ledger.leaseFeeds('tea', 'worker-3', until, noon);

      expect([stranger, renewed, justBefore, atTheEnd, afterwards]).toEqual([false, true, false, true, true]);
    });
  });
}
