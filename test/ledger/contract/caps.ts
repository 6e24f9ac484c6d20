import { describe, expect, test } from '@jest/globals';
import type { CapToday } from '../../../src/policy/daily-cap.js';
import { at, GERMANY } from '../../support/builders.js';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  aPage,
  B,
  C,
  claimed,
  FRANCE,
  given,
  givenBack,
  inDoubt,
  LEASE_SECONDS,
  neverLeft,
  noon,
  planned,
  scheduled,
  throttled,
} from '../planned.js';

/** The 20th of March in Germany. */
const today: CapToday = {
  reason: 'max-per-day',
  catchUpOnly: false,
  limit: 3,
  marketplaceIds: [GERMANY],
  from: at('2026-03-19T23:00:00Z'),
  until: at('2026-03-20T23:00:00Z'),
};

/** What daily caps rely on. */
export function capsContract(open: OpenLedger): void {
  const answer = anAttempt({ kind: 'answer' });
  const asked = (cap: Partial<CapToday> = {}, account = 'tea') => open().ledger.askedOn(account, { ...today, ...cap });
  const claim = (orderId: string, caps: readonly CapToday[], now = noon) =>
    open().ledger.claim(orderId, 'worker-1', LEASE_SECONDS, anAttempt(), now, caps);
  const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `302-${index}`);

  describe('the requests of a day', () => {
    test('are those with a claim on it: its first instant is inside, its last is the next day', async () => {
      const { ledger } = open();
      const instants = [today.from.minus(1), today.from, today.until.minus(1), today.until];
      for (const [index, instant] of instants.entries()) {
        await given(ledger, planned(scheduled(), { orderId: `302-${index}` }));
        await ledger.record(await claimed(ledger, `302-${index}`, instant), accepted, answer, instant);
      }

      expect(await asked()).toBe(2);
      expect(await asked({ from: today.until, until: today.until.plus({ days: 1 }) })).toBe(1);
    });

    test('count while they are under way, in doubt and sent', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);
      await inDoubt(ledger, B);
      await given(ledger, planned(scheduled(), { orderId: C }));
      await ledger.record(await claimed(ledger, C), accepted, answer, noon);

      expect(await asked()).toBe(3);
    });

    test('count when nobody will ever know what became of them', async () => {
      const { ledger } = open();
      await inDoubt(ledger);
      await ledger.expire(noon.plus({ days: 60 }));

      expect((await ledger.read(A))?.state).toBe('expired');
      expect(await asked()).toBe(1);
    });

    test.each([
      ['that never left this machine', neverLeft],
      ['that Amazon refused for pace', throttled],
      ['that Amazon refused because somebody else has asked', { state: 'refused', reason: 'asked-elsewhere' }],
      ['that came after the end of the window', { state: 'expired', reason: 'window-closed' }],
    ] as const)('do not count %s: nobody was asked', async (_name, after) => {
      const { ledger } = open();
      await given(ledger);

      await ledger.record(await claimed(ledger), after, answer, noon);

      expect(await asked()).toBe(0);
    });

    test('do not count when settle found that Amazon has no such request', async () => {
      const { ledger } = open();

      await givenBack(ledger);

      expect(await asked()).toBe(0);
    });

    test('are those of the marketplaces that share the cap, and of this account', async () => {
      const { ledger } = open();
      const french = planned(scheduled(), { orderId: B, marketplaceId: FRANCE });
      await given(ledger);
      await given(ledger, french);
      await given(ledger, planned(scheduled(), { orderId: C }), 'toys');
      for (const orderId of [A, B, C]) await claimed(ledger, orderId);

      expect(await asked()).toBe(1);
      expect(await asked({ marketplaceIds: [GERMANY, FRANCE] })).toBe(2);
      expect(await asked({}, 'toys')).toBe(1);
      expect(await asked({ marketplaceIds: [] })).toBe(0);
    });

    test('are those of the catch-up only, where the cap is for those', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(scheduled(), { orderId: B }), 'tea', noon.minus({ days: 1 }));
      for (const orderId of [A, B]) await claimed(ledger, orderId);

      expect(await asked({ catchUpOnly: true })).toBe(1);
      expect(await asked()).toBe(2);
    });
  });

  describe('a claim under a daily cap', () => {
    test('is had by exactly as many as the cap allows of twenty orders at once', async () => {
      const { ledger } = open();
      const ids = idsOf(20);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), noon);

      const claims = await Promise.all(ids.map((orderId) => claim(orderId, [today])));

      expect(claims.filter((won) => won !== null)).toHaveLength(3);
      expect(await asked()).toBe(3);
    });

    test('is refused without a trace when the day is full, and had on the next one', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, planned(scheduled(), { orderId: B }));
      const one = { ...today, limit: 1 };
      await claim(A, [one]);

      const refused = await claim(B, [one]);
      const attempts = await ledger.attempts(B);
      const tomorrow = { ...one, from: one.until, until: one.until.plus({ days: 1 }) };
      const had = await claim(B, [tomorrow], noon.plus({ days: 1 }));

      expect(refused).toBeNull();
      expect(attempts).toEqual([]);
      expect(had).toMatchObject({ orderId: B, posts: 1 });
    });

    test('needs room under each of its caps', async () => {
      const { ledger } = open();
      for (const orderId of [A, B, C]) {
        await given(ledger, planned(scheduled(), { orderId }), 'tea', noon.minus({ days: 1 }));
      }
      const catchUp = { ...today, reason: 'catch-up-per-day', catchUpOnly: true, limit: 1 } as const;
      await claim(A, [today, catchUp]);

      expect(await claim(B, [today, catchUp])).toBeNull();
      expect(await claim(B, [today])).not.toBeNull();
      expect(await claim(C, [{ ...today, limit: 2 }])).toBeNull();
    });

    test('takes the place again that a refusal for pace gave back', async () => {
      const { ledger } = open();
      await given(ledger);
      const first = await claim(A, [{ ...today, limit: 1 }]);
      if (first !== null) await ledger.record(first, throttled, answer, noon);

      const second = await claim(A, [{ ...today, limit: 1 }]);

      expect(second).toMatchObject({ posts: 2 });
    });

    test('of an order that the ledger does not know is refused', async () => {
      expect(await claim('no-such-order', [today])).toBeNull();
    });

    test('does not wait for the claims of another account', async () => {
      const { ledger } = open();
      const ids = idsOf(10);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), noon);
      const others = ids.map((orderId) => planned(scheduled(), { orderId: `toys-${orderId}` }));
      await ledger.recordPage(aPage(others, { account: 'toys' }), noon);

      const claims = await Promise.all(
        ids.flatMap((orderId) => [claim(orderId, [today]), claim(`toys-${orderId}`, [today])]),
      );

      expect(claims.filter((won) => won?.account === 'tea')).toHaveLength(3);
      expect(claims.filter((won) => won?.account === 'toys')).toHaveLength(3);
    });
  });
}
