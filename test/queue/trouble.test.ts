import { expect, test } from '@jest/globals';
import { sentenceOf } from '../../src/log.js';
import { calmed, naming } from '../../src/queue/trouble.js';

function heardOf(troubles: readonly { error: Error; subject: string | null }[]): string[] {
  const heard: string[] = [];
  const tell = calmed((error, { subject }) => heard.push(`${subject}: ${sentenceOf(error)}`));
  for (const { error, subject } of troubles) tell(error, { queue: 'send', subject });
  return heard;
}

const repeated = (count: number, subject: (index: number) => string | null) =>
  Array.from({ length: count }, (_, index) => ({ error: new Error('the ledger is away'), subject: subject(index) }));

test('the same trouble with the queue itself is told once', () => {
  expect(heardOf(repeated(50, () => null))).toEqual(['null: the ledger is away']);
});

test('of the same trouble with many orders a few are told', () => {
  expect(heardOf(repeated(500, (index) => `order ${index}`))).toHaveLength(6);
});

test('a listener that throws for one order as often as it is rung is told of each time', () => {
  expect(heardOf(repeated(6, () => 'order'))).toHaveLength(6);
});

test('other trouble is told besides', () => {
  const heard = heardOf([...repeated(20, () => 'order'), { error: new Error('the disk is full'), subject: 'order' }]);

  expect(heard.at(-1)).toBe('order: the disk is full');
});

test('trouble of the queue says whose it is, and two causes are two troubles', () => {
  const named = naming('the queue on Redis');
  const reset = named(new Error('read ECONNRESET'));
  const offline = named(new Error("Stream isn't writeable and enableOfflineQueue options is false"));

  expect(heardOf([reset, offline, reset].map((error) => ({ error, subject: null })))).toEqual([
    'null: the queue on Redis: read ECONNRESET',
    'null: the queue on Redis: not connected',
  ]);
});
