import { afterEach, describe, expect, test } from '@jest/globals';
import { StandIn, stopAll } from './stand-in.js';

afterEach(stopAll);

test('the control API says what it can do', async () => {
  const amazon = await StandIn.start();

  expect(Object.keys((await amazon.control('GET', '')).body)).toContain('PUT /_control/faults');
  expect((await amazon.control('GET', '/nonsense')).status).toBe(404);
});

describe('faults', () => {
  test('PUT replaces, POST adds, GET lists, DELETE clears', async () => {
    const amazon = await StandIn.start();
    const kinds = async () =>
      (await amazon.control('GET', '/faults')).body.faults.map(({ kind }: { kind: string }) => kind);

    await amazon.control('PUT', '/faults', { faults: [{ kind: 'hang' }] });
    await amazon.control('PUT', '/faults', { faults: [{ kind: 'throttle' }] });
    await amazon.control('POST', '/faults', { faults: [{ kind: 'reset', times: 3 }] });
    expect(await kinds()).toEqual(['throttle', 'reset']);

    expect((await amazon.control('DELETE', '/faults')).status).toBe(200);
    expect(await kinds()).toEqual([]);
  });

  test.each([
    [
      'an unknown kind',
      { faults: [{ kind: 'earthquake' }] },
      /^faults\.0\.kind: must be one of answer-lost, reset, hang/,
    ],
    ['an unknown key', { faults: [{ kind: 'reset', often: true }] }, /^faults\.0: .*"often"/],
    ['both ways of counting', { faults: [{ kind: 'reset', everyNth: 2, probability: 0.5 }] }, /not both/],
    [
      'an operation it cannot strike',
      { faults: [{ kind: 'throttle', operations: ['token'] }] },
      /^faults\.0\.operations\.0/,
    ],
    ['a missing number', { faults: [{ kind: 'look-stale' }] }, /^faults\.0\.staleMs/],
    ['no list', {}, /^faults/],
    ['no JSON', 'reset', /must be JSON/],
  ])('%s is refused in words, and nothing changes', async (_name, body, message) => {
    const amazon = await StandIn.start({ faults: [{ kind: 'hang' }] });

    const answer = await amazon.control('PUT', '/faults', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].message).toMatch(message);
    expect(amazon.simulator.faults.list()).toHaveLength(1);
  });
});

describe('orders', () => {
  test('are added with defaults, by distance from now or by date', async () => {
    const amazon = await StandIn.start();

    const { status, body } = await amazon.control('POST', '/orders', {
      orders: [
        { account: 'seller' },
        { account: 'seller', orderId: '111-2222222-3333333', deliveredAt: '2026-03-01T00:00:00Z', shippedAt: '-10d' },
      ],
    });

    expect(status).toBe(201);
    expect(body.orderIds).toEqual([expect.stringMatching(/^11\d-\d{7}-\d{7}$/), '111-2222222-3333333']);
    expect((await amazon.control('GET', '/truth/111-2222222-3333333')).body.opensAt).toBe('2026-03-06T00:00:00.000Z');
  });

  test('are made by the dozen', async () => {
    const amazon = await StandIn.start();

    const { body } = await amazon.control('POST', '/orders', {
      make: { account: 'seller', count: 12, mix: { cancelled: 1 } },
    });

    expect(body.orderIds).toHaveLength(12);
    expect(amazon.world.truth().orders.every(({ kind }) => kind === 'cancelled')).toBe(true);
  });

  test('change: an order arrives, and its update time moves only when told to', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', deliveredAt: null, shippedAt: '-10d' });
    const updated = async () => (await amazon.getOrder(orderId)).body.order.lastUpdatedTime;

    expect((await amazon.control('PATCH', `/orders/${orderId}`, { deliveredAt: '-6d' })).body.standing).toBe('open');
    expect(await updated()).toBe(amazon.clock.iso({ days: -10 }));
    await amazon.control('PATCH', `/orders/${orderId}`, { touchedAt: amazon.clock.iso() });
    expect(await updated()).toBe(amazon.clock.iso());
  });

  test('a merchant\u2019s package gets lost', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({
      account: 'seller',
      fulfilledBy: 'MERCHANT',
      packages: 'tracked',
      deliveredAt: null,
      shippedAt: '-4d',
    });

    await amazon.control('PATCH', `/orders/${orderId}`, {
      packages: [{ trouble: { at: '-1d', status: 'UNDELIVERABLE', detailedStatus: 'LOST' } }],
    });

    expect((await amazon.getOrder(orderId)).body.order.packages[0].packageStatus).toEqual({
      status: 'UNDELIVERABLE',
      detailedStatus: 'LOST',
    });
  });

  test.each([
    ['an unknown account', { account: 'nobody' }, /no account nobody/],
    [
      'a wrong date',
      { account: 'seller', deliveredAt: 'soon' },
      /^orders\.1\.deliveredAt: must be an ISO 8601 instant/,
    ],
    ['an unknown marketplace', { account: 'seller', marketplace: 'XX' }, /marketplace/],
    [
      'an arrival before it ships',
      { account: 'seller', shippedAt: '-1d', deliveredAt: '-2d' },
      /arrives before it ships/,
    ],
    [
      'packages of an order that Amazon fulfils',
      { account: 'seller', packages: 'tracked' },
      /merchant-fulfilled orders only/,
    ],
    ['an id that is taken', { account: 'seller', orderId: 'taken' }, /already/],
  ])('%s is refused in words', async (_name, order, message) => {
    const amazon = await StandIn.start();
    amazon.world.addOrder({ account: 'seller', orderId: 'taken' });

    const { status, body } = await amazon.control('POST', '/orders', { orders: [{ account: 'seller' }, order] });

    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(message);
    expect(amazon.world.truth().orders).toHaveLength(1);
  });

  test('an order that does not exist cannot change', async () => {
    const amazon = await StandIn.start();

    expect((await amazon.control('PATCH', '/orders/111-0000000-0000000', {})).body.errors[0].message).toMatch(
      /no order/,
    );
  });
});

