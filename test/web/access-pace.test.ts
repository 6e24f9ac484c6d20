import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Pace, slowPace, WAITING_IN_ALL, WAITING_PER_ADDRESS } from '../../src/web/access-pace.js';
import { openServer, type Server, TOKEN, WRONG, withToken } from './access-server.js';

describe('wrong tokens', () => {
  let pace: Pace;
  let answered: string[];

  beforeEach(() => {
    jest.useFakeTimers({ now: 1_700_000_000_000 });
    pace = slowPace();
    answered = [];
  });
  afterEach(async () => {
    await pass(100);
    jest.useRealTimers();
  });

  const guess = (address: string, times: number) => {
    for (let i = 0; i < times; i += 1) void pace.turn(address).then((turn) => answered.push(turn));
  };
  const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);

  test('are answered at once five times, then one a second', async () => {
    guess('192.0.2.1', 20);

    await pass(0);
    expect(answered).toHaveLength(5);
    await pass(10);
    expect(answered).toHaveLength(15);
    await pass(10);
    expect(answered).toEqual(Array(20).fill('your-turn'));
  });

  test('wait in a queue that ends: who comes then is told so at once', async () => {
    guess('192.0.2.1', 5 + WAITING_PER_ADDRESS + 100);

    await pass(0);
    expect(answered.filter((turn) => turn === 'too-many')).toHaveLength(100);
    await pass(WAITING_PER_ADDRESS);
    expect(answered.filter((turn) => turn === 'your-turn')).toHaveLength(5 + WAITING_PER_ADDRESS);
  });

  test('of another address do not wait for them', async () => {
    guess('192.0.2.1', 20);
    await pass(0);

    guess('192.0.2.2', 5);
    await pass(0);

    expect(answered).toHaveLength(10);
  });

  test.each([
    ['2001:db8::1', '2001:db8::2:1'],
    ['2001:db8:0:0:1::', '2001:db8::ffff:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('of %s and %s are those of one', async (one, other) => {
    guess(one, 3);
    guess(other, 3);

    await pass(0);
    expect(answered).toHaveLength(5);
  });

  test.each([
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['::1', '1::'],
  ])('of %s and %s are those of two', async (one, other) => {
    guess(one, 3);
    guess(other, 3);

    await pass(0);
    expect(answered).toHaveLength(6);
  });

  test('of however many addresses do not all wait', async () => {
    for (let i = 0; i < 50; i += 1) guess(`192.0.2.${i}`, 20);

    await pass(0);
    const held = 50 * 20 - answered.length;
    expect(held).toBeLessThanOrEqual(WAITING_IN_ALL);
    expect(answered).toContain('too-many');
  });
});

describe('a server', () => {
  let server: Server;
  /** The wrong tokens that wait for their answer. */
  let waiting: (() => void)[];
  let most: number;

  beforeEach(async () => {
    waiting = [];
    most = Number.POSITIVE_INFINITY;
    const pace: Pace = {
      turn: () =>
        waiting.length >= most
          ? Promise.resolve('too-many')
          : new Promise((resolve) => waiting.push(() => resolve('your-turn'))),
    };
    server = await openServer({ host: '0.0.0.0', pace });
  });
  afterEach(() => server.close());

  const wrong = { authorization: `Bearer ${WRONG}` };

  test.each([
    ['as a header', () => server.ask({ path: '/metrics', headers: wrong })],
    ['in the form', () => server.ask({ method: 'POST', path: '/login', fields: { token: WRONG } })],
  ])('holds the answer to a wrong token back (%s), and serves the right one meanwhile', async (_where, guess) => {
    const order: string[] = [];
    const guessing = guess().then(({ status }) => order.push(`wrong ${status}`));
    while (waiting.length === 0) await new Promise(setImmediate);

    const { status } = await server.ask({ path: '/metrics', headers: withToken });
    order.push(`right ${status}`);
    const logIn = await server.ask({ method: 'POST', path: '/login', fields: { token: TOKEN } });
    order.push(`log-in ${logIn.status}`);
    waiting[0]?.();
    await guessing;

    expect(order).toEqual(['right 200', 'log-in 303', 'wrong 401']);
  });

  test('tells one guess too many to come again later', async () => {
    most = 0;

    const answer = await server.ask({ path: '/metrics', headers: wrong });

    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('never lets who gives no token wait', async () => {
    expect((await server.ask({ path: '/metrics' })).status).toBe(401);
    expect(waiting).toHaveLength(0);
  });

  test('tells the log of wrong tokens once a minute, with how many', async () => {
    most = 0;
    for (let i = 0; i < 5; i += 1) await server.ask({ path: '/metrics', headers: wrong });
    server.pass({ seconds: 61 });
    await server.ask({ method: 'POST', path: '/login', fields: { token: WRONG } });

    const refusals = server.logged.filter(({ event }) => event === 'log-in-refused').map(({ facts }) => facts);
    expect(refusals).toEqual([
      { address: '127.0.0.1', refused: 1 },
      { address: '127.0.0.1', refused: 5 },
    ]);
  });
});

test('of fifty guesses at once a few are answered at once, some slowly, the others not; the right token never waits', async () => {
  // What the sockets need goes on.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'], now: 1_700_000_000_000 });
  const server = await openServer({ host: '0.0.0.0', pace: slowPace() });
  const statuses: number[] = [];
  const answered = async (guesses: number) => {
    while (statuses.length < guesses) await new Promise(setImmediate);
  };
  for (let i = 0; i < 50; i += 1) {
    void server
      .ask({ path: '/metrics', headers: { authorization: `Bearer ${WRONG}` } })
      .then(({ status }) => statuses.push(status));
  }

  await answered(50 - WAITING_PER_ADDRESS);
  expect((await server.ask({ path: '/metrics', headers: withToken })).status).toBe(200);
  expect(statuses).toHaveLength(50 - WAITING_PER_ADDRESS);
  for (let second = 1; second <= WAITING_PER_ADDRESS; second += 1) {
    await jest.advanceTimersByTimeAsync(1000);
    await answered(50 - WAITING_PER_ADDRESS + second);
  }

  expect(statuses.filter((each) => each === 429)).toHaveLength(50 - 5 - WAITING_PER_ADDRESS);
  expect(statuses.filter((each) => each === 401)).toHaveLength(5 + WAITING_PER_ADDRESS);
  await server.close();
  jest.useRealTimers();
});
