import { describe, expect, test } from '@jest/globals';
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
  closingAt,
  FRANCE,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
  waiting,
} from '../planned.js';

/** What people are told. */
export function reportsContract(open: OpenLedger): void {
  describe('the status', () => {
    test('counts the orders of each account by state', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(waiting(), { orderId: B }));
      await given(ledger, planned(skipped('cancelled'), { orderId: C }));
      await given(ledger, planned(scheduled(), { orderId: '302-0000004-0000004' }), 'toys');

      const status = await ledger.status();

      const none = { waiting: 0, scheduled: 0, sending: 0, unknown: 0, sent: 0, refused: 0, skipped: 0, expired: 0 };
      expect(status.map(({ name, counts }) => [name, counts])).toEqual([
        ['tea', { ...none, scheduled: 1, waiting: 1, skipped: 1 }],
        ['toys', { ...none, scheduled: 1 }],
      ]);
    });

    test('tells the next ask, the nearest deadline and the oldest doubt, of open orders only', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(closingAt(noon.plus({ days: 1 })))));
      await given(ledger, planned(scheduled({ askAt: askTime.plus({ days: 1 }) }), { orderId: B }));
      await inDoubt(ledger, C);
      await ledger.record(await claimed(ledger, A, noon), accepted, anAttempt(), noon);

      expect((await ledger.status())[0]).toMatchObject({
        nextAskAt: askTime.plus({ days: 1 }),
        nearestDeadline: closing,
        oldestUnknownAt: noon,
        readThrough: null,
      });
    });

    test('says nothing where there is nothing', async () => {
      const { ledger } = open();

      expect((await ledger.status())[0]).toMatchObject({
        nextAskAt: null,
        nearestDeadline: null,
        oldestUnknownAt: null,
      });
    });
  });

  describe('the progress of the feeds', () => {
    test('is the oldest watermark of an account, once each of its marketplaces was read', async () => {
      const { ledger } = open();
      const readTo = async (marketplaceId: string, watermark = noon) => {
        await ledger.recordPage(
          aPage([], { cursor: { kind: 'done', marketplaceIds: [marketplaceId], watermark } }),
          noon,
        );
        return (await ledger.feedProgress()).find(({ account }) => account === 'tea')?.readThrough;
      };

      const one = await readTo(GERMANY);
      const both = await readTo(FRANCE, noon.minus({ hours: 1 }));

      expect([one, both]).toEqual([null, noon.minus({ hours: 1 })]);
    });
  });

  describe('the export', () => {
    test('gives every order once, in the order of their ids, in batches', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 2_345 }, (_, index) => `302-${String(index * 7).padStart(7, '0')}-0000000`);
      await ledger.recordPage(aPage(ids.toReversed().map((orderId) => planned(scheduled(), { orderId }))), noon);

      const batches: string[][] = [];
      for await (const batch of ledger.everyRequest()) batches.push(batch.map(({ orderId }) => orderId));

      expect(batches.flat()).toEqual(ids);
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(1_000);
    });
  });

  describe('the attempts about an order', () => {
    test('are told oldest first, with whatever Amazon said', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.putOff(
        A,
        'scheduled',
        { reason: 'rejected', lookAt: noon },
        anAttempt({ outcome: 'rejected', status: 404 }),
        noon,
      );
      await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer', requestId: null }), noon);

      expect((await ledger.attempts(A)).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
        'look rejected',
        'look offered',
        'claim sending',
        'answer offered',
      ]);
      expect(await ledger.attempts(B)).toEqual([]);
    });
  });

  test('a ledger that can be reached says so', async () => {
    await expect(open().ledger.ping()).resolves.toBeUndefined();
  });
}
