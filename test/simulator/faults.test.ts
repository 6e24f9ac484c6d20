import { afterEach, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../src/simulator/fault.js';
import { eventually } from '../support/eventually.js';
import { StandIn, stopAll } from './stand-in.js';

afterEach(stopAll);

async function withFaults(...faults: FaultInput[]) {
  const amazon = await StandIn.start({ faults });
  return { amazon, orderId: amazon.world.addOrder({ account: 'seller' }) };
}

describe('a POST whose fate its sender cannot know', () => {
  test('answer lost: accepted, then the connection is cut', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'answer-lost' });

    await expect(amazon.ask(orderId)).rejects.toThrow('fetch failed');

    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 1,
      posts: [{ decision: 'accepted', status: null, fault: 'answer-lost' }],
    });
    expect(await amazon.isOffered(orderId)).toBe(false);
  });

  test('5xx after acceptance', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'server-error', moment: 'after', status: 502 });

    expect((await amazon.ask(orderId)).status).toBe(502);
    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 1,
      posts: [{ decision: 'accepted', status: 502 }],
    });
  });

  test('5xx before acceptance', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'server-error', operations: ['createSolicitation'] });

    const { status, body, headers } = await amazon.ask(orderId);

    expect(status).toBe(500);
    expect(body.errors[0].code).toBe('InternalFailure');
    expect(headers.get('x-amzn-requestid')).not.toBeNull();
    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 0,
      posts: [{ decision: 'refused', why: 'server-error', status: 500 }],
    });
    expect(await amazon.isOffered(orderId)).toBe(true);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('no answer at all, %s acceptance', async (moment, accepted) => {
    const { amazon, orderId } = await withFaults({ kind: 'hang', moment });

    await expect(amazon.ask(orderId, undefined, AbortSignal.timeout(100))).rejects.toThrow(/timeout/);

    expect(amazon.world.truthOf(orderId)).toMatchObject({ accepted, posts: [{ status: null, fault: 'hang' }] });
  });

  test('connection reset before acceptance', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'reset', operations: ['createSolicitation'] });

    await expect(amazon.ask(orderId)).rejects.toThrow('fetch failed');
    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 0,
      posts: [{ decision: 'refused', status: null }],
    });
  });

  test('accepted long after the sender has given up', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'accepted-late', afterMs: 60_000, times: 1 });

    await expect(amazon.ask(orderId, undefined, AbortSignal.timeout(100))).rejects.toThrow(/timeout/);
    expect(await amazon.isOffered(orderId)).toBe(true);
    expect(amazon.world.truthOf(orderId)).toMatchObject({ accepted: 0, posts: [{ decision: 'pending' }] });

    amazon.clock.step({ minutes: 1 });
    expect(amazon.world.truthOf(orderId)).toMatchObject({ accepted: 1, acceptedAt: amazon.clock.iso() });
    expect(await amazon.isOffered(orderId)).toBe(false);
  });

  test('a late acceptance that finds another POST before it comes to nothing', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'accepted-late', afterMs: 60_000, times: 1 });
    await expect(amazon.ask(orderId, undefined, AbortSignal.timeout(100))).rejects.toThrow(/timeout/);

    expect((await amazon.ask(orderId)).status).toBe(201);
    amazon.clock.step({ minutes: 1 });

    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 1,
      posts: [{ decision: 'refused', why: 'already-requested' }, { decision: 'accepted' }],
    });
  });

  test('a refusal is never lost by a fault that strikes after acceptance', async () => {
    const { amazon } = await withFaults({ kind: 'answer-lost' });
    const young = amazon.world.addOrder({ account: 'seller', deliveredAt: '-1d' });

    expect((await amazon.ask(young)).status).toBe(403);
  });
});

