import { afterEach, describe, expect, test } from '@jest/globals';
import type { Order } from '@sp-api-sdk/orders-api-2026-01-01';
import { StandIn, stopAll, us } from './stand-in.js';

afterEach(stopAll);

const ids = (orders: Order[]) => orders.map(({ orderId }) => orderId).sort();

describe('searchOrders', () => {
  test('finds what was updated since, and says up to when it looked', async () => {
    const amazon = await StandIn.start();
    const recent = amazon.world.addOrder({ account: 'seller', deliveredAt: '-1d', shippedAt: '-4d' });
    amazon.world.addOrder({ account: 'seller', deliveredAt: '-15d', shippedAt: '-20d' });

    const { status, headers, body } = await amazon.search({ lastUpdatedAfter: amazon.clock.iso({ days: -5 }) });

    expect(status).toBe(200);
    expect(ids(body.orders)).toEqual([recent]);
    expect(body.lastUpdatedBefore).toBe(amazon.clock.iso({ minutes: -2 }));
    expect(body.pagination).toBeUndefined();
    expect(headers.get('x-amzn-ratelimit-limit')).toBe('1000.0');
  });

  test('finds by creation as well', async () => {
    const amazon = await StandIn.start();
    const created = amazon.world.addOrder({ account: 'seller', createdAt: '-3d', shippedAt: null });
    amazon.world.addOrder({ account: 'seller', createdAt: '-9d', shippedAt: '-1d', deliveredAt: null });

    const { body } = await amazon.search({ createdAfter: amazon.clock.iso({ days: -5 }) });

    expect(ids(body.orders)).toEqual([created]);
    expect(body.createdBefore).toBe(amazon.clock.iso({ minutes: -2 }));
  });

  test('does not show the last two minutes yet', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', createdAt: '-1d', shippedAt: '-1m', deliveredAt: null });
    const query = { lastUpdatedAfter: amazon.clock.iso({ hours: -1 }) };

    expect((await amazon.search(query)).body.orders).toEqual([]);
    amazon.clock.step({ minutes: 1 });
    expect(ids((await amazon.search(query)).body.orders)).toEqual([orderId]);
  });

  test('filters by status, fulfilment and marketplace, comma-separated', async () => {
    const amazon = await StandIn.start();
    const shipped = amazon.world.addOrder({ account: 'seller' });
    const merchant = amazon.world.addOrder({ account: 'seller', fulfilledBy: 'MERCHANT' });
    const unshipped = amazon.world.addOrder({ account: 'seller', shippedAt: null });
    const canadian = amazon.world.addOrder({ account: 'seller', marketplace: 'CA' });
    const found = async (filter: Record<string, string>) =>
      ids((await amazon.search({ lastUpdatedAfter: amazon.clock.iso({ days: -30 }), ...filter })).body.orders);

    expect(await found({ fulfillmentStatuses: 'UNSHIPPED' })).toEqual([unshipped]);
    expect(await found({ fulfilledBy: 'MERCHANT' })).toEqual([merchant]);
    expect(await found({ marketplaceIds: 'A2EUQ1WTGCTBG2' })).toEqual([canadian]);
    expect(await found({ marketplaceIds: `A2EUQ1WTGCTBG2,${us}`, fulfillmentStatuses: 'SHIPPED,CANCELLED' })).toEqual(
      [shipped, merchant, canadian].sort(),
    );
  });

  test('an order is there from the moment it is placed, and moves along with the clock', async () => {
    const amazon = await StandIn.start({ searchLagSeconds: 0 });
    amazon.world.addOrder({ account: 'seller', createdAt: '+1d', shippedAt: '+2d', deliveredAt: '+5d' });
    const statuses = async () =>
      (
        await amazon.search({ createdAfter: amazon.clock.iso({ days: -9 }), includedData: 'FULFILLMENT' })
      ).body.orders.map(({ fulfillment }: Order) => fulfillment?.fulfillmentStatus);

    expect(await statuses()).toEqual([]);
    amazon.clock.step({ days: 1 });
    expect(await statuses()).toEqual(['UNSHIPPED']);
    amazon.clock.step({ days: 1 });
    expect(await statuses()).toEqual(['SHIPPED']);
  });

  test.each([
    ['neither createdAfter nor lastUpdatedAfter', {}, /exactly one of createdAfter and lastUpdatedAfter/],
    ['both of them', { createdAfter: '2026-03-01T00:00:00Z', lastUpdatedAfter: '2026-03-01T00:00:00Z' }, /exactly one/],
    [
      'the other family\u2019s end',
      { lastUpdatedAfter: '2026-03-01T00:00:00Z', createdBefore: '2026-03-02T00:00:00Z' },
      /createdBefore/,
    ],
    [
      'an end before the beginning',
      { lastUpdatedAfter: '2026-03-05T00:00:00Z', lastUpdatedBefore: '2026-03-04T00:00:00Z' },
      /must not be before/,
    ],
    [
      'an end a minute ago',
      { lastUpdatedAfter: '2026-03-05T00:00:00Z', lastUpdatedBefore: '2026-03-10T11:59:00Z' },
      /two minutes/,
    ],
    ['a date that is none', { lastUpdatedAfter: 'yesterday' }, /ISO 8601/],
    ['101 orders a page', { lastUpdatedAfter: '2026-03-05T00:00:00Z', maxResultsPerPage: '101' }, /from 1 to 100/],
    [
      'an unknown status',
      { lastUpdatedAfter: '2026-03-05T00:00:00Z', fulfillmentStatuses: 'SHIPPED,DELIVERED' },
      /DELIVERED/,
    ],
    ['an unknown data set', { lastUpdatedAfter: '2026-03-05T00:00:00Z', includedData: 'EVERYTHING' }, /EVERYTHING/],
    [
      '51 marketplaces',
      { lastUpdatedAfter: '2026-03-05T00:00:00Z', marketplaceIds: Array(51).fill('X').join() },
      /at most 50/,
    ],
  ])('%s is refused with 400', async (_name, parameters, message) => {
    const amazon = await StandIn.start();

    const { status, headers, body } = await amazon.search(parameters as Record<string, string>);

    expect(status).toBe(400);
    expect(body.errors[0]).toEqual({ code: 'InvalidInput', message: expect.stringMatching(message), details: '' });
    expect(headers.get('x-amzn-ratelimit-limit')).not.toBeNull();
  });
});