test('accounts are added while it runs', async () => {
  const amazon = await StandIn.start();
  const late = { name: 'late', refreshToken: 'Atzr|late', clientId: 'c', clientSecret: 's', marketplaces: ['JP'] };

  expect((await amazon.control('POST', '/accounts', { accounts: [late] })).status).toBe(201);
  expect((await amazon.token({}, late)).status).toBe(200);
  expect((await amazon.control('POST', '/accounts', { accounts: [late] })).body.errors[0].message).toMatch(/already/);
  expect((await amazon.control('POST', '/accounts', { accounts: [{ ...late, marketplaces: ['XX'] }] })).status).toBe(
    400,
  );
});

describe('truth', () => {
  test('counts what arrived, per account', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    await amazon.look(orderId);
    await amazon.look(orderId);
    await amazon.ask(orderId);
    await amazon.ask(orderId);
    await amazon.getOrder(orderId);
    await amazon.search({ lastUpdatedAfter: amazon.clock.iso({ days: -1 }) });

    const { body } = await amazon.control('GET', '/truth?account=seller');
    expect(body.accounts).toEqual([
      {
        account: 'seller',
        searches: 1,
        orderReads: 1,
        looks: 2,
        posts: 2,
        accepted: 1,
        throttled: 0,
        forbidden: 1,
        tokenCalls: 1,
        tokensIssued: 1,
        personalDataRequests: 0,
        wrongUserAgent: 0,
      },
    ]);
    expect(body.orders).toMatchObject([{ orderId, looks: 2, accepted: 1, posts: [{ at: amazon.clock.iso() }, {}] }]);
  });

  test('can be had without the orders', async () => {
    const amazon = await StandIn.start();
    amazon.world.addOrder({ account: 'seller' });

    const { body } = await amazon.control('GET', '/truth?orders=no');

    expect(body.accounts).toHaveLength(2);
    expect(body.orders).toEqual([]);
  });

  test('strangers are counted, too', async () => {
    const amazon = await StandIn.start();

    await amazon.token({ refresh_token: 'Atzr|nobody' });
    await amazon.call('GET', '/orders/2026-01-01/orders', { headers: { 'x-amz-access-token': 'guess' } });

    expect(amazon.world.truth().strangers).toBe(2);
  });

  test.each([
    ['askonce/0.1.0 (Language=TypeScript; Platform=Linux)', 0],
    ['My Selling Tool/2.0 (Language=Java/1.8.0.221;Platform=Windows/10)', 0],
    ['axios/1.7.0', 1],
    ['', 1],
  ])('a User-Agent of another form is counted: "%s"', async (agent, counted) => {
    const amazon = await StandIn.start();

    await amazon.call('GET', '/orders/2026-01-01/orders/1', { headers: { 'user-agent': agent } });

    expect(amazon.tally()?.wrongUserAgent).toBe(counted);
  });

  test('a User-Agent over 500 characters is refused', async () => {
    const amazon = await StandIn.start();

    const { status } = await amazon.call('GET', '/orders/2026-01-01/orders/1', {
      headers: { 'user-agent': 'a'.repeat(501) },
    });

    expect(status).toBe(400);
  });
});
