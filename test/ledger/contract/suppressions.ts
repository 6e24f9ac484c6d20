import { describe, expect, test } from '@jest/globals';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  accepted,
  anAttempt,
  aPage,
  B,
  C,
  claimed,
  given,
  inDoubt,
  neverLeft,
  noon,
  planned,
  scheduled,
  skipped,
  waiting,
} from '../planned.js';

const D = '302-0000004-0000004';

/** What "never" rests on. */
export function suppressionsContract(open: OpenLedger): void {
  const never = (...orderIds: string[]) => open().ledger.suppress(orderIds, 'anna', 'asked by phone', noon);
  const none = { added: 0, already: 0, heldBack: 0, asked: 0 };

  describe('never', () => {
    test('about orders that nobody has seen yet is on record for discovery', async () => {
      const { ledger } = open();

      const counts = await never(A, B);

      expect(counts).toEqual({ ...none, added: 2 });
      expect(await ledger.suppressed([A, B, C])).toEqual(new Set([A, B]));
      expect(await ledger.read(A)).toBeNull();
    });

    test('about nothing changes nothing', async () => {
      expect(await never()).toEqual(none);
    });

    test.each([
      ['waits', planned(waiting())],
      ['is scheduled', planned(scheduled())],
      ['is skipped by a rule that may change', planned(skipped('marketplace-not-configured'))],
    ])('about an order that %s skips it for good and says so', async (_name, order) => {
      const { ledger } = open();
      await given(ledger, order);

      const counts = await never(A);

      expect(counts).toEqual({ ...none, added: 1, heldBack: 1 });
      expect(await ledger.read(A)).toMatchObject({
        state: 'skipped',
        reason: 'suppressed',
        rule: null,
        askAt: null,
        nextLookAt: null,
      });
      expect((await ledger.attempts(A)).at(-1)).toMatchObject({
        at: noon,
        kind: 'decision',
        outcome: 'skipped',
        detail: 'suppressed',
      });
    });

    test('holds against whatever discovery plans later', async () => {
      const { ledger } = open();
      await given(ledger);
      await never(A);

      await ledger.recordPage(aPage([planned(scheduled(), { lastUpdatedAt: noon })]), noon);

      expect(await ledger.read(A)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    });

    test('leaves what was decided before', async () => {
      const { ledger } = open();
      await given(ledger, planned(skipped('cancelled')));
      await given(ledger, planned(scheduled(), { orderId: B }));
      const asked = anAttempt({ kind: 'answer' });
      await ledger.record(await claimed(ledger, B), { state: 'refused', reason: 'asked-elsewhere' }, asked, noon);
      await given(ledger, planned(waiting(), { orderId: C }));
      const before = await Promise.all([A, B].map((id) => ledger.read(id)));

      const counts = await never(A, B);

      expect(counts).toEqual({ ...none, added: 2 });
      expect(await Promise.all([A, B].map((id) => ledger.read(id)))).toEqual(before);
      expect((await ledger.read(C))?.state).toBe('waiting');
    });

    test('comes too late for a request that is under way, in doubt or out', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);
      await inDoubt(ledger, B);
      await given(ledger, planned(scheduled(), { orderId: C }));
      await ledger.record(await claimed(ledger, C), accepted, anAttempt({ kind: 'answer' }), noon);
      const before = await Promise.all([A, B, C].map((id) => ledger.read(id)));

      const counts = await never(A, B, C);

      expect(counts).toEqual({ ...none, added: 3, asked: 3 });
      expect(await Promise.all([A, B, C].map((id) => ledger.read(id)))).toEqual(before);
      expect(await ledger.record(claim, accepted, anAttempt({ kind: 'answer' }), noon)).toBe('recorded');
    });

    test('shuts the fence before a claim that has not been POSTed, and nobody claims the order again', async () => {
      const { ledger } = open();
      await given(ledger);
      const claim = await claimed(ledger);

      await never(A);

      expect(await ledger.mayPost(claim, noon)).toBe(false);
      await ledger.record(claim, neverLeft, anAttempt({ kind: 'answer' }), noon);
      expect(await ledger.claim(A, 'worker-1', 120, anAttempt(), noon)).toBeNull();
    });

    test('said again holds back what was seen in between, and counts an id named twice the second time', async () => {
      const { ledger } = open();
      await never(A);
      await given(ledger);

      const counts = await never(A, B, B);

      expect(counts).toEqual({ added: 1, already: 2, heldBack: 1, asked: 0 });
      expect((await ledger.attempts(A)).filter(({ kind }) => kind === 'decision')).toHaveLength(1);
    });

    test('and a claim that race end as one of the two, never as both', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 40 }, (_, index) => `302-0000100-${String(index).padStart(7, '0')}`);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), noon);

      const [counts, claims] = await Promise.all([
        never(...ids),
        Promise.all(ids.map((id) => ledger.claim(id, 'worker-1', 120, anAttempt(), noon))),
      ]);

      const had = claims.filter((claim) => claim !== null);
      expect(counts).toEqual({ added: 40, already: 0, heldBack: 40 - had.length, asked: had.length });
      const fences = await Promise.all(had.map((claim) => ledger.mayPost(claim, noon)));
      expect(fences).not.toContain(true);
    });

    test('of a person is on record as a deed, by its one order or by how many', async () => {
      const { ledger } = open();

      await ledger.suppress([A], 'anna', 'asked by phone', noon, 'page');
      await ledger.suppress([A, B, C], 'anna', 'a list', noon.plus(1), 'command');
      await ledger.suppress([D], 'worker-1', 'found suppressed', noon);
      await ledger.suppress([], 'anna', 'nothing', noon, 'command');

      const never = { action: 'never', by: 'anna', accounts: [] };
      expect(await ledger.actions(10)).toEqual([
        { ...never, at: noon.plus(1), via: 'command', orders: '3', because: 'a list' },
        { ...never, at: noon, via: 'page', orders: A, because: 'asked by phone' },
      ]);
    });

    test('said by two at once about the same orders, each in another order, is said once', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 3000 }, (_, index) => `302-0000200-${String(index).padStart(7, '0')}`);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(waiting(), { orderId }))), noon);

      const [one, two] = await Promise.all([never(...ids), never(...ids.toReversed()), never(D)]);

      expect(one.added + two.added).toBe(3000);
      expect(one.heldBack + two.heldBack).toBe(3000);
      expect([await ledger.read(ids[0] ?? ''), (await ledger.suppressed([D])).size]).toMatchObject([
        { state: 'skipped', reason: 'suppressed' },
        1,
      ]);
    });
  });
}
