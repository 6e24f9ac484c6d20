import http from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { StandIn, stopAll, us } from './stand-in.js';

afterEach(stopAll);

const outsideWindow =
  'You can\u2019t use this feature to request a review outside the 5-30 day range after the order delivery date.';

describe('GET', () => {
  test('an order that may be asked offers the one action, in HAL', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });
    const action = `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback`;

    const { status, headers, body } = await amazon.look(orderId);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/hal\+json/);
    expect(body._links).toEqual({
      actions: [{ href: `${action}?marketplaceIds=${us}`, name: 'productReviewAndSellerFeedback' }],
      self: { href: `/solicitations/v1/orders/${orderId}?marketplaceIds=${us}` },
    });
    expect(body._embedded.actions[0]._links.schema).toEqual({
      href: `${action}/schema`,
      name: 'productReviewAndSellerFeedback',
    });
  });

  test.each([
    ['a second before it opens', { deliveredAt: '-431999s' }, false],
    ['the moment it opens', { deliveredAt: '-5d' }, true],
    ['the last second', { deliveredAt: '-2591999s' }, true],
    ['the moment it closes', { deliveredAt: '-30d' }, false],
    ['not delivered yet', { deliveredAt: '+1d' }, false],
    ['never delivered', { deliveredAt: null, shippedAt: '-20d' }, false],
    ['not shipped', { shippedAt: null }, false],
    ['cancelled after it shipped', { cancelledAt: '-1d' }, false],
    ['asked elsewhere', { askedElsewhereAt: '-1d' }, false],
    ['a replacement', { replaces: '111-1111111-1111111' }, false],
    ['another channel', { salesChannel: 'NON_AMAZON' as const }, false],
  ])('%s', async (_name, order, offered) => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', ...order });

    expect(await amazon.isOffered(orderId)).toBe(offered);
    expect((await amazon.look(orderId)).body._embedded.actions).toHaveLength(offered ? 1 : 0);
  });

  test('another marketplace than the order\u2019s has nothing to offer', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    expect((await amazon.look(orderId, 'A2EUQ1WTGCTBG2')).body._links.actions).toEqual([]);
  });

  test.each(['', `${us},A2EUQ1WTGCTBG2`])('marketplaceIds=%s is refused', async (marketplaceIds) => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    const { status, body } = await amazon.look(orderId, marketplaceIds);

    expect(status).toBe(400);
    expect(body.errors[0].message).toBe('Missing or invalid request parameters: [marketplaceIds]');
  });

  test('an unknown order is 404', async () => {
    const amazon = await StandIn.start();

    expect((await amazon.look('111-0000000-0000000')).status).toBe(404);
  });

  test('a GET with a body is refused', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });
    const { access_token } = (await amazon.token()).body;

    const status = await new Promise((resolve, reject) => {
      const request = http.request(
        `${amazon.simulator.origin}/solicitations/v1/orders/${orderId}?marketplaceIds=${us}`,
        { method: 'GET', headers: { 'x-amz-access-token': access_token, 'content-length': 2 } },
        (response) => resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      request.end('{}');
    });

    expect(status).toBe(400);
  });
});

describe('POST', () => {
  test('is accepted once: 201 with an empty object, and nothing is offered any more', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    const { status, text, headers } = await amazon.ask(orderId);

    expect([status, text]).toEqual([201, '{}']);
    expect(await amazon.isOffered(orderId)).toBe(false);
    expect(amazon.world.truthOf(orderId)).toMatchObject({
      accepted: 1,
      acceptedAt: amazon.clock.iso(),
      standing: 'already-requested',
      posts: [{ decision: 'accepted', status: 201, requestId: headers.get('x-amzn-requestid'), fault: null }],
    });
  });

  test('a second one is refused with one of Amazon\u2019s two texts, and is in the truth', async () => {
    const amazon = await StandIn.start();
    const orderIds = amazon.world.makeOrders('seller', 20, { 'fba-eligible': 1 });
    const messages = new Set<string>();

    for (const orderId of orderIds) {
      await amazon.ask(orderId);
      const { status, headers, body } = await amazon.ask(orderId);
      expect(status).toBe(403);
      expect(headers.get('x-amzn-ratelimit-limit')).toBeNull();
      expect(body.errors[0].code).toBe('Unauthorized');
      messages.add(body.errors[0].message);
      expect(amazon.world.truthOf(orderId)).toMatchObject({
        accepted: 1,
        posts: [{ decision: 'accepted' }, { decision: 'refused', why: 'already-requested', status: 403 }],
      });
    }

    expect([...messages].sort()).toEqual([
      'The requested solicitation is not available for this amazonOrderId.',
      'You have already requested a review for this order.',
    ]);
  });

  test.each([
    ['too early', { deliveredAt: '-4d' }],
    ['too late', { deliveredAt: '-31d' }],
  ])('%s is refused with the same text, curly apostrophe included', async (_name, order) => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', ...order });

    const { status, body } = await amazon.ask(orderId);

    expect(status).toBe(403);
    expect(body.errors).toEqual([{ code: 'Unauthorized', message: outsideWindow, details: '' }]);
  });

  test('a cancelled order is not available', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', shippedAt: null, cancelledAt: '-1d' });

    expect((await amazon.ask(orderId)).body.errors[0].message).toContain('not available for this amazonOrderId');
  });

  test('a body is refused with 415, and asks nobody', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });
    const path = `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback?marketplaceIds=${us}`;

    const { status } = await amazon.call('POST', path, { body: '{}', headers: { 'content-type': 'application/json' } });

    expect(status).toBe(415);
    expect(amazon.world.truthOf(orderId)).toMatchObject({ accepted: 0, posts: [{ decision: 'refused', why: 'body' }] });
  });

  test('a content type without a body is let pass, because axios sends one by itself', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });
    const path = `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback?marketplaceIds=${us}`;

    const headers = { 'content-type': 'application/x-www-form-urlencoded' };

    expect((await amazon.call('POST', path, { headers })).status).toBe(201);
  });

  test('without a marketplace it is 400, for an unknown order 404', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller' });

    expect((await amazon.ask(orderId, '')).status).toBe(400);
    expect((await amazon.ask('111-0000000-0000000')).status).toBe(404);
    expect(amazon.tally()).toMatchObject({ posts: 2, accepted: 0 });
  });

  test('an order becomes askable as the clock moves, without anything being changed', async () => {
    const amazon = await StandIn.start();
    const orderId = amazon.world.addOrder({ account: 'seller', deliveredAt: '+1d' });

    amazon.clock.step({ days: 5 });
    expect((await amazon.ask(orderId)).status).toBe(403);
    amazon.clock.step({ days: 1 });
    expect((await amazon.ask(orderId)).status).toBe(201);
  });
});
