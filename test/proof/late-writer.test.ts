import { expect, test } from '@jest/globals';
import { spoilt } from '../../proof/races/late-writer.js';
import type { Race } from '../../proof/races/race.js';
import type { LogLine, Worker } from '../support/worker.js';

/** What the races rest on: a comparison that finds nothing would let every late writer pass. */

const sent = { order_id: 'A', state: 'sent', known_by: 'accepted' };
const unknown = { order_id: 'A', state: 'unknown', known_by: null };
const attempt = { id: '1', kind: 'claim', outcome: 'sending' };

function aRace(row: Race['wentOnAt']['row'], ...lines: LogLine[]): Race {
  return {
    stop: { point: 'send.ask:before', orderId: 'A' },
    worker: { logged: (event: string) => lines.filter((line) => line.event === event) } as unknown as Worker,
    stoppedMs: 4_000,
    wentOnAt: { row, attempts: [attempt] },
    overtaken: true,
    waiting: [],
    answersBefore: 0,
  };
}

function answer(facts: { outcome: string; recorded: string }): LogLine {
  return { event: facts.outcome === 'accepted' ? 'asked' : 'not-asked', orderId: 'A', time: '1', ...facts };
}

test('a final row that stands, with more attempts before and behind the old ones, is in order', () => {
  const race = aRace(sent, answer({ outcome: 'not-sent', recorded: 'late' }));

  expect(spoilt(race, { row: sent, attempts: [{ id: '0' }, attempt, { id: '2' }] })).toEqual([]);
});

test('a late proof of acceptance may decide what was in doubt', () => {
  const race = aRace(unknown, answer({ outcome: 'accepted', recorded: 'recorded' }));

  expect(spoilt(race, { row: sent, attempts: [attempt] })).toEqual([]);
});

test.each([
  [
    'a final row that changed',
    aRace(sent),
    { row: { ...sent, known_by: 'inferred' }, attempts: [attempt] },
    /known_by was/,
  ],
  ['an attempt that changed', aRace(unknown), { row: sent, attempts: [{ ...attempt, outcome: 'x' }] }, /attempt 1/],
  ['an attempt that is gone', aRace(unknown), { row: sent, attempts: [] }, /attempt 1/],
  [
    'an answer that was recorded although the claim had run out',
    aRace(unknown, answer({ outcome: 'not-sent', recorded: 'recorded' })),
    { row: sent, attempts: [attempt] },
    /claim had run out/,
  ],
])('%s is found', (_, race, atTheEnd, complaint) => {
  expect(spoilt(race, atTheEnd).map(({ text }) => text)).toEqual([expect.stringMatching(complaint)]);
});
