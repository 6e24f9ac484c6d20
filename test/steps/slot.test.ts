import { describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { takeSlot } from '../../src/steps/slot.js';
import { noon, openStage } from '../support/steps.js';

/** A stage whose process comes so many milliseconds late to each of its first slots, and how many slots it took. */
async function lateStage(lateMs: readonly number[]) {
  const late = [...lateMs];
  let taken = 0;
  const stage = await openStage({
    ledger: (ledger) => ({
      reserve: (async (...wish) => {
        taken += 1;
        return ledger.reserve(...wish);
      }) satisfies Ledger['reserve'],
    }),
  });
  const waitUntil = async (instant: typeof noon) => {
    stage.passTo(instant);
    stage.pass(late.shift() ?? 0);
  };
  return { take: () => takeSlot('tea', 'createSolicitation', { ...stage.context, waitUntil }), taken: () => taken };
}

describe('a slot at Amazon', () => {
  test('is used a little late, as timers are', async () => {
    const { take, taken } = await lateStage([1_400]);

    expect(await take()).toEqual({ kind: 'taken' });
    expect(taken()).toBe(1);
  });

  test('that was missed is given up for another', async () => {
    const { take, taken } = await lateStage([1_500]);

    expect(await take()).toEqual({ kind: 'taken' });
    expect(taken()).toBe(2);
  });

  test('is left to others by a process that misses them all', async () => {
    const { take, taken } = await lateStage([5_000, 5_000, 5_000]);

    expect(await take()).toEqual({ kind: 'busy', freeAt: noon.plus({ seconds: 15, milliseconds: 1_500 }) });
    expect(taken()).toBe(3);
  });
});