describe('answers that cannot be trusted', () => {
  test('a GET may be empty although the order could be asked', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'look-empty', times: 1 });

    expect(await amazon.isOffered(orderId)).toBe(false);
    expect(await amazon.isOffered(orderId)).toBe(true);
  });

  test('a GET may go on offering for a while after acceptance; a second POST is refused all the same', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'look-stale', staleMs: 30_000 });
    await amazon.ask(orderId);

    expect(await amazon.isOffered(orderId)).toBe(true);
    expect((await amazon.ask(orderId)).status).toBe(403);
    amazon.clock.step({ seconds: 30 });
    expect(await amazon.isOffered(orderId)).toBe(false);
  });

  test('a stale GET does not reach orders that were never asked through the API', async () => {
    const { amazon } = await withFaults({ kind: 'look-stale', staleMs: 30_000 });
    const elsewhere = amazon.world.addOrder({ account: 'seller', askedElsewhereAt: '-1s' });

    expect(await amazon.isOffered(elsewhere)).toBe(false);
  });

  test('a body may lack its closing brace', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'broken-json' });

    const { status, text, body } = await amazon.ask(orderId);

    expect([status, text, body]).toEqual([201, '{', null]);
    expect((await amazon.ask(orderId)).text).toMatch(/^\{"errors":\[.*\]$/);
  });

  test('a body may be huge', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'huge-body', bytes: 3_000_000 });

    expect((await amazon.look(orderId)).text).toHaveLength(3_000_000);
  });

  test('a page token may have expired early', async () => {
    const amazon = await StandIn.start({ pageSize: 1, faults: [{ kind: 'page-token-expired', times: 1 }] });
    amazon.world.makeOrders('seller', 3, { 'fba-eligible': 1 });
    const query = { lastUpdatedAfter: amazon.clock.iso({ days: -40 }) };
    const { nextToken } = (await amazon.search(query)).body.pagination;

    expect((await amazon.search({ ...query, paginationToken: nextToken })).status).toBe(400);
    expect((await amazon.search({ ...query, paginationToken: nextToken })).status).toBe(200);
  });
});

describe('refusals on demand', () => {
  test.each([
    ['denied', 'Access to requested resource is denied.', ''],
    [
      'token-revoked',
      'Access to requested resource is denied.',
      'The access token you provided is revoked, malformed or invalid.',
    ],
    ['secret-expired', 'The LWA secret token you provided has expired.', ''],
    ['security-token-expired', 'The security token included in the request is expired', ''],
    ['already-requested', 'You have already requested a review for this order.', ''],
    ['not-available', 'The requested solicitation is not available for this amazonOrderId.', ''],
  ] as const)('403 %s', async (text, message, details) => {
    const { amazon, orderId } = await withFaults({ kind: 'forbidden', text });

    const { status, body } = await amazon.look(orderId);

    expect([status, body.errors]).toEqual([403, [{ code: 'Unauthorized', message, details }]]);
    expect((await amazon.ask(orderId)).status).toBe(403);
    expect(amazon.world.truthOf(orderId)).toMatchObject({ accepted: 0, posts: [{ why: 'forbidden' }] });
  });

  test('the window\u2019s text also comes with a garbled apostrophe', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'forbidden', text: 'outside-window-garbled' });

    expect((await amazon.ask(orderId)).body.errors[0].message).toMatch(/^You can\u00e2\u20ac\u2122t use/);
  });

  test('429', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'throttle', operations: ['createSolicitation'] });

    expect((await amazon.ask(orderId)).body.errors[0].code).toBe('QuotaExceeded');
    expect((await amazon.look(orderId)).status).toBe(200);
  });
});

describe('the token service', () => {
  test('down', async () => {
    const amazon = await StandIn.start();
    amazon.simulator.faults.add({ kind: 'server-error', operations: ['token'], status: 503, forMs: 5_000 });

    expect((await amazon.token()).status).toBe(503);
    amazon.clock.step({ seconds: 5 });
    expect((await amazon.token()).status).toBe(200);
  });

  test('slow', async () => {
    const amazon = await StandIn.start();
    amazon.simulator.faults.add({ kind: 'delay', operations: ['token'], ms: 10_000 });

    const late = amazon.token();

    await expect(Promise.race([late, new Promise((resolve) => setTimeout(resolve, 50, 'nothing yet'))])).resolves.toBe(
      'nothing yet',
    );
    await stopAll();
    await expect(late).rejects.toThrow();
  });

  test.each([
    ['invalid-grant', 400, 'invalid_grant'],
    ['revoked', 400, 'invalid_grant'],
    ['invalid-client', 401, 'invalid_client'],
    ['unauthorized-client', 400, 'unauthorized_client'],
  ] as const)('refuses as %s', async (error, status, code) => {
    const amazon = await StandIn.start();
    amazon.simulator.faults.add({ kind: 'token-refused', error });

    const refusal = await amazon.token();

    expect([refusal.status, refusal.body.error]).toEqual([status, code]);
    expect(amazon.tally()).toMatchObject({ tokenCalls: 2, tokensIssued: 1 });
  });
});

