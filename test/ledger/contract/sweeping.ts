import { describe, expect, test } from '@jest/globals';
import type { DateTime } from 'luxon';
import type { DueKind } from '../../../src/ledger/ledger.js';
import { capReasons } from '../../../src/policy/daily-cap.js';
import { at } from '../../support/builders.js';
import type { OpenLedger } from '../ledger-contract.js';
import {
  A,
  anAttempt,
  aPage,
  askTime,
  B,
  C,
  claimed,
  closing,
  closingAt,
  given,
  inDoubt,
  LEASE_SECONDS,
  noon,
  planned,
  scheduled,
  waiting,
} from '../planned.js';

const asking: DueKind = { account: 'tea', state: 'scheduled', catchUp: false, limit: 9 };

/** What the sweep relies on. */
export function sweepingContract(open: OpenLedger): void {
  const dueAt = (orderId: string, lookAt: DateTime) => planned(scheduled({ askAt: lookAt }), { orderId });
  const ids = (orders: readonly { readonly orderId: string }[]) => orders.map(({ orderId }) => orderId);

  describe('due', () => {
    test('are the orders whose look comes up to and including the instant, the earliest first', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, noon));
      await given(ledger, dueAt(B, noon.minus({ days: 1 })));
      await given(ledger, dueAt(C, noon.plus(1)));

      const ofTea = { account: 'tea', state: 'scheduled', catchUp: false };
      expect(await ledger.due([asking], noon)).toEqual([
        { ...ofTea, orderId: B, lookAt: noon.minus({ days: 1 }), closesAt: closing },
        { ...ofTea, orderId: A, lookAt: noon, closesAt: closing },
      ]);
    });

    test('are at most so many of each kind, and none of a kind not asked for', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, noon));
      await given(ledger, dueAt(B, noon.minus({ days: 1 })));
      await given(ledger, planned(waiting({ lookAt: noon }), { orderId: C }));

      const due = await ledger.due(
        [
          { ...asking, limit: 1 },
          { account: 'tea', state: 'waiting', catchUp: false, limit: 5 },
        ],
        noon,
      );
      const ofOthers = await ledger.due([{ ...asking, account: 'toys' }], noon);

      expect(ids(due)).toEqual([B, C]);
      expect(ofOthers).toEqual([]);
      expect(await ledger.due([], noon)).toEqual([]);
    });

    test('are the new orders and those of the catch-up, asked for apart', async () => {
      const { ledger } = open();
      const catchUp = { ...asking, catchUp: true };
      await given(ledger, dueAt(A, askTime));
      await given(ledger, dueAt(B, askTime), 'tea', askTime.plus(1));
      await given(ledger, dueAt(C, askTime), 'tea', askTime);

      expect(ids(await ledger.due([asking], noon))).toEqual([A, C]);
      expect(await ledger.due([catchUp], noon)).toMatchObject([{ orderId: B, catchUp: true }]);
      expect(
        ids(
          await ledger.due(
            [
              { ...catchUp, limit: 1 },
              { ...asking, limit: 1 },
            ],
            noon,
          ),
        ).sort(),
      ).toHaveLength(2);
    });

    test('stay what they were at first sight, whatever becomes of their plan', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, askTime));
      await given(ledger, dueAt(B, askTime), 'tea', noon);

      const newer = { lastUpdatedAt: at('2026-03-10T00:00:00Z') };
      await given(ledger, planned(scheduled(), { orderId: A, ...newer }), 'tea', noon);
      await given(ledger, planned(scheduled({ askAt: noon.plus({ days: 1 }) }), { orderId: B, ...newer }), 'tea', noon);

      const states = await Promise.all([A, B].map(async (orderId) => (await ledger.read(orderId))?.catchUp));
      expect(states).toEqual([false, true]);
    });

    test('of the same instant are those first whose window closes first', async () => {
      const { ledger } = open();
      const days = [3, 1, 2, 5, 4];
      for (const day of days) {
        const closes = closingAt(noon.plus({ days: day }));
        await given(ledger, planned(scheduled({ askAt: noon, ...closes }), { orderId: `day-${day}` }));
      }

      expect(ids(await ledger.due([{ ...asking, limit: 3 }], noon))).toEqual(['day-1', 'day-2', 'day-3']);
    });

    test('are not those that have a wake-up', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, noon));
      await given(ledger, dueAt(B, noon));

      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      expect(ids(await ledger.due([asking], noon))).toEqual([B]);
    });

    test('are again those that were looked at and put off', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: noon.plus({ hours: 1 }) }, null, noon);

      expect(await ledger.due([asking], noon)).toEqual([]);
      expect(ids(await ledger.due([asking], noon.plus({ hours: 1 })))).toEqual([A]);
    });

    test('are claims at the end of their lease, and orders in doubt at their next look', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);
      await inDoubt(ledger, B);
      const settling: DueKind[] = [
        { account: 'tea', state: 'sending', catchUp: false, limit: 9 },
        { account: 'tea', state: 'unknown', catchUp: false, limit: 9 },
      ];

      expect(await ledger.due(settling, noon.plus({ seconds: LEASE_SECONDS }).minus(1))).toEqual([]);
      expect(ids(await ledger.due(settling, noon.plus({ minutes: 15 })))).toEqual([A, B]);
    });
  });

  describe('a wake-up that was handed out', () => {
    test('counts as unheard when it should have rung before the instant', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      expect(await ledger.unheard([asking], noon)).toEqual([]);
      expect(ids(await ledger.unheard([asking], noon.plus(1)))).toEqual([A]);
    });

    test('that is unheard is one of a new order or of the catch-up', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, dueAt(B, askTime), 'tea', noon);
      await ledger.markRung(
        [A, B].map((orderId) => ({ orderId, at: noon })),
        [],
        noon,
      );

      expect(ids(await ledger.unheard([asking], noon.plus(1)))).toEqual([A]);
      expect(ids(await ledger.unheard([{ ...asking, catchUp: true }], noon.plus(1)))).toEqual([B]);
    });

    test('that is unheard comes earliest first, at most so many of a kind', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, dueAt(B, askTime));
      await ledger.markRung(
        [
          { orderId: A, at: noon.plus(2) },
          { orderId: B, at: noon.plus(1) },
        ],
        [],
        noon,
      );

      expect(ids(await ledger.unheard([{ ...asking, limit: 1 }], noon.plus({ hours: 1 })))).toEqual([B]);
    });

    test('is not noted for an order that was put off meanwhile: it would count as unheard until its next look', async () => {
      const { ledger } = open();
      await given(ledger);
      const tomorrow = noon.plus({ days: 1 });
      await ledger.putOff(A, 'scheduled', { reason: 'not-offered', lookAt: tomorrow }, null, noon);

      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      expect(await ledger.unheard([asking], noon.plus({ hours: 1 }))).toEqual([]);
      expect(ids(await ledger.due([asking], tomorrow))).toEqual([A]);
    });

    test('is not noted for an order that was decided meanwhile', async () => {
      const { ledger } = open();
      await given(ledger, planned({ kind: 'expired', reason: 'window-closed', delivery: null, window: null }));

      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      expect(await ledger.unheard([asking], noon.plus({ hours: 1 }))).toEqual([]);
    });

    test('is noted for a claim as well', async () => {
      const { ledger } = open();
      await given(ledger);
      const { leaseUntil } = await claimed(ledger);

      await ledger.markRung([{ orderId: A, at: leaseUntil }], [], noon);

      expect(ids(await ledger.unheard([{ ...asking, state: 'sending' }], leaseUntil.plus(1)))).toEqual([A]);
    });

    test('is taken back at a new pace, if it is for asking and has not rung yet', async () => {
      const { ledger } = open();
      const soon = noon.plus({ minutes: 10 });
      await given(ledger);
      await given(ledger, dueAt(B, askTime));
      await given(ledger, planned(waiting({ lookAt: soon }), { orderId: C }));
      await ledger.markRung(
        [
          { orderId: A, at: soon },
          { orderId: B, at: noon },
          { orderId: C, at: soon },
        ],
        [{ account: 'tea', through: soon, rate: 1 }],
        noon,
      );

      await ledger.takeBackWakeUps('tea', noon);

      const kinds = [asking, { ...asking, state: 'waiting' } as const];
      expect(ids(await ledger.due(kinds, soon))).toEqual([A]);
      expect(await ledger.account('tea')).toMatchObject({ backlogThrough: null, backlogRate: null });
    });

    describe('of every order, after a loss of the queue', () => {
      const soon = noon.plus({ minutes: 10 });
      const handedOut = async ({ ledger }: ReturnType<OpenLedger>) => {
        await given(ledger);
        await given(ledger, dueAt(B, askTime));
        await given(ledger, planned(waiting({ lookAt: noon }), { orderId: C }));
        await ledger.markRung(
          [
            { orderId: A, at: soon },
            { orderId: B, at: noon.minus({ seconds: 1 }) },
            { orderId: C, at: noon },
          ],
          [{ account: 'tea', through: soon, rate: 1 }],
          noon,
        );
      };
      const kinds = [asking, { ...asking, state: 'waiting' } as const];

      test('is taken back, whatever it is for and whether it has rung or not', async () => {
        const opened = open();
        await handedOut(opened);
        const { ledger } = opened;

        expect(await ledger.takeBackAllWakeUps(noon.minus({ seconds: 5 }), noon)).toBe(3);

        expect(ids(await ledger.due(kinds, soon)).sort()).toEqual([A, B, C].sort());
        expect(await ledger.unheard(kinds, soon.plus(1))).toEqual([]);
        expect(await ledger.account('tea')).toMatchObject({ backlogThrough: null, backlogRate: null });
      });

      test('is taken back by one of those who notice it, and by the next after the next loss', async () => {
        const opened = open();
        await handedOut(opened);
        const { ledger } = opened;
        const loss = () => ledger.takeBackAllWakeUps(noon.minus({ seconds: 5 }), noon);

        const answers = await Promise.all([loss(), loss(), loss()]);
        const later = await ledger.takeBackAllWakeUps(noon.plus({ seconds: 1 }), noon.plus({ seconds: 6 }));

        expect(answers.toSorted()).toEqual([3, null, null]);
        expect(later).toBe(0);
      });

      test('leaves alone what is decided', async () => {
        const { ledger } = open();
        await given(ledger, planned({ kind: 'expired', reason: 'window-closed', delivery: null, window: null }));

        expect(await ledger.takeBackAllWakeUps(null, noon)).toBe(0);
        expect(await ledger.due(kinds, soon)).toEqual([]);
      });

      test('does not get in the way of sweeps at the same time', async () => {
        const { ledger } = open();
        const many = Array.from({ length: 400 }, (_, index) => `302-${String(index).padStart(7, '0')}-0000000`);
        await ledger.recordPage(aPage(many.map((orderId) => dueAt(orderId, noon))), noon);
        const rung = many.map((orderId) => ({ orderId, at: noon }));
        const backlogs = [{ account: 'tea', through: noon, rate: 1 }];

        for (let round = 0; round < 5; round += 1) {
          await Promise.all([
            ledger.markRung(rung, backlogs, noon),
            ledger.takeBackAllWakeUps(null, noon),
            ledger.markRung(rung.toReversed(), backlogs, noon),
            ledger.takeBackAllWakeUps(null, noon),
          ]);
        }
        await ledger.takeBackAllWakeUps(null, noon);

        expect(await ledger.due([{ ...asking, limit: 1000 }], noon)).toHaveLength(400);
      });
    });

    test('is noted by two sweeps at once, whatever the order they rang in', async () => {
      const { ledger } = open();
      const ids = Array.from({ length: 400 }, (_, index) => `302-${String(index).padStart(7, '0')}-0000000`);
      await ledger.recordPage(aPage(ids.map((orderId) => planned(scheduled(), { orderId }))), noon);
      const rung = ids.map((orderId) => ({ orderId, at: noon }));

      for (let round = 0; round < 5; round += 1) {
        await Promise.all([
          ledger.markRung(rung, [], noon),
          ledger.markRung(rung.toReversed(), [], noon),
          ledger.releaseDryRun(['tea'], noon),
          ledger.takeBackWakeUps('tea', noon.minus({ hours: 1 })),
          ledger.markRung(rung, [], noon),
        ]);
      }

      expect((await ledger.known(ids)).orders.size).toBe(400);
    });

    test('is noted for one of those who hand it out at once, and again once nobody heard it', async () => {
      const { ledger } = open();
      await given(ledger);
      await given(ledger, dueAt(B, askTime));
      const rung = (at: DateTime) => [A, B].map((orderId) => ({ orderId, at }));

      const answers = await Promise.all([
        ledger.markRung(rung(noon), [], noon),
        ledger.markRung(rung(noon.plus(3)), [], noon),
      ]);
      const tooSoon = await ledger.markRung(rung(noon.plus(7)), [], noon);
      const unheard = await ledger.markRung(rung(noon.plus(9)), [], noon.plus(4));

      expect(answers.flatMap((noted) => [...noted]).toSorted()).toEqual([A, B]);
      expect(tooSoon.size).toBe(0);
      expect([...unheard].toSorted()).toEqual([A, B]);
    });

    test('tells how far the backlog of its account reaches', async () => {
      const { ledger } = open();
      const through = noon.plus({ minutes: 30 });

      await ledger.markRung([], [{ account: 'tea', through, rate: 0.25 }], noon);

      expect(await ledger.account('tea')).toMatchObject({ backlogThrough: through, backlogRate: 0.25 });
      expect(await ledger.account('toys')).toMatchObject({ backlogThrough: null, backlogRate: null });
    });
  });

  describe('an account that a sweep has something to do for', () => {
    const toSweep = async (until = noon, unheardBefore = noon) =>
      (await open().ledger.accountsToSweep(until, unheardBefore, noon)).map(({ name, hasDue, hasUnheard }) => ({
        name,
        hasDue,
        hasUnheard,
      }));

    test('has an order of any state that comes due up to and including the instant', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, noon.plus(1)));
      const before = await toSweep();
      await given(ledger, planned(waiting({ lookAt: noon }), { orderId: B }), 'toys');

      expect(before).toEqual([]);
      expect(await toSweep()).toEqual([{ name: 'toys', hasDue: true, hasUnheard: false }]);
      expect((await toSweep(noon.plus(1))).map(({ name }) => name)).toEqual(['tea', 'toys']);
    });

    test('has one of the catch-up, or one that is sent or in doubt', async () => {
      const { ledger } = open();
      await given(ledger, dueAt(A, askTime), 'toys', askTime.plus(1));
      await given(ledger, planned(scheduled(), { orderId: B }));
      await claimed(ledger, B);

      expect((await toSweep(noon)).map(({ name }) => name)).toEqual(['toys']);
      expect((await toSweep(noon.plus({ seconds: LEASE_SECONDS }))).map(({ name }) => name)).toEqual(['tea', 'toys']);
    });

    test('has a wake-up that nobody heard', async () => {
      const { ledger } = open();
      await given(ledger);
      await ledger.markRung([{ orderId: A, at: noon }], [], noon);

      expect(await toSweep(noon, noon)).toEqual([]);
      expect(await toSweep(noon, noon.plus(1))).toEqual([{ name: 'tea', hasDue: false, hasUnheard: true }]);
    });

    test('has overdue orders whose times are still ahead', async () => {
      const { ledger } = open();
      await ledger.markRung(
        [],
        [
          { account: 'tea', through: noon.plus(1), rate: 1 },
          { account: 'toys', through: noon, rate: 1 },
        ],
        noon,
      );

      expect(await ledger.accountsToSweep(noon, noon, noon)).toMatchObject([
        { name: 'tea', backlogThrough: noon.plus(1), backlogRate: 1, hasDue: false, hasUnheard: false },
      ]);
    });

    test('was paused by askonce, which tries it now and then', async () => {
      const { ledger } = open();
      await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);
      await ledger.pause(['toys'], 'holiday', 'anna', noon);

      expect(await ledger.accountsToSweep(noon, noon, noon)).toMatchObject([
        { name: 'tea', paused: { at: noon, reason: 'Amazon refuses', by: 'askonce' } },
      ]);
    });
  });

  describe('an order whose window has ended', () => {
    test('expires at the very instant, with its reason and an attempt', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(closingAt(noon))));

      const tooEarly = await ledger.expire(noon.minus(1));
      const expired = await ledger.expire(noon);

      expect([tooEarly, expired]).toEqual([0, 1]);
      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed', nextLookAt: null });
      expect(await ledger.attempts(A)).toMatchObject([
        { at: noon, kind: 'decision', outcome: 'expired', detail: 'window-closed' },
      ]);
    });

    test.each(capReasons)('expires with an attempt that names the %s, where that cost it its turn', async (reason) => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(closingAt(noon))));
      await ledger.putOff(A, 'scheduled', { reason, lookAt: noon }, null, noon.minus({ hours: 1 }));

      await ledger.expire(noon);

      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed' });
      expect(await ledger.attempts(A)).toMatchObject([{ kind: 'decision', outcome: 'expired', detail: reason }]);
    });

    test('expires although its account is not configured any more', async () => {
      const { ledger } = open();
      await ledger.recordPage(
        aPage([planned(scheduled(closingAt(noon)))], { account: 'gone' }),
        noon.minus({ days: 1 }),
      );

      expect(await ledger.expire(noon)).toBe(1);
    });

    test('has an hour more when it is in doubt', async () => {
      const { ledger } = open();
      await inDoubt(ledger);

      const atTheEnd = await ledger.expire(closing.plus({ hours: 1 }).minus(1));
      const anHourLater = await ledger.expire(closing.plus({ hours: 1 }));

      expect([atTheEnd, anHourLater]).toEqual([0, 1]);
      expect(await ledger.read(A)).toMatchObject({ state: 'expired', reason: 'fate-unknown' });
    });

    test('is left to settle while it is being sent', async () => {
      const { ledger } = open();
      await given(ledger);
      await claimed(ledger);

      expect(await ledger.expire(closing.plus({ days: 1 }))).toBe(0);
      expect((await ledger.read(A))?.state).toBe('sending');
    });

    test('expires once, however many sweep at the same time', async () => {
      const { ledger } = open();
      await given(ledger, planned(scheduled(closingAt(noon))));

      const counts = await Promise.all(Array.from({ length: 8 }, () => ledger.expire(noon)));

      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(await ledger.attempts(A)).toHaveLength(1);
    });
  });

  describe('an order that a dry run held', () => {
    const held = async () => {
      const { ledger } = open();
      await given(ledger);
      const lookAt = noon.plus({ days: 1 });
      await ledger.putOff(A, 'scheduled', { reason: 'dry-run', lookAt }, anAttempt(), noon);
      return ledger;
    };

    test('is due at once when its account goes live', async () => {
      const ledger = await held();

      const released = await ledger.releaseDryRun(['tea'], noon);

      expect(released).toBe(1);
      expect(await ledger.read(A)).toMatchObject({ state: 'scheduled', reason: null, nextLookAt: noon, posts: 0 });
      expect(await ledger.releaseDryRun(['tea'], noon)).toBe(0);
    });

    test('stays held while its account is not live', async () => {
      const ledger = await held();

      expect(await ledger.releaseDryRun(['toys'], noon)).toBe(0);
      expect((await ledger.read(A))?.reason).toBe('dry-run');
    });
  });
}
