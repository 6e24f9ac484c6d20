import { describe, expect, test } from '@jest/globals';
import type { DateTime } from 'luxon';
import type { ListedOrder, ListPlace, OrderFilter, OrderPage } from '../../../src/ledger/order-list.js';
import { GERMANY } from '../../support/builders.js';
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
  noon,
  planned,
  scheduled,
  skipped,
  waiting,
} from '../planned.js';

const D = '302-0000004-0000004';
const first = { kind: 'first' } as const;
const last = { kind: 'last' } as const;

/** Leafing through the orders. */
export function orderListContract(open: OpenLedger): void {
  const ids = ({ orders }: OrderPage) => orders.map(({ orderId }) => orderId);
  const list = async (filter: OrderFilter = {}) => ids(await open().ledger.listOrders(filter, first, 50));

  /** Orders of one kind, placed an hour apart; the last is the newest. */
  async function placed(...orderIds: string[]): Promise<void> {
    const orders = orderIds.map((orderId, hours) =>
      planned(scheduled(), { orderId, createdAt: firstSeen.minus({ days: 9 }).plus({ hours }) }),
    );
    await open().ledger.recordPage(aPage(orders), firstSeen);
  }

  describe('the list of orders', () => {
    test('has the newest first, and of the same instant the greater id', async () => {
      const createdAt = firstSeen.minus({ days: 9 });
      await placed(B, A);
      await given(open().ledger, planned(waiting(), { orderId: C, createdAt }));
      await given(open().ledger, planned(waiting(), { orderId: D, createdAt }));

      expect(await list()).toEqual([A, D, C, B]);
    });

    test('tells what people look for in an order', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(), { createdAt: firstSeen.minus({ days: 3 }) }));
      await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);
      await ledger.recordPage(aPage([], { unreadable: [{ orderId: B, problem: 'no items' }] }), firstSeen);

      const { orders } = await ledger.listOrders({}, first, 50);

      expect(orders).toEqual([
        {
          orderId: B,
          account: 'tea',
          marketplaceId: null,
          state: 'skipped',
          reason: 'unreadable-order',
          listedAt: firstSeen,
          nextLookAt: null,
          askAt: null,
          closesAt: null,
          intentAt: null,
          sentAt: null,
        },
        {
          orderId: A,
          account: 'tea',
          marketplaceId: GERMANY,
          state: 'sent',
          reason: null,
          listedAt: firstSeen.minus({ days: 3 }),
          nextLookAt: null,
          askAt: askTime,
          closesAt: closing,
          intentAt: noon,
          sentAt: noon,
        },
      ]);
    });

    test('of nothing is an empty page with nothing beside it', async () => {
      for (const where of [first, last]) {
        expect(await open().ledger.listOrders({}, where, 50)).toEqual({ orders: [], hasNewer: false, hasOlder: false });
      }
    });

    test.each<[string, OrderFilter, string[]]>([
      ['of an account', { account: 'toys' }, [D]],
      ['of an account that there is not', { account: 'nobody' }, []],
      ['of a marketplace', { marketplaceId: FRANCE }, [B]],
      ['of no known marketplace', { marketplaceId: null }, ['302-0000005-0000005']],
      ['in a state', { state: 'scheduled' }, [D, A]],
      ['with a reason', { reason: 'not-shipped' }, [B]],
      ['without a reason', { reason: null }, [D, A]],
      ['of which all is true', { account: 'tea', state: 'skipped', reason: 'cancelled', marketplaceId: GERMANY }, [C]],
      ['of which not all is true', { account: 'toys', state: 'skipped' }, []],
      [
        'from an instant on, that instant included',
        { from: firstSeen.minus({ days: 7 }) },
        ['302-0000005-0000005', D, C],
      ],
      ['until an instant, that instant excluded', { until: firstSeen.minus({ days: 7 }) }, [B, A]],
      ['of a span and an account', { account: 'tea', from: firstSeen.minus({ days: 8 }), until: firstSeen }, [C, B]],
    ])('can be of orders %s', async (_name, filter, expected) => {
      const { ledger } = open();
      const ago = (days: number) => firstSeen.minus({ days });
      await given(ledger, planned(scheduled(), { createdAt: ago(9) }));
      await given(ledger, planned(waiting(), { orderId: B, createdAt: ago(8), marketplaceId: FRANCE }));
      await given(ledger, planned(skipped('cancelled'), { orderId: C, createdAt: ago(7) }));
      await given(ledger, planned(scheduled(), { orderId: D, createdAt: ago(6) }), 'toys');
      const unreadable = [{ orderId: '302-0000005-0000005', problem: 'no items' }];
      await ledger.recordPage(aPage([], { unreadable }), firstSeen);

      expect(await list(filter)).toEqual(expected);
    });

    test('shows an order where it is now, also one that has just come to be the first of its kind', async () => {
      const { ledger } = open();
      await given(ledger);
      const before = await list({ state: 'scheduled' });

      await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);

      expect([before, await list({ state: 'scheduled' }), await list({ state: 'sent' })]).toEqual([[A], [], [A]]);
    });
  });

  describe('a page of the list', () => {
    const all = Array.from({ length: 23 }, (_, index) => `302-0000300-${String(index).padStart(7, '0')}`);
    const newestFirst = all.toReversed();
    const placeOf = ({ listedAt, orderId }: ListedOrder): ListPlace => ({ listedAt, orderId });

    async function leaf(filter: OrderFilter, way: 'older' | 'newer', limit: number): Promise<OrderPage[]> {
      const { ledger } = open();
      const pages = [await ledger.listOrders(filter, way === 'older' ? first : last, limit)];
      for (;;) {
        const page = pages.at(-1);
        const edge = way === 'older' ? page?.orders.at(-1) : page?.orders[0];
        if (!edge || !(way === 'older' ? page?.hasOlder : page?.hasNewer) || pages.length > 30) return pages;
        const where = { kind: way === 'older' ? 'after' : 'before', place: placeOf(edge) } as const;
        pages.push(await ledger.listOrders(filter, where, limit));
      }
    }

    test.each<[string, (index: number) => { hours?: number; minutes?: number }]>([
      ['placed at different times', (hours) => ({ hours })],
      ['all placed at the same time', () => ({})],
      ['placed a few at a time', (index) => ({ minutes: Math.floor(index / 5) })],
    ])('follows the one before, from either end, without a gap or a double: orders %s', async (_name, later) => {
      const createdAt = firstSeen.minus({ days: 9 });
      const orders = all.map((orderId, index) =>
        // Of several kinds, so that pages are put together from them.
        planned([scheduled(), waiting(), skipped('cancelled')][index % 3], {
          orderId,
          createdAt: createdAt.plus(later(index)),
        }),
      );
      await open().ledger.recordPage(aPage(orders), firstSeen);

      for (const filter of [{}, { account: 'tea' }]) {
        const older = await leaf(filter, 'older', 5);
        const newer = await leaf(filter, 'newer', 5);

        expect(older.flatMap(ids)).toEqual(newestFirst);
        expect(newer.toReversed().flatMap(ids)).toEqual(newestFirst);
        expect(older.map(({ hasNewer }) => hasNewer)).toEqual([false, true, true, true, true]);
        expect(newer.map(({ hasOlder }) => hasOlder)).toEqual([false, true, true, true, true]);
      }
    });

    test('knows that nothing is beyond the last order of a full page', async () => {
      await placed(A, B);

      const page = await open().ledger.listOrders({}, first, 2);

      expect([ids(page), page.hasNewer, page.hasOlder]).toEqual([[B, A], false, false]);
    });

    test('knows the way back to the one order that it goes on from', async () => {
      const { ledger } = open();
      await placed(A, B);
      const [newer, older] = (await ledger.listOrders({}, first, 2)).orders;
      if (!newer || !older) throw new Error('two orders were placed');

      const afterIt = await ledger.listOrders({}, { kind: 'after', place: placeOf(newer) }, 5);
      const beforeIt = await ledger.listOrders({}, { kind: 'before', place: placeOf(older) }, 5);

      expect([ids(afterIt), afterIt.hasNewer, afterIt.hasOlder]).toEqual([[A], true, false]);
      expect([ids(beforeIt), beforeIt.hasNewer, beforeIt.hasOlder]).toEqual([[B], false, true]);
    });

    test('goes on from the place of an order that matches no more', async () => {
      const { ledger } = open();
      await placed(A, B, C);
      const [, middle] = (await ledger.listOrders({ state: 'scheduled' }, first, 3)).orders;
      if (middle === undefined) throw new Error('three orders were placed');
      await ledger.record(await claimed(ledger, B), accepted, anAttempt({ kind: 'answer' }), noon);

      const pages = await Promise.all(
        (['after', 'before'] as const).map((kind) =>
          ledger.listOrders({ state: 'scheduled' }, { kind, place: placeOf(middle) }, 5),
        ),
      );

      expect(pages.map((page) => [ids(page), page.hasNewer, page.hasOlder])).toEqual([
        [[A], true, false],
        [[C], false, true],
      ]);
    });

    test('beyond every order is empty, and knows the way back', async () => {
      const { ledger } = open();
      await placed(A);
      const place = (at: DateTime) => ({ listedAt: at, orderId: A });

      const older = await ledger.listOrders({}, { kind: 'after', place: place(firstSeen.minus({ years: 1 })) }, 5);
      const newer = await ledger.listOrders({}, { kind: 'before', place: place(noon) }, 5);

      expect(older).toEqual({ orders: [], hasNewer: true, hasOlder: false });
      expect(newer).toEqual({ orders: [], hasNewer: false, hasOlder: true });
    });
  });

  test('the choices of the list are the kinds of orders that there are now', async () => {
    const { ledger } = open();
    await given(ledger);
    await given(ledger, planned(skipped('cancelled'), { orderId: B, marketplaceId: FRANCE }), 'toys');
    await ledger.recordPage(aPage([], { unreadable: [{ orderId: C, problem: 'no items' }] }), firstSeen);
    await ledger.listChoices();

    await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);

    expect(await ledger.listChoices()).toEqual([
      { account: 'tea', marketplaceId: null, state: 'skipped', reason: 'unreadable-order' },
      { account: 'tea', marketplaceId: GERMANY, state: 'sent', reason: null },
      { account: 'toys', marketplaceId: FRANCE, state: 'skipped', reason: 'cancelled' },
    ]);
  });
}
