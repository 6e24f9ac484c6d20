import { describe, expect, test } from '@jest/globals';
import type { AfterAnswer } from '../../../src/policy/answer.js';
import { GERMANY } from '../../support/builders.js';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  aPage,
  B,
  C,
  claimed,
  closing,
  closingAt,
  FRANCE,
  firstSeen,
  given,
  inDoubt,
  neverLeft,
  noon,
  planned,
  scheduled,
  skipped,
  tea,
  toys,
  waiting,
} from '../planned.js';

const D = '302-0000004-0000004';

/** What a person sees at a glance. */
export function overviewContract(open: OpenLedger): void {
  async function sent(orderId: string, at = noon, account = tea.name): Promise<void> {
    const { ledger } = open();
    await given(ledger, planned(scheduled(), { orderId }), account);
    await ledger.record(await claimed(ledger, orderId, at), accepted, anAttempt({ kind: 'answer' }), at);
  }

  describe('the tallies', () => {
    test('count the orders of every kind there is', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(scheduled(), { orderId: B }));
      await given(ledger, planned(skipped('cancelled'), { orderId: C, marketplaceId: FRANCE }), 'toys');
      await ledger.recordPage(aPage([], { unreadable: [{ orderId: D, problem: 'no items' }] }), firstSeen);

      expect(await ledger.tallies()).toEqual([
        { account: 'tea', marketplaceId: null, state: 'skipped', reason: 'unreadable-order', orders: 1 },
        { account: 'tea', marketplaceId: GERMANY, state: 'scheduled', reason: null, orders: 2 },
        { account: 'toys', marketplaceId: FRANCE, state: 'skipped', reason: 'cancelled', orders: 1 },
      ]);
    });

    test('follow an order through its life, whether they are added up in between or not', async () => {
      const { ledger } = open();
      const told: string[][] = [];
      const tell = async () =>
        told.push((await ledger.tallies()).map(({ state, reason, orders }) => `${state} ${reason} ${orders}`));

      await given(ledger, planned(waiting()));
      await tell();
      await ledger.addUpTallies();
      await tell();
      await given(ledger, planned(scheduled(), { lastUpdatedAt: noon }));
      await tell();
      const claim = await claimed(ledger);
      await ledger.addUpTallies();
      await tell();
      await ledger.record(claim, accepted, anAttempt({ kind: 'answer' }), noon);
      await tell();

      expect(told).toEqual([
        ['waiting not-shipped 1'],
        ['waiting not-shipped 1'],
        ['scheduled null 1'],
        ['sending null 1'],
        ['sent null 1'],
      ]);
    });

    test('are the same at every moment while they are added up by several at once', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 200 }, (_, index) => `302-0000400-${String(index).padStart(7, '0')}`);
      for (const orderId of ids) await given(ledger, planned(scheduled(), { orderId }));

      const counts = await Promise.all(
        Array.from({ length: 24 }, async (_, index) => {
          if (index % 3 === 0) await ledger.addUpTallies();
          return (await ledger.tallies()).map(({ orders }) => orders);
        }),
      );

      expect(new Set(counts.map(String))).toEqual(new Set(['200']));
    });

    test('that are right are not corrected by a recount', async () => {
      const { ledger } = open();
      await sent(A);
      await given(ledger, planned(waiting(), { orderId: B }));
      await ledger.addUpTallies();
      await given(ledger, planned(waiting(), { orderId: C }));
      const before = await ledger.tallies();

      expect(await ledger.recount()).toBe(0);
      expect(await ledger.tallies()).toEqual(before);
    });
  });

  describe('a recount', () => {
    test('is had by one of many who want it, and again when the last one is long ago', async () => {
      const { ledger } = open();
      const take = (now = noon) => ledger.takeRecount(now.minus({ days: 1 }), now);

      const had = await Promise.all(Array.from({ length: 8 }, () => take()));
      const tomorrow = [await take(noon.plus({ days: 1 })), await take(noon.plus({ days: 1, milliseconds: 1 }))];

      expect(had.filter(Boolean)).toHaveLength(1);
      expect(tomorrow).toEqual([false, true]);
    });

    test('does not wait for an instant that lies ahead since the clock was set back', async () => {
      const { ledger } = open();
      await ledger.takeRecount(noon, noon.plus({ years: 1 }));

      expect(await ledger.takeRecount(noon.minus({ days: 1 }), noon)).toBe(true);
    });

    test('of a small ledger only is not had where the ledger is larger', async () => {
      const { ledger } = open();

      expect(await ledger.takeRecount(noon, noon, -1)).toBe(false);
      expect(await ledger.takeRecount(noon, noon, 1_000)).toBe(true);
    });
  });

  describe('the requests of each day', () => {
    test('are those sent, by account and day in UTC, from a day on', async () => {
      const { ledger } = open();
      await sent(A, noon.minus({ days: 1 }));
      await sent(B, noon.startOf('day'));
      await ledger.addUpTallies();
      await sent(C, noon.endOf('day'));
      await sent(D, noon, 'toys');
      await inDoubt(ledger, '302-0000005-0000005');

      const days = await Promise.all([noon.minus({ days: 1 }), noon].map((since) => ledger.sentPerDay(since)));

      const today = [
        { account: 'tea', day: '2026-03-20', orders: 2 },
        { account: 'toys', day: '2026-03-20', orders: 1 },
      ];
      expect(days).toEqual([[{ account: 'tea', day: '2026-03-19', orders: 1 }, ...today], today]);
    });
  });

  describe('the arrivals of each day', () => {
    test('are the orders placed, by account and day in UTC, with when the last was first seen', async () => {
      const { ledger } = open();
      const createdAt = firstSeen.startOf('day');
      await given(ledger, planned(scheduled(), { createdAt: createdAt.minus(1) }));
      await given(ledger, planned(waiting(), { orderId: B, createdAt }));
      await ledger.addUpTallies();
      await given(
        ledger,
        planned(waiting(), { orderId: C, createdAt: firstSeen }),
        'tea',
        firstSeen.plus({ hours: 1 }),
      );
      await given(ledger, planned(waiting(), { orderId: D, createdAt }), 'toys');

      expect(await ledger.arrivals(firstSeen)).toEqual([
        { account: 'tea', day: '2026-03-06', orders: 2, lastAt: firstSeen.plus({ hours: 1 }) },
        { account: 'toys', day: '2026-03-06', orders: 1, lastAt: firstSeen },
      ]);
      expect(await ledger.arrivals(firstSeen.minus({ days: 1 }))).toHaveLength(3);
    });

    test('move with an order of which Amazon tells another day, although nothing else of it changes', async () => {
      const { ledger } = open();
      await given(ledger, planned(waiting(), { createdAt: firstSeen }));

      await given(ledger, planned(waiting(), { createdAt: firstSeen.minus({ days: 1 }), lastUpdatedAt: noon }));

      expect((await ledger.arrivals(firstSeen.minus({ days: 5 }))).map(({ day }) => day)).toEqual(['2026-03-05']);
    });

    test('move with an order to the day it was placed once that is known, and to the account that sees it now', async () => {
      const { ledger } = open();
      await ledger.recordPage(aPage([], { unreadable: [{ orderId: A, problem: 'no items' }] }), firstSeen);
      const placed = planned(scheduled(), { createdAt: firstSeen.minus({ days: 2 }) });

      await ledger.recordPage(aPage([placed], { account: 'toys', configuredAccounts: ['toys'] }), noon);

      expect(await ledger.arrivals(firstSeen.minus({ days: 5 }))).toEqual([
        { account: 'toys', day: '2026-03-04', orders: 1, lastAt: firstSeen },
      ]);
      expect(await ledger.recount()).toBe(0);
    });
  });

  describe('what is due on each day', () => {
    test('are the scheduled orders by their next look; what is overdue is due today', async () => {
      const { ledger } = open();
      const due = (orderId: string, lookAt = noon, account = tea.name) =>
        given(ledger, planned(scheduled({ lookAt }), { orderId }), account);
      await due(A, noon.minus({ days: 3 }));
      await due(B, noon.endOf('day'));
      await due(C, noon.plus({ days: 1 }));
      await due(D, noon.plus({ days: 1 }), 'toys');
      await due('302-0000005-0000005', noon.plus({ days: 2 }));
      await given(ledger, planned(waiting({ lookAt: noon }), { orderId: '302-0000006-0000006' }));

      expect(await ledger.duePerDay(noon, noon.plus({ days: 2 }))).toEqual([
        { account: 'tea', day: '2026-03-20', orders: 2 },
        { account: 'tea', day: '2026-03-21', orders: 1 },
        { account: 'toys', day: '2026-03-21', orders: 1 },
      ]);
    });
  });

  describe('the nearest deadlines', () => {
    test('are those of open orders, the nearest first, those under way included', async () => {
      const { ledger } = open();
      const closingIn = (days: number) => scheduled(closingAt(closing.plus({ days })));
      await given(ledger, planned(closingIn(3)));
      await given(ledger, planned(closingIn(1), { orderId: B }));
      await given(ledger, planned(closingIn(2), { orderId: C }));
      await given(ledger, planned(waiting(), { orderId: D }));
      await sent('302-0000005-0000005');
      await claimed(ledger, C);

      const nearest = await ledger.nearestDeadlines(10);

      expect(nearest.map(({ orderId, state }) => [orderId, state])).toEqual([
        [B, 'scheduled'],
        [C, 'sending'],
        [A, 'scheduled'],
      ]);
      expect((await ledger.nearestDeadlines(1)).map(({ orderId }) => orderId)).toEqual([B]);
      expect(nearest[0]).toMatchObject({ account: 'tea', marketplaceId: GERMANY, closesAt: closing.plus({ days: 1 }) });
    });
  });

  describe('what is in doubt', () => {
    test('are the orders with a request of unknown fate, the oldest request first', async () => {
      const { ledger } = open();
      await inDoubt(ledger, B);
      await given(ledger, planned(scheduled(), { orderId: A }));
      await claimed(ledger, A, noon.minus({ minutes: 1 }));
      await given(ledger, planned(scheduled(), { orderId: C }));
      await sent(D);

      const doubtful = await ledger.inDoubt(10);

      expect(doubtful.map(({ orderId, state, intentAt }) => [orderId, state, intentAt])).toEqual([
        [A, 'sending', noon.minus({ minutes: 1 })],
        [B, 'unknown', noon],
      ]);
      expect(await ledger.inDoubt(1)).toHaveLength(1);
    });
  });

  describe('the backlogs', () => {
    const nothing = { overdue: 0, overdueSince: null, closing: 0, nearestDeadline: null };

    test('are what is due and not held by a dry run, of every account', async () => {
      const { ledger } = open();
      const closes = noon.plus({ days: 1 });
      await given(ledger, planned(scheduled({ ...closingAt(closes), lookAt: noon })));
      await given(ledger, planned(scheduled({ lookAt: noon.minus({ hours: 2 }) }), { orderId: B }));
      await given(ledger, planned(scheduled({ lookAt: noon.plus(1) }), { orderId: C }));
      await given(ledger, planned(scheduled(), { orderId: D }));
      await ledger.putOff(D, 'scheduled', { reason: 'dry-run', lookAt: noon }, null, noon);
      await given(ledger, planned(waiting({ lookAt: noon }), { orderId: '302-0000005-0000005' }));

      const line = { account: 'tea', overdue: 2, overdueSince: noon.minus({ hours: 2 }), nearestDeadline: closes };
      expect(await ledger.backlogs(noon, closes)).toEqual([
        { ...line, closing: 0 },
        { account: 'toys', ...nothing },
      ]);
      expect((await ledger.backlogs(noon, closes.plus(1)))[0]).toEqual({ ...line, closing: 1 });
    });
  });

  describe('the requests to Amazon', () => {
    test('are counted by account since an instant, with the last of all', async () => {
      const { ledger } = open();
      const refused: AfterAnswer = { state: 'refused', reason: 'asked-elsewhere' };
      await sent(A, noon.minus({ hours: 2 }));
      await inDoubt(ledger, B);
      await given(ledger, planned(scheduled(), { orderId: C }));
      await ledger.record(await claimed(ledger, C), refused, anAttempt({ kind: 'answer' }), noon);
      await given(ledger, planned(scheduled(), { orderId: D }), toys.name);
      const neverLeftIt = await claimed(ledger, D, noon.plus({ minutes: 1 }));
      await ledger.record(neverLeftIt, neverLeft, anAttempt({ kind: 'answer' }), noon.plus({ minutes: 1 }));

      expect(await ledger.asks(noon)).toEqual([{ account: 'tea', posts: 2, lastAt: noon }]);
      expect(await ledger.asks(noon.plus(1))).toEqual([{ account: 'tea', posts: 0, lastAt: noon }]);
      expect(await ledger.asks(noon.minus({ hours: 2 }))).toEqual([{ account: 'tea', posts: 3, lastAt: noon }]);
    });
  });
}