describe('paging', () => {
  async function twelveOrders(options = {}) {
    const amazon = await StandIn.start(options);
    amazon.world.addOrders(Array.from({ length: 12 }, () => ({ account: 'seller' })));
    return { amazon, query: { lastUpdatedAfter: amazon.clock.iso({ days: -30 }) } };
  }

  test('the pages together hold every order once, and the last has no token', async () => {
    const { amazon, query } = await twelveOrders();
    const seen: string[] = [];
    let token: string | undefined;
    const sizes: number[] = [];

    do {
      const { body } = await amazon.search({
        ...query,
        maxResultsPerPage: '5',
        ...(token && { paginationToken: token }),
      });
      sizes.push(body.orders.length);
      seen.push(...body.orders.map(({ orderId }: Order) => orderId));
      token = body.pagination?.nextToken;
    } while (token);

    expect(sizes).toEqual([5, 5, 2]);
    expect(new Set(seen).size).toBe(12);
  });

  test('the simulator can be told to make small pages whatever is asked for', async () => {
    const { amazon, query } = await twelveOrders({ pageSize: 4 });

    expect((await amazon.search(query)).body.orders).toHaveLength(4);
  });

  test('a token may be used again, with another page size and other data', async () => {
    const { amazon, query } = await twelveOrders({ pageSize: 4 });
    const { nextToken } = (await amazon.search(query)).body.pagination;

    const once = await amazon.search({ ...query, paginationToken: nextToken });
    const again = await amazon.search({
      ...query,
      paginationToken: nextToken,
      includedData: 'PACKAGES',
      maxResultsPerPage: '2',
    });

    expect(once.body.orders).toHaveLength(4);
    expect(again.body.orders).toHaveLength(2);
    expect(again.body.orders[0].orderId).toBe(once.body.orders[0].orderId);
  });

  test.each([
    ['is unknown', 'nonsense', {}, 0],
    ['comes with other parameters', null, { fulfilledBy: 'AMAZON' }, 0],
    ['is a day old', null, {}, 24],
  ])('a token that %s is refused', async (_name, unknown, changes, hours) => {
    const { amazon, query } = await twelveOrders({ pageSize: 4 });
    const { nextToken } = (await amazon.search(query)).body.pagination;

    amazon.clock.step({ hours });
    const { status, body } = await amazon.search({ ...query, ...changes, paginationToken: unknown ?? nextToken });

    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(/paginationToken/);
  });

  test('another account cannot use the token', async () => {
    const { amazon, query } = await twelveOrders({ pageSize: 4 });
    const { nextToken } = (await amazon.search(query)).body.pagination;

    await amazon.signIn(amazon.world.accounts()[1]);
    expect((await amazon.search({ ...query, paginationToken: nextToken })).status).toBe(400);
  });
});

