import { describe, expect, test } from '@jest/globals';
import { recountSmallLedger } from '../../src/steps/tallies.js';
import { given, planned, scheduled } from '../ledger/planned.js';
import { noon, openStage } from '../support/steps.js';

/** A stage whose ledger tells how its tallies are kept, and that a recount finds so many wrong ones. */
async function openCounting(wrong: number) {
  const kept: string[] = [];
  const stage = await openStage({
    ledger: () => ({
      addUpTallies: async () => void kept.push('added up'),
      recount: async () => {
        kept.push('recounted');
        return wrong;
      },
    }),
  });
  return { stage, kept };
}

describe('the tallies', () => {
  test('are added up by every sweep, after it has rung, and recounted once a day', async () => {
    const { stage, kept } = await openCounting(0);
    await given(stage.ledger, planned(scheduled({ askAt: noon })));

    await stage.sweep();
    const atFirst = [...kept, `rung ${stage.rung.length}`];
    stage.pass({ hours: 23 });
    await stage.sweep();
    stage.pass({ hours: 2 });
    await stage.sweep();

    expect(atFirst).toEqual(['added up', 'recounted', 'rung 1']);
    expect(kept.slice(2)).toEqual(['added up', 'added up', 'recounted']);
  });

  test('that were wrong are told of, those that were right are not', async () => {
    const wrong = await openCounting(3);
    const right = await openCounting(0);

    for (const { stage } of [wrong, right]) await stage.sweep();

    const told = { event: 'tallies-corrected', facts: { tallies: 3 } };
    expect(wrong.stage.logged).toEqual([told]);
    expect(right.stage.logged).toEqual([]);
  });

  test('of a small ledger are recounted at every start, however short ago the last recount was', async () => {
    const { stage, kept } = await openCounting(0);
    await stage.sweep();
    stage.pass({ seconds: 1 });

    await recountSmallLedger(stage.context);

    expect(kept).toEqual(['added up', 'recounted', 'recounted']);
  });

  test('of a large ledger are not recounted at a start', async () => {
    const kept: (number | undefined)[] = [];
    const stage = await openStage({
      ledger: () => ({
        takeRecount: async (_before, _now, fewerThan) => {
          kept.push(fewerThan);
          return false;
        },
        recount: async () => {
          throw new Error('nobody may recount');
        },
      }),
    });

    await recountSmallLedger(stage.context);

    expect(kept).toEqual([200_000]);
  });
});
