import { describe, expect, test } from '@jest/globals';
import type { DateTime } from 'luxon';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  claimed,
  given,
  inDoubt,
  LEASE_SECONDS,
  lost,
  markOf,
  noon,
  planned,
  scheduled,
} from '../planned.js';

/** What settle relies on. */
export function settlingContract(open: OpenLedger): void {
  const leaseEnd = noon.plus({ seconds: LEASE_SECONDS });
  const later = noon.plus({ minutes: 15 });
  const look = anAttempt({ kind: 'settle', outcome: 'gone' });

  describe('a claim whose lease ran out', () => {
    test('is taken over at the end of its lease, not before', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);

      const before = await ledger.takeOver(A, later, leaseEnd.minus(1));
      const taken = await ledger.takeOver(A, later, leaseEnd);

      expect(before).toBeNull();
      expect(taken).toMatchObject({
        state: 'unknown',
        reason: 'lease-ran-out',
        doubts: 1,
        posts: 1,
        nextLookAt: later,
      });
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({
        at: leaseEnd,
        kind: 'decision',
        outcome: 'unknown',
        detail: 'lease-ran-out',
      });
    });

    test('is taken over by one of many', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);

      const takers = await Promise.all(Array.from({ length: 8 }, () => ledger.takeOver(A, later, leaseEnd)));

      expect(takers.filter((row) => row !== null)).toHaveLength(1);
      expect((await ledger.read(A))?.doubts).toBe(1);
    });

    test('is not taken over when it was answered', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);

      expect(await ledger.takeOver(A, later, leaseEnd)).toBeNull();
      expect(await ledger.takeOver('no-such-order', later, leaseEnd)).toBeNull();
    });
  });

  describe('a look at an order in doubt', () => {
    test('is counted, with what it showed', async () => {
      const { ledger } = open();
      await inDoubt(ledger);
      const lookAt = noon.plus({ days: 1 });

      const settled = await ledger.recordSight(
        A,
        await markOf(ledger),
        { kind: 'look-again', sight: 'gone', lookAt },
        look,
        later,
      );

      expect(settled).toBe(true);
      expect(await ledger.read(A)).toMatchObject({
        state: 'unknown',
        settleLooks: 1,
        lastSight: 'gone',
        nextLookAt: lookAt,
      });
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({ at: later, kind: 'settle', outcome: 'gone' });
    });

    test('that does not count only moves the next one', async () => {
      const { ledger } = open();
      await inDoubt(ledger);
      const lookAt = later.plus({ minutes: 1 });

      await ledger.recordSight(A, await markOf(ledger), { kind: 'look-again', sight: null, lookAt }, look, later);

      expect(await ledger.read(A)).toMatchObject({ settleLooks: 0, lastSight: null, nextLookAt: lookAt });
    });

    test('can prove that the buyer was asked, at the time of our POST', async () => {
      const { ledger } = open();
      await inDoubt(ledger);

      await ledger.recordSight(A, await markOf(ledger), { kind: 'sent', knownBy: 'inferred' }, look, later);

      expect(await ledger.read(A)).toMatchObject({
        state: 'sent',
        reason: null,
        knownBy: 'inferred',
        sentAt: noon,
        nextLookAt: null,
      });
    });

    test('can give the order back, its doubt on record', async () => {
      const { ledger } = open();
      await inDoubt(ledger);

      await ledger.recordSight(A, await markOf(ledger), { kind: 'scheduled', lookAt: later }, look, later);

      expect(await ledger.read(A)).toMatchObject({
        state: 'scheduled',
        reason: 'settled-not-sent',
        doubts: 1,
        posts: 1,
        lastSight: null,
        nextLookAt: later,
      });
    });

    test('can be the last', async () => {
      const { ledger } = open();
      await inDoubt(ledger);

      await ledger.recordSight(A, await markOf(ledger), { kind: 'expired', reason: 'fate-unknown' }, look, later);

      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'fate-unknown', nextLookAt: null });
    });

    test('decides for one of two settlers that looked at the same time; the look of the other is kept', async () => {
      const { ledger } = open();
      await inDoubt(ledger);

      const mark = await markOf(ledger);
      const settled = await Promise.all([
        ledger.recordSight(A, mark, { kind: 'look-again', sight: 'gone', lookAt: later }, look, noon),
        ledger.recordSight(A, mark, { kind: 'look-again', sight: 'offered', lookAt: later }, look, noon),
      ]);

      expect(settled.filter(Boolean)).toHaveLength(1);
      expect((await ledger.read(A))?.settleLooks).toBe(1);
      expect((await ledger.attempts(A)).filter(({ kind }) => kind === 'settle')).toHaveLength(2);
    });

    test('decides nothing once the order is out of doubt', async () => {
      const { ledger } = open();
      await given(ledger);

      expect(await ledger.recordSight(A, await markOf(ledger), { kind: 'sent', knownBy: 'inferred' }, look, noon)).toBe(
        false,
      );
      expect((await ledger.read(A))?.state).toBe('scheduled');
    });

    test('decides nothing of a later doubt of the same order, however alike the two are', async () => {
      const { ledger } = open();
      const lookAgain = { kind: 'look-again', sight: 'offered', lookAt: later } as const;
      await inDoubt(ledger);
      await ledger.recordSight(A, await markOf(ledger), lookAgain, look, noon);
      const stopped = await markOf(ledger);
      await ledger.recordSight(A, stopped, { kind: 'scheduled', lookAt: later }, look, later);
      const days = later.plus({ days: 2 });
      await ledger.record(await claimed(ledger, A, days), lost, anAttempt({ kind: 'answer' }), days);
      await ledger.recordSight(A, await markOf(ledger), { ...lookAgain, lookAt: days.plus({ days: 1 }) }, look, days);

      const settled = await ledger.recordSight(A, stopped, { kind: 'scheduled', lookAt: days }, look, days);

      expect(settled).toBe(false);
      expect(await ledger.read(A)).toMatchObject({ state: 'unknown', settleLooks: 1, doubts: 2 });
    });

    test('begins to count anew with the next POST', async () => {
      const { ledger } = open();
      await inDoubt(ledger);
      await ledger.recordSight(A, await markOf(ledger), { kind: 'scheduled', lookAt: noon }, look, noon);

      await ledger.record(await claimed(ledger), lost, anAttempt({ kind: 'answer' }), noon);

      expect(await ledger.read(A)).toMatchObject({
        state: 'unknown',
        settleLooks: 0,
        lastSight: null,
        doubts: 2,
        posts: 2,
      });
    });
  });

  describe('the first looks of an account', () => {
    const looked = async (
      orderId: string,
      outcome: 'offered' | 'gone',
      now: DateTime,
      detail: string | null = 'first',
    ) => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(), { orderId }));
      await ledger.putOff(
        orderId,
        'scheduled',
        { reason: 'not-offered', lookAt: noon },
        anAttempt({ outcome, detail }),
        now,
      );
    };

    test('are counted by what they showed, in the recent span and before it', async () => {
      const { ledger } = open();
      await looked('302-0000001-0000001', 'offered', noon.minus(1));
      await looked('302-0000002-0000002', 'gone', noon);
      await looked('302-0000003-0000003', 'gone', noon.plus({ minutes: 1 }));
      await looked('302-0000004-0000004', 'gone', noon.plus({ minutes: 1 }), null);

      expect(await ledger.firstLooks('tea', noon)).toEqual({
        recent: { offered: 0, gone: 2 },
        before: { offered: 1, gone: 0 },
      });
      expect(await ledger.firstLooks('toys', noon)).toEqual({
        recent: { offered: 0, gone: 0 },
        before: { offered: 0, gone: 0 },
      });
    });
  });
}
