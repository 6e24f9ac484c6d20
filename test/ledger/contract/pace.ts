import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from 'luxon';
import type { OpenLedger } from '../ledger-contract.js';
import { noon } from '../planned.js';

const pace = { rate: 1, burst: 4 };
const PATIENCE_MS = 1500;

/** What keeps us within Amazon's usage plans. */
export function paceContract(open: OpenLedger): void {
  const reserve = (
    now: DateTime,
    patienceMs = PATIENCE_MS,
    operation: 'createSolicitation' | 'getOrder' = 'createSolicitation',
  ) => open().ledger.reserve('tea', operation, pace, patienceMs, now);
  const inMs = (instant: DateTime) => instant.diff(noon).toMillis();
  /** The slots of so many requests made at the same instant, in milliseconds after it; `null` is busy. */
  const slots = async (count: number, now = noon, patienceMs = Number.MAX_SAFE_INTEGER / 4) => {
    const taken: (number | null)[] = [];
    for (let request = 0; request < count; request += 1) {
      const slot = await reserve(now, patienceMs);
      taken.push(slot.kind === 'slot' ? inMs(slot.at) : null);
    }
    return taken;
  };

  describe('the pace of an account', () => {
    test('is the burst at once, then one request per interval', async () => {
      expect(await slots(7, noon, 60_000)).toEqual([0, 0, 0, 0, 1000, 2000, 3000]);
    });

    test('never exceeds the plan in any span, whoever asks: 1,000 requests of eight at a time', async () => {
      const gaps = fc.sample(fc.integer({ min: 0, max: 1_500 }), { seed: 20260320, numRuns: 1_000 });
      let clock = noon;
      const taken: number[] = [];
      for (let from = 0; from < gaps.length; from += 8) {
        const requests = gaps.slice(from, from + 8).map((gap) => reserve(clock.plus(gap)));
        for (const slot of await Promise.all(requests)) if (slot.kind === 'slot') taken.push(inMs(slot.at));
        clock = clock.plus(gaps[from] ?? 0).plus({ seconds: 2 });
      }

      taken.sort((a, b) => a - b);
      expect(taken.length).toBeGreaterThan(300);
      expect(mostBeyond(taken, pace)).toBeLessThanOrEqual(0);
    });

    test('is waited for as long as the patience reaches, and not longer', async () => {
      await slots(4);

      const patient = await reserve(noon, 1000);
      const impatient = await reserve(noon, 1999);

      expect(patient).toEqual({ kind: 'slot', at: noon.plus({ seconds: 1 }) });
      expect(impatient).toEqual({ kind: 'busy', freeAt: noon.plus({ seconds: 2 }) });
    });

    test('is not used up by those who were told that it is busy', async () => {
      await slots(5);
      for (let attempt = 0; attempt < 20; attempt += 1) await reserve(noon, 0);

      expect(await reserve(noon, 2000)).toEqual({ kind: 'slot', at: noon.plus({ seconds: 2 }) });
    });

    test('is full again after a rest, and not fuller', async () => {
      await slots(4);

      expect(await slots(6, noon.plus({ days: 3 }), 60_000)).toEqual(
        [0, 0, 0, 0, 1000, 2000].map((ms) => ms + 3 * 86_400_000),
      );
    });

    test('is one for each operation and account', async () => {
      const { ledger } = open();
      await slots(4);

      expect(await reserve(noon, 0, 'getOrder')).toEqual({ kind: 'slot', at: noon });
      expect(await ledger.reserve('toys', 'createSolicitation', pace, 0, noon)).toEqual({ kind: 'slot', at: noon });
    });

    test('is shared: of twenty requests at once as many get a slot as there are', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => reserve(noon, 2000)));

      const taken = answers.flatMap((slot) => (slot.kind === 'slot' ? [inMs(slot.at)] : []));
      expect(taken.sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 1000, 2000]);
    });

    test('holds for a rate that does not divide a second', async () => {
      const { ledger } = open();
      const taken: number[] = [];
      for (let request = 0; request < 50; request += 1) {
        const slot = await ledger.reserve('tea', 'searchOrders', { rate: 0.7, burst: 3 }, 1e9, noon);
        if (slot.kind === 'slot') taken.push(inMs(slot.at));
      }

      expect(taken).toHaveLength(50);
      expect(mostBeyond(taken, { rate: 0.7, burst: 3 })).toBeLessThanOrEqual(0);
    });
  });

  describe('a rate that Amazon grants', () => {
    const learn = (rate: number, now = noon) =>
      open().ledger.learnRate('tea', 'createSolicitation', rate, pace.rate, now);

    test('is news only when it is another than the one in force', async () => {
      await reserve(noon);

      expect([await learn(1), await learn(2), await learn(2), await learn(1)]).toEqual([false, true, false, true]);
    });

    test('is told to whoever plans with it', async () => {
      const { ledger } = open();
      await reserve(noon);
      await learn(2.5);

      expect(await ledger.learntRates(['tea', 'toys'])).toEqual([
        { account: 'tea', operation: 'createSolicitation', rate: 2.5 },
      ]);
      expect(await ledger.learntRates(['toys'])).toEqual([]);
    });

    test('makes the pace faster', async () => {
      await slots(4);
      await learn(4);

      expect(await slots(3, noon, 60_000)).toEqual([250, 500, 750]);
    });

    test('makes the pace slower, without giving anything for the change', async () => {
      await slots(4);
      await learn(0.5);

      expect(await slots(3, noon, 60_000)).toEqual([2000, 4000, 6000]);
    });

    test('does not fill or empty the bucket', async () => {
      await slots(2);
      await learn(0.5);

      expect(await slots(3, noon, 60_000)).toEqual([0, 0, 2000]);
    });
  });

  describe('after a refusal for pace', () => {
    test('nothing leaves before the time, and no burst then', async () => {
      const { ledger } = open();
      await reserve(noon);
      const until = noon.plus({ seconds: 8 });

      await ledger.penalise('tea', 'createSolicitation', pace, until);

      expect(await reserve(noon)).toEqual({ kind: 'busy', freeAt: until });
      expect(await slots(3, noon, 60_000)).toEqual([8000, 9000, 10_000]);
    });

    test('a shorter keep-away does not shorten a longer one', async () => {
      const { ledger } = open();
      await reserve(noon);
      await ledger.penalise('tea', 'createSolicitation', pace, noon.plus({ seconds: 30 }));
      await ledger.penalise('tea', 'createSolicitation', pace, noon.plus({ seconds: 5 }));

      expect(await reserve(noon)).toEqual({ kind: 'busy', freeAt: noon.plus({ seconds: 30 }) });
    });
  });
}

/** By how many requests the busiest span goes beyond `burst + rate * span`. */
function mostBeyond(slots: readonly number[], { rate, burst }: { rate: number; burst: number }): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let first = 0; first < slots.length; first += 1) {
    for (let last = first; last < slots.length; last += 1) {
      const seconds = ((slots[last] ?? 0) - (slots[first] ?? 0)) / 1000;
      most = Math.max(most, last - first + 1 - (burst + rate * seconds));
    }
  }
  return most;
}
