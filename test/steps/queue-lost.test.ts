import { describe, expect, test } from '@jest/globals';
import { queueLost } from '../../src/steps/queue-lost.js';
import { A, B, C, given, planned, scheduled } from '../ledger/planned.js';
import { failing, noon, openStage, type Stage, type StageOptions } from '../support/steps.js';

/** Three orders are due, and the queue holds their wake-ups. */
async function handedOut(options: StageOptions = {}): Promise<Stage> {
  const stage = await openStage(options);
  for (const orderId of [A, B, C]) await given(stage.ledger, planned(scheduled({ askAt: noon }), { orderId }));
  await stage.sweep();
  stage.rung.length = 0;
  return stage;
}

const rung = (stage: Stage) => stage.rung.map(({ orderId }) => orderId).toSorted();

describe('when the queue was emptied', () => {
  test('all that it held is handed out again by a sweep that is rung at once', async () => {
    const stage = await handedOut();
    await stage.sweep();
    expect(rung(stage)).toEqual([]);

    await queueLost(stage.context)(null);

    expect(stage.rungNow).toEqual(['sweep all']);
    expect(stage.logged.at(-1)).toEqual({ event: 'queue-lost', facts: { orders: 3 } });
    await stage.sweep();
    expect(rung(stage)).toEqual([A, B, C].toSorted());
  });

  test('one of the processes that notice it sees to it', async () => {
    const stage = await handedOut();
    const [first, second] = [queueLost(stage.context), queueLost(stage.context)];

    await Promise.all([first(1_000), second(2_000)]);
    await stage.sweep();
    stage.pass({ seconds: 4 });
    await second(4_500);
    await stage.sweep();

    expect(rung(stage)).toEqual([A, B, C].toSorted());
    expect(stage.rungNow).toEqual(['sweep all']);
  });

  test('right after a start or another loss, it is seen to again', async () => {
    const stage = await handedOut();
    const lost = queueLost(stage.context);
    await lost(null);
    await stage.sweep();
    stage.rung.length = 0;
    stage.pass({ seconds: 3 });

    await lost(2_000);
    await stage.sweep();

    expect(rung(stage)).toEqual([A, B, C].toSorted());
  });

  test('it is done again where it failed half-way', async () => {
    const stage = await handedOut({
      ledger: (ledger) => {
        const connection = failing(1, async () => {});
        return {
          takeBackAllWakeUps: async (unlessSince, now) => {
            const orders = await ledger.takeBackAllWakeUps(unlessSince, now);
            await connection();
            return orders;
          },
        };
      },
    });
    const lost = queueLost(stage.context);

    await expect(lost(1_000)).rejects.toThrow('the ledger cannot be reached');
    expect(stage.rungNow).toEqual([]);
    await stage.sweep();
    stage.rung.length = 0;
    await lost(1_000);
    await stage.sweep();

    expect(stage.rungNow).toEqual(['sweep all']);
    expect(rung(stage)).toEqual([A, B, C].toSorted());
  });

  test('nothing is said at the very first start', async () => {
    const stage = await openStage();

    await queueLost(stage.context)(null);

    expect(stage.logged).toEqual([]);
    expect(stage.rungNow).toEqual([]);
  });
});
