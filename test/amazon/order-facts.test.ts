import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readOrder } from '../../src/amazon/order-facts.js';
import { decodeOrderLook, decodeOrdersPage } from '../../src/amazon/orders-answers.js';

/** A merchant-fulfilled order as Amazon's model shows it, with people in it who must not come through. */
const order = {
  orderId: '202-7654321-1098765',
  orderAliases: [{ aliasId: 'PO-12', aliasType: 'SELLER_ORDER_ID' }],
  createdTime: '2026-03-01T10:00:00.000Z',
  lastUpdatedTime: '2026-03-04T12:30:00+01:00',
  programs: ['PRIME'],
  salesChannel: { channelName: 'AMAZON', marketplaceId: 'A1F83G8C2ARO7P', marketplaceName: 'Amazon.co.uk' },
  buyer: { buyerName: 'Jane Doe', buyerEmail: 'jane@example.com' },
  recipient: { deliveryAddress: { name: 'Jane Doe', addressLine1: '1 Main Street' } },
  fulfillment: {
    fulfillmentStatus: 'SHIPPED',
    fulfilledBy: 'MERCHANT',
    fulfillmentServiceLevel: 'STANDARD',
    deliverByWindow: { earliestDateTime: '2026-03-05T00:00:00Z', latestDateTime: '2026-03-07T23:59:59Z' },
  },
  orderItems: [
    {
      orderItemId: '1',
      quantityOrdered: 1,
      programs: ['SUBSCRIBE_AND_SAVE'],
      product: { asin: 'B000000001', sellerSku: 'SKU-1', title: 'Tea', customization: { text: 'For Jane' } },
    },
    { orderItemId: '2', quantityOrdered: 1, product: { asin: 'B000000001', sellerSku: 'SKU-2' } },
  ],
  packages: [
    {
      packageReferenceId: '1',
      shipTime: '2026-03-02T08:00:00Z',
      packageStatus: { status: 'DELIVERED', detailedStatus: 'DELIVERED' },
      trackingNumber: 'TRACK1',
      shipFromAddress: { name: 'Warehouse' },
    },
    { packageReferenceId: '2', packageStatus: { status: 'TELEPORTED' } },
    { packageReferenceId: '3' },
  ],
};

function factsOf(entry: unknown) {
  const reading = readOrder(entry);
  if (reading.kind === 'unreadable') throw new Error(reading.unreadable.problem);
  return reading.facts;
}

describe('an order', () => {
  test('becomes our facts, in UTC', () => {
    const facts = factsOf(order);

    expect(facts).toMatchObject({
      orderId: '202-7654321-1098765',
      marketplaceId: 'A1F83G8C2ARO7P',
      salesChannel: 'AMAZON',
      fulfillmentStatus: 'SHIPPED',
      fulfilledBy: 'MERCHANT',
      serviceLevel: 'STANDARD',
      replacesAnother: false,
      allItemsCancelled: false,
      programs: ['PRIME', 'SUBSCRIBE_AND_SAVE'],
      items: [
        { sku: 'SKU-1', asin: 'B000000001' },
        { sku: 'SKU-2', asin: 'B000000001' },
      ],
    });
    expect(facts.createdAt.toISO()).toBe('2026-03-01T10:00:00.000Z');
    expect(facts.lastUpdatedAt.toISO()).toBe('2026-03-04T11:30:00.000Z');
    expect(facts.promisedFrom?.toISO()).toBe('2026-03-05T00:00:00.000Z');
    expect(facts.promisedBy?.toISO()).toBe('2026-03-07T23:59:59.000Z');
    expect(facts.packages.map(({ status, detailedStatus }) => [status, detailedStatus])).toEqual([
      ['DELIVERED', 'DELIVERED'],
      [null, null],
      [null, null],
    ]);
    expect(facts.packages[0]?.shippedAt?.toISO()).toBe('2026-03-02T08:00:00.000Z');
  });

  test('loses everything about people', () => {
    expect(JSON.stringify(readOrder(order))).not.toMatch(/Jane|example\.com|Main Street|Warehouse|TRACK1|PO-12/);
  });

  test('needs no more than its id, its times and its channel', () => {
    const { orderId, createdTime, lastUpdatedTime } = order;
    const facts = factsOf({ orderId, createdTime, lastUpdatedTime, salesChannel: { channelName: 'NON_AMAZON' } });

    expect(facts).toMatchObject({
      marketplaceId: null,
      salesChannel: 'NON_AMAZON',
      fulfillmentStatus: null,
      fulfilledBy: null,
      serviceLevel: null,
      promisedFrom: null,
      promisedBy: null,
      packages: [],
      allItemsCancelled: false,
      items: [],
    });
  });

  test('may have null wherever Amazon leaves something out', () => {
    const facts = factsOf({
      ...order,
      programs: null,
      fulfillment: null,
      packages: null,
      orderItems: null,
      associatedOrders: null,
    });

    expect(facts).toMatchObject({ fulfillmentStatus: null, packages: [], programs: [] });
  });

  test.each([
    ['REPLACEMENT_ORIGINAL_ID', true],
    ['EXCHANGE_ORIGINAL_ID', true],
    ['SOMETHING_ELSE', false],
  ])('with an associated order of the type %s replaces another: %s', (associationType, expected) => {
    expect(factsOf({ ...order, associatedOrders: [{ orderId: 'x', associationType }] }).replacesAnother).toBe(expected);
  });

  test('is cancelled as a whole only when every item has an executed cancellation', () => {
    const executed = { product: {}, cancellation: { cancellationExecution: { cancelledBy: 'BUYER' } } };
    const requested = { product: {}, cancellation: { cancellationRequest: { requester: 'BUYER' } } };

    expect(factsOf({ ...order, orderItems: [executed, executed] }).allItemsCancelled).toBe(true);
    expect(factsOf({ ...order, orderItems: [executed, requested] }).allItemsCancelled).toBe(false);
    expect(factsOf({ ...order, orderItems: [] }).allItemsCancelled).toBe(false);
  });

  test('an unknown status is not known', () => {
    const fulfillment = { fulfillmentStatus: 'DELIVERED', fulfilledBy: 'A_FRIEND' };

    expect(factsOf({ ...order, fulfillment })).toMatchObject({ fulfillmentStatus: null, fulfilledBy: null });
  });

  test('text that a database would refuse is mended', () => {
    const orderItems = [{ product: { sellerSku: 'A\u0000B\ud800', asin: '' } }];

    expect(factsOf({ ...order, orderItems })).toMatchObject({ items: [{ sku: 'AB\ufffd', asin: null }] });
  });
});

