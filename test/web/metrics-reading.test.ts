import { expect, test } from '@jest/globals';
import { keptReading } from '../../src/web/metrics-reading.js';

const times = { freshMs: 0, patienceMs: 20, keptMs: 60_000 };

test('what can no longer be read is shown as it was, and said to be away', async () => {
  let away = false;
  const read = keptReading(async () => (away ? Promise.reject(new Error('away')) : 'seven'), 'reading', times);

  expect(await read()).toEqual({ value: 'seven', up: true });
  away = true;

  expect(await read()).toEqual({ value: 'seven', up: false });
});

test('what is read slowly is shown as it was, and is not away for that', async () => {
  let slow = false;
  const read = keptReading(() => (slow ? new Promise<string>(() => {}) : Promise.resolve('seven')), 'reading', times);

  await read();
  slow = true;

  expect(await read()).toEqual({ value: 'seven', up: true });
});

test('what failed and is slow to fail again is away', async () => {
  const answers: (() => Promise<string>)[] = [
    () => Promise.resolve('seven'),
    () => Promise.reject(new Error('away')),
    () => new Promise(() => {}),
  ];
  const read = keptReading(() => answers.shift()?.() ?? Promise.resolve('eight'), 'reading', times);

  expect([await read(), await read(), await read()].map(({ up }) => up)).toEqual([true, false, false]);
});

test('what has not answered for long is away', async () => {
  let slow = false;
  const read = keptReading(() => (slow ? new Promise<string>(() => {}) : Promise.resolve('seven')), 'reading', {
    ...times,
    keptMs: 0,
  });

  await read();
  slow = true;

  expect(await read()).toEqual({ value: null, up: false });
});

test('after a while it is not shown any more', async () => {
  let away = false;
  const read = keptReading(async () => (away ? Promise.reject(new Error('away')) : 'seven'), 'reading', {
    ...times,
    keptMs: 0,
  });

  await read();
  away = true;

  expect(await read()).toEqual({ value: null, up: false });
});

test('while one read hangs, nobody begins another, and its answer counts once it comes', async () => {
  let reads = 0;
  let answer: (value: string) => void = () => {};
  const read = keptReading(
    () => {
      reads += 1;
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    },
    'reading',
    { ...times, freshMs: 60_000 },
  );

  expect(await read()).toEqual({ value: null, up: false });
  expect(await read()).toEqual({ value: null, up: false });
  expect(reads).toBe(1);
  answer('seven');

  expect(await read()).toEqual({ value: 'seven', up: true });
});
