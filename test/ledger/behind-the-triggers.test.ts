import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { QueryResult } from 'pg';
import type { OrderPage } from '../../src/ledger/order-list.js';
import type { WholeLedger } from '../../src/ledger/whole-ledger.js';
import { GERMANY } from '../support/builders.js';
import { A, aPage, B, firstSeen, given, noon, planned, scheduled, skipped, tea, toys, waiting } from './planned.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

const first = { kind: 'first' } as const;
const ids = ({ orders }: OrderPage) => orders.map(({ orderId }) => orderId);

describe('orders that somebody loads or removes by hand, with the triggers switched off', () => {
  let database: TestDatabase;
  let ledger: WholeLedger;
  let query: (sql: string, values?: readonly unknown[]) => Promise<QueryResult>;

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(async () => {
    await ledger?.close();
    await database?.stop();
  });
  beforeEach(async () => {
    await ledger?.close();
    ({ ledger, query } = await database.fresh());
    await ledger.registerAccounts([tea, toys], noon);
  });

  async function behindTheirBack(sql: string): Promise<void> {
    await query('SET session_replication_role = replica');
    await query(sql);
    await query('SET session_replication_role = DEFAULT');
  }

  const loading = (count: number) => `
    INSERT INTO review_request (order_id, account, marketplace_id, state, ask_at, opens_at, closes_at, intent_at, posts, sent_at,
      known_by, ordered_at, facts_at, first_seen_at, changed_at)
    SELECT 'loaded-' || to_char(n, 'FM00000'), 'tea', '${GERMANY}', 'sent', at, at, at + interval '30 days', at, 1, at, 'accepted',
      at - interval '7 days', at, at, at
    FROM generate_series(1, ${count}) n CROSS JOIN (SELECT timestamptz '2026-03-12 12:00Z' AS at) AS asked`;

  test('are found in the list, whatever it is filtered by', async () => {
    await given(ledger);
    await behindTheirBack(loading(5));

    const lists = await Promise.all(
      [{}, { state: 'sent' as const }, { account: 'tea', reason: null }].map(
        async (filter) => ids(await ledger.listOrders(filter, first, 10)).length,
      ),
    );

    expect(lists).toEqual([6, 5, 6]);
    expect((await ledger.listChoices()).map(({ state }) => state)).toEqual(['scheduled', 'sent']);
  });

  test('are in every tally after a recount, which tells how many were wrong', async () => {
    await given(ledger);
    await behindTheirBack(loading(5));

    const wrong = await ledger.recount();

    expect(wrong).toBe(3);
    expect(await ledger.recount()).toBe(0);
    expect((await ledger.tallies()).map(({ state, orders }) => [state, orders])).toEqual([
      ['scheduled', 1],
      ['sent', 5],
    ]);
    expect(await ledger.sentPerDay(noon.minus({ days: 30 }))).toEqual([
      { account: 'tea', day: '2026-03-12', orders: 5 },
    ]);
    expect((await ledger.arrivals(noon.minus({ days: 30 }))).filter(({ day }) => day === '2026-03-05')).toMatchObject([
      { account: 'tea', orders: 5 },
    ]);
    expect((await ledger.status())[0]?.counts).toMatchObject({ scheduled: 1, sent: 5 });
  });

  test('are out of every tally after a recount', async () => {
    await given(ledger);
    await given(ledger, planned(waiting(), { orderId: B }));
    await ledger.addUpTallies();
    await behindTheirBack(`DELETE FROM review_request WHERE order_id = '${A}'`);

    await ledger.recount();

    expect((await ledger.tallies()).map(({ state, orders }) => [state, orders])).toEqual([['waiting', 1]]);
    expect((await ledger.listChoices()).map(({ state }) => state)).toEqual(['waiting']);
  });

  test('leave no change behind that is not added up, however many there are', async () => {
    await query(`INSERT INTO tally_change (account, marketplace_id, state, reason, orders)
      SELECT 'tea', '${GERMANY}', 'scheduled', '', 1 FROM generate_series(1, 120_000)`);

    await ledger.addUpTallies();

    const left = await query('SELECT FROM tally_change');
    expect(left.rowCount).toBe(0);
    expect(await ledger.tallies()).toMatchObject([{ account: 'tea', orders: 120_000 }]);
  });

  test('that are pruned in the ordinary way leave no tally wrong', async () => {
    await behindTheirBack(loading(5).replaceAll('2026-03-12', '2020-03-12'));
    await ledger.recount();

    await query("DELETE FROM review_request WHERE order_id <= 'loaded-00003'");

    expect((await ledger.tallies()).map(({ orders }) => orders)).toEqual([2]);
    expect((await ledger.sentPerDay(noon.minus({ years: 7 }))).map(({ orders }) => orders)).toEqual([2]);
    expect(await ledger.recount()).toBe(0);
  });

  test('are recounted while orders come in, without counting one twice or not at all', async () => {
    await behindTheirBack(loading(500));
    const coming = Array.from({ length: 40 }, (_, index) => `302-0000500-${String(index).padStart(7, '0')}`);

    await Promise.all([
      ...coming.map((orderId) => ledger.recordPage(aPage([planned(scheduled(), { orderId })]), firstSeen)),
      ...Array.from({ length: 4 }, () => ledger.recount()),
      ...Array.from({ length: 8 }, () => ledger.addUpTallies()),
    ]);

    expect(await ledger.recount()).toBe(0);
    expect((await ledger.tallies()).map(({ state, orders }) => [state, orders])).toEqual([
      ['scheduled', 40],
      ['sent', 500],
    ]);
  });

  test('a rare kind among very many orders is found although it is older than all of them', async () => {
    await behindTheirBack(loading(5_000));
    await given(ledger, planned(waiting(), { createdAt: noon.minus({ years: 1 }) }));

    const page = await ledger.listOrders({ state: 'waiting' }, first, 10);

    expect([ids(page), page.hasNewer, page.hasOlder]).toEqual([[A], false, false]);
  });

  test('of more kinds than a page has orders are put together to pages in the right order, from either end', async () => {
    await behindTheirBack(loading(3_000));
    await behindTheirBack(loading(3_000).replace('loaded-', 'before-').replaceAll('2026-03-12', '2020-03-12'));
    const reasons = [
      'cancelled',
      'suppressed',
      'only-skus',
      'only-asins',
      'except-skus',
      'fulfilled-by',
      'unfulfillable',
    ] as const;
    const orders = Array.from({ length: 45 }, (_, index) =>
      planned(skipped(reasons[(index * 3) % 7] ?? 'cancelled'), {
        orderId: `302-0000600-${String(index).padStart(7, '0')}`,
        createdAt: noon.minus({ years: 1 }).plus({ minutes: Math.floor(index / 3) }),
      }),
    );
    await ledger.recordPage(aPage(orders), firstSeen);
    const filter = { state: 'skipped' as const };

    const older = [await ledger.listOrders(filter, first, 4)];
    const newer = [await ledger.listOrders(filter, { kind: 'last' }, 4)];
    for (let pages = 1; pages < 12; pages += 1) {
      const [oldest, newest] = [older.at(-1)?.orders.at(-1), newer.at(-1)?.orders[0]];
      if (oldest) older.push(await ledger.listOrders(filter, { kind: 'after', place: oldest }, 4));
      if (newest) newer.push(await ledger.listOrders(filter, { kind: 'before', place: newest }, 4));
    }

    const newestFirst = orders.map(({ facts }) => facts.orderId).reverse();
    const inFours = (all: readonly string[]) =>
      Array.from({ length: 12 }, (_, page) => all.slice(page * 4, page * 4 + 4));
    expect(older.map(ids)).toEqual(inFours(newestFirst));
    expect(newer.map((page) => ids(page).reverse())).toEqual(inFours(newestFirst.toReversed()));
  });

  test('pages of a filter that matches one in a hundred follow each other without a gap or a double', async () => {
    await behindTheirBack(`${loading(10_000).replace("'tea'", "CASE WHEN n % 100 = 0 THEN 'toys' ELSE 'tea' END")}`);
    const filter = { account: 'toys' };
    const found: string[] = [];

    let page = await ledger.listOrders(filter, first, 7);
    for (;;) {
      found.push(...ids(page));
      const edge = page.orders.at(-1);
      if (edge === undefined || !page.hasOlder) break;
      page = await ledger.listOrders(filter, { kind: 'after', place: edge }, 7);
    }

    const all = Array.from({ length: 100 }, (_, index) => `loaded-${String((index + 1) * 100).padStart(5, '0')}`);
    expect(found).toEqual(all.toReversed());
  });
});
