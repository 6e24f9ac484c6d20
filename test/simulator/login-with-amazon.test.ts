import { afterEach, expect, test } from '@jest/globals';
import { otherSeller, StandIn, seller, stopAll } from './stand-in.js';

afterEach(stopAll);

test('a refresh token buys an access token in Amazon\u2019s form, for an hour by default', async () => {
  const amazon = await StandIn.start({ tokenLifeSeconds: undefined });

  const { status, headers, body } = await amazon.token();

  expect(status).toBe(200);
  expect(body).toEqual({
    access_token: expect.stringMatching(/^Atza\|.{40,}/),
    refresh_token: seller.refreshToken,
    token_type: 'bearer',
    expires_in: 3600,
  });
  expect(headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
});

test('a JSON body is taken as well as a form, for an hour by default', async () => {
  const amazon = await StandIn.start({ tokenLifeSeconds: undefined });

  const response = await fetch(amazon.simulator.lwaEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'refresh_token',
      refresh_token: seller.refreshToken,
      client_id: seller.clientId,
      client_secret: seller.clientSecret,
    }),
  });

  expect(response.status).toBe(200);
});

test.each([
  [
    'an unknown refresh token',
    { refresh_token: 'Atzr|nobody' },
    400,
    'invalid_grant',
    /invalid grant parameter : refresh_token$/,
  ],
  ['a wrong secret', { client_secret: 'guess' }, 401, 'invalid_client', /^Client authentication failed$/],
  ['an unknown client', { client_id: 'guess' }, 401, 'invalid_client', /^Client authentication failed$/],
  ['no client', { client_id: '' }, 400, 'invalid_request', /missing a required parameter/],
  ['another grant', { grant_type: 'authorization_code' }, 400, 'unsupported_grant_type', /./],
])('%s is refused', async (_name, changes, status, error, description) => {
  const amazon = await StandIn.start();

  const refusal = await amazon.token(changes);

  expect(refusal.status).toBe(status);
  expect(refusal.body).toEqual({ error, error_description: expect.stringMatching(description) });
});

test('a refresh token of another client is refused as unauthorized_client', async () => {
  const stranger = {
    ...otherSeller,
    name: 'stranger',
    refreshToken: 'Atzr|x',
    clientId: 'client-2',
    clientSecret: 'secret-2',
  };
  const amazon = await StandIn.start({ accounts: [seller, stranger] });

  const refusal = await amazon.token({ refresh_token: stranger.refreshToken });

  expect(refusal.status).toBe(400);
  expect(refusal.body).toEqual({
    error: 'unauthorized_client',
    error_description: 'Not authorized for requested operation',
  });
});

test('an access token shows the orders of its own account only', async () => {
  const amazon = await StandIn.start();
  const mine = amazon.world.addOrder({ account: 'seller' });
  const theirs = amazon.world.addOrder({ account: 'other' });

  expect((await amazon.getOrder(mine)).status).toBe(200);
  expect((await amazon.getOrder(theirs)).status).toBe(404);
});

test('two authorisations of one seller show the same orders', async () => {
  const again = { ...seller, name: 'again', refreshToken: 'Atzr|again', sameSellerAs: 'seller' };
  const amazon = await StandIn.start({ accounts: [seller, again] });
  const orderId = amazon.world.addOrder({ account: 'seller' });

  expect((await amazon.ask(orderId)).status).toBe(201);
  await amazon.signIn(again);
  expect((await amazon.ask(orderId)).status).toBe(403);
  expect(amazon.world.truthOf(orderId)?.posts.map(({ account }) => account)).toEqual(['seller', 'again']);
});

test.each([
  ['no token', '', 'Access token is missing in the request header.'],
  ['a made-up token', 'Atza|made-up', 'The access token you provided is revoked, malformed or invalid.'],
])('a call with %s is denied, without a rate limit header', async (_name, token, details) => {
  const amazon = await StandIn.start();
  const orderId = amazon.world.addOrder({ account: 'seller' });

  const { status, headers, body } = await amazon.call('GET', `/orders/2026-01-01/orders/${orderId}`, {
    headers: { 'x-amz-access-token': token },
  });

  expect(status).toBe(403);
  expect(body.errors).toEqual([{ code: 'Unauthorized', message: 'Access to requested resource is denied.', details }]);
  expect(headers.get('x-amzn-ratelimit-limit')).toBeNull();
  expect(headers.get('x-amzn-requestid')).not.toBeNull();
});

test('an access token ends when its time is over', async () => {
  const amazon = await StandIn.start({ tokenLifeSeconds: 60 });
  const orderId = amazon.world.addOrder({ account: 'seller' });

  amazon.clock.step({ seconds: 59 });
  expect((await amazon.getOrder(orderId)).status).toBe(200);
  amazon.clock.step({ seconds: 1 });
  expect((await amazon.getOrder(orderId)).body.errors[0].details).toBe('The access token you provided has expired.');
});
