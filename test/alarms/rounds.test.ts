import { afterEach, expect, test } from '@jest/globals';
import { keepGoing, type Rounds } from '../../src/alarms/rounds.js';
import { eventually } from '../support/eventually.js';

const running: Rounds[] = [];
afterEach(async () => {
  for (const rounds of running.splice(0)) await rounds.stop(0);
});

interface Round {
  readonly brokenOff: AbortSignal;
  end(): void;
  fail(error: Error): void;
}

function begin(everyMs: number, giveUpAfterMs = 60_000) {
  const begun: Round[] = [];
  const errors: string[] = [];
  const work = (brokenOff: AbortSignal) =>
    new Promise<void>((resolve, reject) => void begun.push({ brokenOff, end: resolve, fail: reject }));
  const rounds = keepGoing(work, { everyMs, giveUpAfterMs, onError: (error) => void errors.push(String(error)) });
  running.push(rounds);
  const nth = (count: number) =>
    eventually(() => {
      const round = begun[count - 1];
      if (round === undefined) throw new Error(`${begun.length} of ${count} rounds`);
      return round;
    });
  return { rounds, begun, errors, nth };
}

test('the first round begins at once, the next one only when it is over, however long it takes', async () => {
  const { begun, nth } = begin(1);
  expect(begun).toHaveLength(1);
  const { begun: others, nth: nthOther } = begin(1);
  (await nthOther(1)).end();
  await nthOther(2);
  expect(others).toHaveLength(2);
  expect(begun).toHaveLength(1);
  (await nth(1)).end();
  await nth(2);
});

test('a round that fails is told of, and the next one comes', async () => {
  const { errors, nth } = begin(1);
  (await nth(1)).fail(new Error('no ledger'));
  (await nth(2)).end();
  await nth(3);
  expect(errors).toEqual(['Error: no ledger']);
});

test('a round that hangs is broken off, and the next one waits until it is over', async () => {
  const { begun, errors, nth } = begin(1, 30);
  const first = await nth(1);
  await eventually(() => expect(errors).toEqual(['Error: given up after 0.03 s']));
  expect(first.brokenOff.aborted).toBe(true);
  expect(begun).toHaveLength(1);
  first.fail(new Error('broken off'));
  await nth(2);
  expect(errors).toHaveLength(1);
});

test('who hurries has the next round at once', async () => {
  const { rounds, nth } = begin(3_600_000);
  (await nth(1)).end();
  rounds.hurry();
  await nth(2);
});

test('stopping waits for the round in hand, and begins no other', async () => {
  const { rounds, begun, nth } = begin(1);
  const round = await nth(1);
  let stopped = false;
  const stopping = rounds.stop(60_000).then(() => {
    stopped = true;
  });
  await Promise.resolve();
  expect(stopped).toBe(false);
  round.end();
  await stopping;
  expect(begun).toHaveLength(1);
});

test('stopping waits no longer than it is given', async () => {
  const { rounds, nth, errors } = begin(1);
  const round = await nth(1);
  await rounds.stop(10);
  expect(round.brokenOff.aborted).toBe(true);
  round.fail(new Error('broken off'));
  await Promise.resolve();
  expect(errors).toEqual([]);
});