describe('an unreadable order', () => {
  const id = order.orderId;

  test.each([
    ['nothing', null, { orderId: null, problem: 'order: missing or wrong' }],
    ['a list', [], { orderId: null, problem: 'order: missing or wrong' }],
    ['no id', { ...order, orderId: undefined }, { orderId: null, problem: 'orderId: missing or wrong' }],
    [
      'an id that breaks out of a path',
      { ...order, orderId: '../secrets' },
      { orderId: null, problem: 'orderId: not an order id' },
    ],
    [
      'an id that is too long',
      { ...order, orderId: '1'.repeat(41) },
      { orderId: null, problem: 'orderId: not an order id' },
    ],
    [
      'a bad time',
      { ...order, createdTime: 'yesterday, Jane' },
      { orderId: id, problem: 'createdTime: not an instant' },
    ],
    [
      'a time out of this world',
      { ...order, createdTime: '+275000-01-01T00:00:00Z' },
      { orderId: id, problem: 'createdTime: not an instant' },
    ],
    [
      'a time that is a number',
      { ...order, lastUpdatedTime: 5 },
      { orderId: id, problem: 'lastUpdatedTime: missing or wrong' },
    ],
    [
      'no channel',
      { ...order, salesChannel: {} },
      { orderId: id, problem: 'salesChannel.channelName: missing or wrong' },
    ],
    [
      'a bad ship time',
      { ...order, packages: [{ shipTime: 'soon' }] },
      { orderId: id, problem: 'packages.0.shipTime: not an instant' },
    ],
    [
      'a bad promise',
      { ...order, fulfillment: { deliverByWindow: { latestDateTime: '2026-13-01' } } },
      { orderId: id, problem: 'fulfillment.deliverByWindow.latestDateTime: not an instant' },
    ],
    [
      'packages that are no list',
      { ...order, packages: 'none' },
      { orderId: id, problem: 'packages: missing or wrong' },
    ],
  ])('%s is told by its field, never by its value', (_name, entry, expected) => {
    expect(readOrder(entry)).toEqual({ kind: 'unreadable', unreadable: expected });
  });

  test('is told by its first three problems', () => {
    const entry = {
      ...order,
      createdTime: 1,
      lastUpdatedTime: 'now',
      packages: [{}, { packageStatus: 'sent' }],
      orderItems: 3,
    };

    expect(readOrder(entry)).toEqual({
      kind: 'unreadable',
      unreadable: {
        orderId: id,
        problem:
          'createdTime: missing or wrong; lastUpdatedTime: not an instant; packages.1.packageStatus: missing or wrong',
      },
    });
  });

  test.each([
    ['a list as long as no order has', { programs: Array.from({ length: 1001 }, () => 5) }, 'programs'],
    [
      'a text as long as none of Amazon',
      { salesChannel: { channelName: 'A'.repeat(251) } },
      'salesChannel.channelName',
    ],
    ['a program that is no text', { orderItems: [{ programs: ['PRIME', 5] }] }, 'orderItems.0.programs.1'],
    ['a cancellation that is a word', { orderItems: [{ cancellation: 'yes' }] }, 'orderItems.0.cancellation'],
  ])('%s is one problem', (_name, wrong, path) => {
    expect(readOrder({ ...order, ...wrong })).toEqual({
      kind: 'unreadable',
      unreadable: { orderId: id, problem: `${path}: missing or wrong` },
    });
  });

  test('anything at all is read without throwing', () => {
    fc.assert(fc.property(fc.anything(), (entry) => ['order', 'unreadable'].includes(readOrder(entry).kind)));
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(order)), fc.jsonValue(), (key, value) =>
        ['order', 'unreadable'].includes(readOrder({ ...order, [key]: value }).kind),
      ),
    );
  });
});