describe('aim', () => {
  const lookEmpty = { kind: 'look-empty' } as const;

  test('every n-th', async () => {
    const { amazon, orderId } = await withFaults({ ...lookEmpty, everyNth: 2 });
    const offered = [];
    for (let i = 0; i < 4; i++) offered.push(await amazon.isOffered(orderId));

    expect(offered).toEqual([true, false, true, false]);
  });

  test('n-th is counted over what the fault could strike: accepted POSTs for a lost answer', async () => {
    const { amazon, orderId } = await withFaults({ kind: 'answer-lost', everyNth: 2 });
    const other = amazon.world.addOrder({ account: 'seller' });

    expect((await amazon.ask(orderId)).status).toBe(201);
    expect((await amazon.ask(orderId)).status).toBe(403);
    await expect(amazon.ask(other)).rejects.toThrow('fetch failed');
  });

  test('a number of times', async () => {
    const { amazon, orderId } = await withFaults({ ...lookEmpty, times: 2 });
    const offered = [];
    for (let i = 0; i < 3; i++) offered.push(await amazon.isOffered(orderId));

    expect(offered).toEqual([false, false, true]);
  });

  test('a while', async () => {
    const { amazon, orderId } = await withFaults({ ...lookEmpty, forMs: 1000 });

    expect(await amazon.isOffered(orderId)).toBe(false);
    amazon.clock.step({ seconds: 1 });
    expect(await amazon.isOffered(orderId)).toBe(true);
    expect(amazon.simulator.faults.list()).toEqual([]);
  });

  test('one order, or one account', async () => {
    const { amazon, orderId } = await withFaults({ ...lookEmpty, account: 'other' });
    const other = amazon.world.addOrder({ account: 'seller' });
    expect(await amazon.isOffered(orderId)).toBe(true);

    amazon.simulator.faults.replace([{ ...lookEmpty, orderId }]);
    expect(await amazon.isOffered(orderId)).toBe(false);
    expect(await amazon.isOffered(other)).toBe(true);
  });

  test('a probability strikes the same requests for the same seed', async () => {
    const pattern = async (seed: number) => {
      const amazon = await StandIn.start({ seed, faults: [{ ...lookEmpty, probability: 0.5 }] });
      const orderId = amazon.world.addOrder({ account: 'seller' });
      let offered = '';
      for (let i = 0; i < 40; i++) offered += (await amazon.isOffered(orderId)) ? '1' : '0';
      return offered;
    };

    expect(await pattern(7)).toBe(await pattern(7));
    expect(await pattern(7)).not.toBe(await pattern(8));
    expect(await pattern(7)).toMatch(/0.*1/);
  });

  test('several faults are active at once', async () => {
    const { amazon, orderId } = await withFaults(
      { kind: 'look-empty' },
      { kind: 'answer-lost' },
      { kind: 'broken-json', operations: ['getOrder'] },
    );

    expect(await amazon.isOffered(orderId)).toBe(false);
    expect((await amazon.getOrder(orderId)).body).toBeNull();
    await expect(amazon.ask(orderId)).rejects.toThrow('fetch failed');
    expect(amazon.simulator.faults.list().map(({ kind, struck }) => [kind, struck])).toEqual([
      ['look-empty', 1],
      ['answer-lost', 1],
      ['broken-json', 1],
    ]);
  });
});

test('latency and a delay add up; the answer is the same, only later', async () => {
  const amazon = await StandIn.start({ latencyMs: 30, faults: [{ kind: 'delay', ms: 40 }] });
  const orderId = amazon.world.addOrder({ account: 'seller' });

  const began = performance.now();
  const { status, text, headers } = await amazon.ask(orderId);

  expect(performance.now() - began).toBeGreaterThan(65);
  expect([status, text, headers.get('content-type')]).toEqual([201, '{}', 'application/hal+json']);
});

test('stop does not wait for a caller who hangs', async () => {
  const { amazon, orderId } = await withFaults({ kind: 'hang' });
  const hanging = amazon.ask(orderId);
  const refused = expect(hanging).rejects.toThrow();
  await eventually(() => expect(amazon.simulator.faults.list()).toMatchObject([{ kind: 'hang', struck: 1 }]));

  await stopAll();

  await refused;
});
