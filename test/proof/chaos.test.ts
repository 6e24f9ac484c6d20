import { expect, test } from '@jest/globals';
import { playScene } from '../../proof/chaos/playing.js';
import { postgresFast } from '../../proof/chaos/postgres-scenes.js';
import { readLog } from '../../proof/chaos/readable-log.js';
import { redisFlushed } from '../../proof/chaos/redis-scenes.js';
import type { Scene } from '../../proof/chaos/scene.js';
import { standstills } from '../../proof/chaos/standstill.js';
import { testOnRedis } from '../support/scenario-databases.js';

testOnRedis(
  'a Postgres that restarts three times costs nobody a request, and the log says in words what was wrong',
  async () => {
    const played = await playScene(postgresFast, { times: 3, seed: 'test' });

    expect(played.findings).toEqual([]);
    expect(played).toMatchObject({ scene: 'postgres-fast', accidents: 3 });
    expect(played.orders).toBeGreaterThan(6);
    expect(played.posts).toBeGreaterThanOrEqual(played.orders);
    expect(played.warnings).toBeGreaterThan(0);
  },
);

testOnRedis('a Redis that is emptied costs nobody a request', async () => {
  const played = await playScene(redisFlushed, { times: 1, seed: 'test' });

  expect(played.findings).toEqual([]);
  expect(played).toMatchObject({ accidents: 1 });
});

test('a scene that cannot be played on this machine is a finding, not a silence', async () => {
  const scene: Scene = {
    name: 'disk-full',
    workers: 1,
    prepare: () => Promise.reject(new Error('there is no right to mount')),
  };

  const { findings, accidents } = await playScene(scene, { times: 1, seed: 'test' });

  expect(accidents).toBe(0);
  expect(findings).toEqual([
    { kind: 'misbehaved', text: 'disk-full: cannot be played here: there is no right to mount' },
  ]);
});

test.each([
  ['an object in place of words', { event: 'step-failed', error: 'ConnectionClosed: [object Object]' }],
  ['several lines', { event: 'step-failed', error: "\nInvalid `db.x()` invocation:\n\n\nCan't reach the server" }],
  ['a stack', { event: 'unhandled', error: 'x is not a function at send (file:///srv/dist/steps/send.js:12:3)' }],
  ['a code alone', { event: 'step-failed', error: 'ECONNREFUSED' }],
  ['the name of a class', { event: 'queue-trouble', error: 'AggregateError' }],
  ['no words at all', { event: 'ledger-connection-lost', error: ' ' }],
  ['nothing said', { event: 'queue-trouble' }],
  ['an error that is no text', { event: 'step-failed', error: { code: 'ECONNRESET', errno: -104 } }],
  ['a password', { event: 'step-failed', error: 'cannot reach postgres://askonce:s3cret@db:5432/askonce at all' }],
  ['a value that is not there', { event: 'step-failed', error: 'the queue on undefined is not there' }],
  ['a dump', { event: 'step-failed', error: 'and so on '.repeat(50) }],
])('a warning is not readable when it holds %s', (_what, facts) => {
  const { warnings, complaints } = readLog([JSON.stringify({ level: 'warn', ...facts })]);

  expect(warnings).toBe(1);
  expect(complaints).toHaveLength(1);
});

test('a line that the log did not write is not readable', () => {
  expect(readLog(['(node:7) MaxListenersExceededWarning: Possible leak'])).toMatchObject({
    warnings: 0,
    complaints: [expect.stringContaining('not a line of the log')],
  });
});

test('a sentence is readable, and the same complaint is made once', () => {
  const fine = {
    level: 'warn',
    event: 'queue-trouble',
    error: 'the queue on Redis: connect ECONNREFUSED 127.0.0.1:6379',
  };
  const bad = { level: 'error', event: 'step-failed', error: 'ECONNRESET' };

  expect(readLog([fine, bad, bad, { level: 'info', event: 'asked' }].map((line) => JSON.stringify(line)))).toEqual({
    warnings: 3,
    complaints: ['step-failed: not a sentence: "ECONNRESET"'],
  });
});

test.each([
  ['from its end to the next request', [{ from: 0, through: 10 }], [5, 30, 40], [{ outage: 0, ms: 20 }]],
  ['as nothing when somebody was asked at its very end', [{ from: 0, through: 10 }], [10], [{ outage: 0, ms: 0 }]],
  ['without end when nobody was asked any more', [{ from: 0, through: 10 }], [5], [{ outage: 0, ms: Infinity }]],
  [
    'from the end of the next one when that came first',
    [
      { from: 0, through: 10 },
      { from: 15, through: 20 },
    ],
    [50],
    [{ outage: 1, ms: 30 }],
  ],
])('an outage is felt %s', (_what, outages, acceptedAt, expected) => {
  expect(standstills(outages, acceptedAt)).toEqual(expected);
});