describe('a page of orders', () => {
  const page = (body: unknown, status = 200) => ({
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  test('keeps its good orders when one is bad', () => {
    const body = {
      orders: [order, { orderId: 'bad-1' }, null],
      pagination: { nextToken: 'n' },
      lastUpdatedBefore: '2026-03-05T00:00:00Z',
    };

    const { outcome } = decodeOrdersPage(page(body), false);

    expect(outcome).toMatchObject({
      kind: 'page',
      orders: [{ orderId: order.orderId }],
      unreadable: [{ orderId: 'bad-1' }, { orderId: null }],
      nextToken: 'n',
    });
    expect(outcome.kind === 'page' && outcome.readThrough?.toISO()).toBe('2026-03-05T00:00:00.000Z');
  });

  test.each([
    ['no pagination', { orders: [] }],
    ['an empty token', { orders: [], pagination: { nextToken: '' } }],
    ['no token', { orders: [], pagination: {} }],
  ])('with %s is the last', (_name, body) => {
    expect(decodeOrdersPage(page(body), true).outcome).toEqual({
      kind: 'page',
      orders: [],
      unreadable: [],
      nextToken: null,
      readThrough: null,
    });
  });

  test.each([
    ['without orders', '{}', 200, false, { kind: 'no-answer', cause: 'unreadable-body' }],
    ['that broke off', '{"orders":[', 200, false, { kind: 'no-answer', cause: 'unreadable-body' }],
    ['refused with a page token', '{"errors":[{"code":"InvalidInput"}]}', 400, true, { kind: 'token-expired' }],
    [
      'refused without one',
      '{"errors":[{"code":"InvalidInput"}]}',
      400,
      false,
      { kind: 'no-answer', cause: 'rejected' },
    ],
    ['throttled', '', 429, true, { kind: 'throttled' }],
    ['not found', '', 404, true, { kind: 'no-answer', cause: 'status-404' }],
    ['failed', '', 503, true, { kind: 'no-answer', cause: 'status-503' }],
    [
      'denied',
      '{"errors":[{"message":"Access to requested resource is denied."}]}',
      403,
      true,
      { kind: 'account-trouble', trouble: 'denied' },
    ],
  ])('%s', (_name, body, status, continued, outcome) => {
    expect(decodeOrdersPage(page(body, status), continued).outcome).toEqual(outcome);
  });

  test('never quotes what might be about buyers', () => {
    expect(decodeOrdersPage(page({ orders: 'Jane Doe' }), false)).toEqual({
      outcome: { kind: 'no-answer', cause: 'unreadable-body' },
      said: null,
    });
  });
});

describe('a single order', () => {
  test.each([
    ['found', { order }, 200, { kind: 'order', facts: { orderId: order.orderId } }],
    [
      'another one',
      { order: { ...order, orderId: '1-2-3' } },
      200,
      { kind: 'unreadable', problem: expect.stringContaining('another order') },
    ],
    ['unreadable', { order: {} }, 200, { kind: 'unreadable' }],
    ['missing', {}, 200, { kind: 'no-answer', cause: 'unreadable-body' }],
    ['not found', {}, 404, { kind: 'not-found' }],
    ['throttled', {}, 429, { kind: 'throttled' }],
    ['refused', {}, 400, { kind: 'no-answer', cause: 'rejected' }],
    ['no JSON', 'oops', 200, { kind: 'no-answer', cause: 'unreadable-body' }],
  ])('%s', (_name, body, status, outcome) => {
    const answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) };

    expect(decodeOrderLook(answer, order.orderId).outcome).toMatchObject(outcome);
  });
});