describe('what an order shows', () => {
  test('without includedData only the basics', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', fulfilledBy: 'MERCHANT', packages: 'tracked' });

    const { body } = await amazon.getOrder(orderId, '');

    expect(Object.keys(body.order).sort()).toEqual(
      [
        'associatedOrders',
        'createdTime',
        'lastUpdatedTime',
        'orderId',
        'orderItems',
        'programs',
        'salesChannel',
      ].sort(),
    );
    expect(Object.keys(body.order.orderItems[0]).sort()).toEqual(['orderItemId', 'product', 'quantityOrdered']);
  });

  test('an order that Amazon fulfils shows neither a promise nor packages nor a delivery', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', serviceLevel: 'SECOND_DAY' });

    const { order } = (await amazon.getOrder(orderId)).body;

    expect(order.fulfillment).toMatchObject({
      fulfillmentStatus: 'SHIPPED',
      fulfilledBy: 'AMAZON',
      fulfillmentServiceLevel: 'SECOND_DAY',
    });
    expect(order.fulfillment.deliverByWindow).toBeUndefined();
    expect(order.packages).toBeUndefined();
  });

  test('a merchant\u2019s package goes from pending to delivered, without a time of delivery', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({
      account: 'seller',
      fulfilledBy: 'MERCHANT',
      createdAt: '-1h',
      shippedAt: '+1d',
      deliveredAt: '+3d',
      promisedBy: '+4d',
      packages: 'tracked',
    });
    const parcel = async () => (await amazon.getOrder(orderId)).body.order.packages[0];

    expect((await parcel()).packageStatus).toEqual({ status: 'PENDING' });
    expect((await parcel()).shipTime).toBeUndefined();
    amazon.clock.step({ days: 1 });
    expect(await parcel()).toMatchObject({ packageStatus: { status: 'IN_TRANSIT' }, shipTime: amazon.clock.iso() });
    amazon.clock.step({ days: 2 });
    expect(Object.keys(await parcel())).not.toContain('deliveredTime');
    expect((await parcel()).packageStatus).toEqual({ status: 'DELIVERED' });
  });

  test.each([
    [false, -5],
    [true, -2],
  ])('delivery moves lastUpdatedTime or does not (%s)', async (deliveryMovesLastUpdated, days) => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({
      account: 'seller',
      shippedAt: '-5d',
      deliveredAt: '-2d',
      deliveryMovesLastUpdated,
    });

    expect((await amazon.getOrder(orderId)).body.order.lastUpdatedTime).toBe(amazon.clock.iso({ days }));
  });

  test('a cancelled order lists the cancellation on its items', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', shippedAt: null, cancelledAt: '-1h' });

    const { order } = (await amazon.getOrder(orderId)).body;

    expect(order.fulfillment.fulfillmentStatus).toBe('CANCELLED');
    expect(order.orderItems[0].cancellation.cancellationExecution.cancelledBy).toBe('BUYER');
  });

  test('a replacement names the order it replaces, and a foreign channel its name', async () => {
    const amazon = await StandIn.start();
    const replacement = amazon.world.addOrder({ account: 'seller', replaces: '111-1111111-1111111' });
    const foreign = amazon.world.addOrder({ account: 'seller', salesChannel: 'NON_AMAZON' });

    expect((await amazon.getOrder(replacement)).body.order.associatedOrders).toEqual([
      { orderId: '111-1111111-1111111', associationType: 'REPLACEMENT_ORIGINAL_ID' },
    ]);
    expect((await amazon.getOrder(foreign)).body.order.salesChannel.channelName).toBe('NON_AMAZON');
  });

  test('the buyer is shown to whoever asks, and the question is counted', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    await amazon.getOrder(orderId);
    expect(amazon.tally()?.personalDataRequests).toBe(0);
    const { body } = await amazon.getOrder(orderId, 'BUYER,FULFILLMENT');
    expect(body.order.buyer.buyerEmail).toContain('example.invalid');
    expect(amazon.tally()?.personalDataRequests).toBe(1);
  });

  test('an unknown order is 404, with a rate limit header', async () => {
    const amazon = await StandIn.start();

    const { status, headers } = await amazon.getOrder('111-0000000-0000000');

    expect(status).toBe(404);
    expect(headers.get('x-amzn-ratelimit-limit')).not.toBeNull();
  });
});
