import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { createSpApiGateway, type SpApiGatewayOptions } from '../../src/amazon/sp-api-gateway.js';
import { secret } from '../../src/config/secret.js';
import { heldClock } from './held-clock.js';
import { answering, type LocalServer, type Respond, refusing, startServer } from './local-server.js';

const order = { orderId: '202-7654321-1098765', marketplaceId: 'A1F83G8C2ARO7P' };
const offered = { _links: { actions: [{ name: 'productReviewAndSellerFeedback' }] } };
const always = () => true;
const denied = 'Access to requested resource is denied.';
const solicitations = /^\/solicitations/;
const posts = /productReviewAndSellerFeedback$/;
const orders = /^\/orders/;
const tokens = /^\/auth/;

let amazon: LocalServer;
let shutdown: AbortController;
const clock = heldClock();

beforeEach(async () => {
  amazon = await startServer();
  shutdown = new AbortController();
  let count = 0;
  amazon.on(tokens, (_request, response) => {
    count += 1;
    response.end(JSON.stringify({ access_token: `Atza|token-${count}`, token_type: 'bearer', expires_in: 3600 }));
  });
});

afterEach(async () => {
  shutdown.abort();
  await amazon.close();
});

function gateway(changes: { endpoint?: string; timeoutMs?: number; hearTime?: (time: DateTime) => void } = {}) {
  const options: SpApiGatewayOptions = {
    account: {
      name: 'eu',
      clientId: 'client-1',
      clientSecret: secret('swordfish'),
      refreshToken: secret('Atzr|opensesame'),
      region: 'eu',
    },
    endpoints: {
      spApiEndpoint: changes.endpoint ?? amazon.origin,
      lwaEndpoint: `${amazon.origin}/auth/o2/token`,
      sandbox: false,
    },
    userAgent: 'askonce/0.0.0 (Language=TypeScript; Platform=test)',
    requestTimeoutMs: changes.timeoutMs ?? 20_000,
    clock,
    ...(changes.hearTime ? { hearTime: changes.hearTime } : {}),
    shutdown: shutdown.signal,
  };
  return createSpApiGateway(options);
}

const requestsTo = (path: RegExp) => amazon.received.filter(({ url }) => path.test(url.pathname));
const postsSeen = () => requestsTo(posts).filter(({ method }) => method === 'POST');

describe('a request to Amazon', () => {
  test('for the token is a form with the credentials', async () => {
    expect(await gateway().prepare()).toEqual({ kind: 'ready' });

    const [request] = requestsTo(tokens);
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'Atzr|opensesame',
      client_id: 'client-1',
      client_secret: 'swordfish',
    });
  });

  test('to look has the token, who we are, and no body', async () => {
    amazon.on(solicitations, answering(200, offered));

    expect((await gateway().look(order)).outcome).toEqual({ kind: 'offered' });

    const [request] = requestsTo(solicitations);
    expect(request?.method).toBe('GET');
    expect(request?.url.pathname).toBe(`/solicitations/v1/orders/${order.orderId}`);
    expect(request?.url.search).toBe(`?marketplaceIds=${order.marketplaceId}`);
    expect(request?.headers).toMatchObject({
      'x-amz-access-token': 'Atza|token-1',
      'user-agent': 'askonce/0.0.0 (Language=TypeScript; Platform=test)',
    });
    expect(request?.headers).not.toHaveProperty('content-length');
    expect(request?.headers).not.toHaveProperty('content-type');
  });

  test('to ask is a POST without a body and without a content type', async () => {
    amazon.on(posts, answering(201, {}));

    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'accepted' });

    const [request] = postsSeen();
    expect(request?.url.pathname).toBe(
      `/solicitations/v1/orders/${order.orderId}/solicitations/productReviewAndSellerFeedback`,
    );
    expect(request?.url.search).toBe(`?marketplaceIds=${order.marketplaceId}`);
    expect(request?.body).toBe('');
    expect(request?.headers).not.toHaveProperty('content-type');
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
  });

  test('for orders names what is included and nothing else', async () => {
    amazon.on(orders, answering(200, { orders: [] }));
    const updatedAfter = DateTime.fromISO('2026-03-01T10:00:00+02:00');
    const marketplaceIds = ['A1PA6795UKMFR9', 'A13V1IB3VIYZZH'];

    await gateway().searchOrders({ marketplaceIds, updatedAfter, paginationToken: null });
    await gateway().searchOrders({ marketplaceIds, updatedAfter, paginationToken: 'next+/=' });

    const [first, second] = requestsTo(orders).map(({ url }) => Object.fromEntries(url.searchParams));
    expect(first).toEqual({
      lastUpdatedAfter: '2026-03-01T08:00:00.000Z',
      marketplaceIds: 'A1PA6795UKMFR9,A13V1IB3VIYZZH',
      includedData: 'FULFILLMENT,PACKAGES,CANCELLATION',
    });
    expect(second).toEqual({ ...first, paginationToken: 'next+/=' });
  });

  test('for one order names the same', async () => {
    amazon.on(orders, answering(404, { errors: [] }));

    expect((await gateway().getOrder(order.orderId)).outcome).toEqual({ kind: 'not-found' });

    const [request] = requestsTo(orders);
    expect(request?.url.pathname).toBe(`/orders/2026-01-01/orders/${order.orderId}`);
    expect(Object.fromEntries(request?.url.searchParams ?? [])).toEqual({
      includedData: 'FULFILLMENT,PACKAGES,CANCELLATION',
    });
  });

  test.each(['../../x', '', '1/2', 'a'.repeat(41), '%2e%2e'])(
    'is never made for the order id "%s"',
    async (orderId) => {
      const bad = { ...order, orderId };

      expect((await gateway().ask(bad, always)).outcome).toEqual({ kind: 'not-sent', cause: 'bad-order-id' });
      expect((await gateway().look(bad)).outcome).toEqual({ kind: 'no-answer', cause: 'bad-order-id' });
      expect((await gateway().getOrder(orderId)).outcome.kind).toBe('unreadable');
      expect(amazon.received).toEqual([]);
    },
  );
});

describe('the facts of a call', () => {
  test('are its status, its id and the rate that Amazon names', async () => {
    amazon.on(solicitations, answering(200, offered, { 'x-amzn-RequestId': 'a-1', 'x-amzn-RateLimit-Limit': '0.5' }));

    expect((await gateway().look(order)).call).toEqual({
      status: 200,
      requestId: 'a-1',
      durationMs: expect.any(Number),
      amazonTime: expect.anything(),
      rateLimit: 0.5,
      said: null,
    });
  });

  test('tell the worker what time it is at Amazon, whatever the answer', async () => {
    const date = 'Fri, 20 Mar 2026 12:00:00 GMT';
    amazon.on(solicitations, answering(500, {}, { Date: date }));
    const heard: unknown[] = [];

    await gateway({ hearTime: (time) => heard.push(time.toHTTP()) }).look(order);

    expect(heard).toEqual([date]);
  });

  test.each(['0', '-1', 'NaN', '1e9', '2000', 'many', ''])('leave out the absurd rate "%s"', async (limit) => {
    amazon.on(solicitations, answering(200, offered, { 'x-amzn-RateLimit-Limit': limit }));

    expect((await gateway().look(order)).call.rateLimit).toBeNull();
  });

  test('hold what an unclear answer said', async () => {
    amazon.on(posts, refusing(403, 'Not today'));

    expect(await gateway().ask(order, always)).toMatchObject({
      outcome: { kind: 'unknown', cause: 'status-403' },
      call: { status: 403, said: 'Unauthorized: Not today' },
    });
  });
});

describe('when no clear answer comes', () => {
  test('a refused connection means not sent', async () => {
    const { prepare, ask, look } = gateway({ endpoint: await closedOrigin() });
    await prepare();

    expect((await ask(order, always)).outcome).toEqual({ kind: 'not-sent', cause: 'connection-refused' });
    expect(await look(order)).toMatchObject({
      outcome: { kind: 'no-answer', cause: 'connection-refused' },
      call: { status: null, requestId: null },
    });
  });

  test('a name that does not resolve means not sent', async () => {
    const { ask } = gateway({ endpoint: 'http://no-such-host.invalid' });

    expect((await ask(order, always)).outcome).toMatchObject({ kind: 'not-sent' });
  });

  test('a broken TLS handshake means not sent', async () => {
    const { ask } = gateway({ endpoint: amazon.origin.replace('http:', 'https:') });

    expect((await ask(order, always)).outcome).toMatchObject({ kind: 'not-sent', cause: 'tls' });
  });

  test('a connection reset after the request was written means unknown', async () => {
    amazon.on(posts, ({ socket }) => socket.resetAndDestroy());

    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'unknown', cause: 'connection-reset' });
    expect(postsSeen()).toHaveLength(1);
  });

  test('a reset in the middle of a body means unknown, unless the head said 201', async () => {
    const broken =
      (status: number): Respond =>
      ({ socket }, response) => {
        response.writeHead(status, { 'content-length': '100' });
        response.write('{');
        setTimeout(() => socket.destroy(), 20);
      };
    amazon.on(posts, broken(403), broken(201));

    expect(await gateway().ask(order, always)).toMatchObject({ outcome: { kind: 'unknown' }, call: { status: 403 } });
    expect(await gateway().ask(order, always)).toMatchObject({ outcome: { kind: 'accepted' }, call: { status: 201 } });
  });

  test('silence ends at the timeout and means unknown', async () => {
    amazon.on(solicitations, () => {});

    expect((await gateway({ timeoutMs: 100 }).ask(order, always)).outcome).toEqual({
      kind: 'unknown',
      cause: 'timeout',
    });
    expect((await gateway({ timeoutMs: 100 }).look(order)).outcome).toEqual({ kind: 'no-answer', cause: 'timeout' });
  });

  test('a body that comes drop by drop is cut off', async () => {
    amazon.on(solicitations, (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });

    const { outcome } = await gateway({ timeoutMs: 200 }).look(order);

    expect(outcome).toEqual({ kind: 'no-answer', cause: 'timeout' });
  });

  test('a body that is too big is cut off, packed or not', async () => {
    const big = 'x'.repeat(1_100_000);
    amazon.on(solicitations, answering(200, big), (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(big));
    });

    expect((await gateway().look(order)).outcome).toEqual({ kind: 'no-answer', cause: 'too-large' });
    expect((await gateway().look(order)).outcome).toEqual({ kind: 'no-answer', cause: 'too-large' });
  });

  test('a packed answer is read', async () => {
    amazon.on(solicitations, (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(offered)));
    });

    expect((await gateway().look(order)).outcome).toEqual({ kind: 'offered' });
  });

  test('an answer that is no HTTP means unknown', async () => {
    amazon.on(posts, ({ socket }) => socket.end('nonsense\r\n\r\n'));

    expect((await gateway().ask(order, always)).outcome).toMatchObject({ kind: 'unknown' });
  });

  test('a redirect is not followed', async () => {
    amazon.on(solicitations, answering(307, '', { location: `${amazon.origin}/elsewhere` }));

    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'unknown', cause: 'status-307' });
    expect(requestsTo(/elsewhere/)).toEqual([]);
  });

  test('nothing is tried again', async () => {
    amazon.on(solicitations, answering(429, ''), answering(503, ''));

    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'throttled' });
    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'unknown', cause: 'status-503' });
    expect(postsSeen()).toHaveLength(2);
  });
});

describe('the fence', () => {
  test('keeps the request from being written', async () => {
    amazon.on(posts, answering(201, {}));

    expect((await gateway().ask(order, () => false)).outcome).toEqual({ kind: 'not-sent', cause: 'fence' });
    expect(postsSeen()).toEqual([]);
  });

  test('is asked again for every request also where connections are kept', async () => {
    amazon.on(posts, answering(201, {}));
    const asking = gateway();

    expect((await asking.ask(order, always)).outcome).toEqual({ kind: 'accepted' });
    expect((await asking.ask(order, () => false)).outcome).toEqual({ kind: 'not-sent', cause: 'fence' });
    expect((await asking.ask(order, always)).outcome).toEqual({ kind: 'accepted' });
    expect(postsSeen()).toHaveLength(2);
  });
});

describe('shutdown', () => {
  test('before the request was written means not sent', async () => {
    const asking = gateway();
    await asking.prepare();
    shutdown.abort();

    expect((await asking.ask(order, always)).outcome).toEqual({ kind: 'not-sent', cause: 'shutdown' });
    expect(postsSeen()).toEqual([]);
  });

  test('after the request was written means unknown', async () => {
    amazon.on(posts, () => shutdown.abort());

    expect((await gateway().ask(order, always)).outcome).toEqual({ kind: 'unknown', cause: 'shutdown' });
  });
});

describe('the token', () => {
  test('is fetched once for many calls at once', async () => {
    amazon.on(solicitations, answering(200, offered));
    const looking = gateway();

    const looks = await Promise.all(Array.from({ length: 10 }, () => looking.look(order)));

    expect(looks.every(({ outcome }) => outcome.kind === 'offered')).toBe(true);
    expect(requestsTo(tokens)).toHaveLength(1);
  });

  test('that was denied is replaced for the next call', async () => {
    amazon.on(solicitations, refusing(403, denied), answering(200, offered));
    const looking = gateway();
    await looking.prepare();
    clock.pass({ seconds: 2 });

    expect((await looking.look(order)).outcome).toEqual({ kind: 'account-trouble', trouble: 'denied' });
    expect((await looking.look(order)).outcome).toEqual({ kind: 'offered' });
    expect(requestsTo(solicitations).map(({ headers }) => headers['x-amz-access-token'])).toEqual([
      'Atza|token-1',
      'Atza|token-2',
    ]);
  });

  test.each([
    [503, '', 'token-unavailable'],
    [200, 'no JSON', 'token-unavailable'],
    [200, '{}', 'token-unavailable'],
    [307, '', 'token-unavailable'],
    [400, '{"error":"invalid_grant"}', 'revoked'],
    [400, '{"error":"unauthorized_client"}', 'revoked'],
    [401, '{"error":"invalid_client"}', 'bad-client'],
  ])('refused with %d %s means that nothing was sent', async (status, body, trouble) => {
    amazon.on(tokens, answering(status, body));
    const asking = gateway();
    const expected = { kind: 'account-trouble', trouble };

    expect(await asking.prepare()).toEqual(expected);
    expect((await asking.ask(order, always)).outcome).toEqual(expected);
    expect((await asking.look(order)).outcome).toEqual(expected);
    expect((await asking.getOrder(order.orderId)).outcome).toEqual(expected);
    expect(requestsTo(solicitations)).toEqual([]);
  });

  test('that does not come in time is not waited for', async () => {
    amazon.on(tokens, () => {});

    expect(await gateway({ timeoutMs: 100 }).prepare()).toEqual({
      kind: 'account-trouble',
      trouble: 'token-unavailable',
    });
  });

  test('without a lifetime is taken for an hour', async () => {
    amazon.on(tokens, answering(200, { access_token: 'Atza|plain' }));
    amazon.on(solicitations, answering(200, offered));

    expect((await gateway().look(order)).outcome).toEqual({ kind: 'offered' });
  });
});

test('no secret gets into what a call gives back, whatever goes wrong', async () => {
  const secrets = /swordfish|opensesame|Atza/;
  const echo: Respond = ({ headers }, response) => {
    response.writeHead(500).end(`you sent ${headers['x-amz-access-token']}`);
  };
  amazon.on(solicitations, echo, ({ socket }) => socket.destroy(), refusing(403, 'Atza|token-1 is odd'));
  const { ask, look, getOrder, searchOrders } = gateway({ timeoutMs: 300 });
  amazon.on(orders, echo);
  const query = { marketplaceIds: ['x'], updatedAfter: clock.now(), paginationToken: null };

  const answers = [
    await ask(order, always),
    await ask(order, always),
    await ask(order, always),
    await look(order),
    await getOrder(order.orderId),
    await searchOrders(query),
    await gateway({ endpoint: await closedOrigin() }).ask(order, always),
  ];

  expect(inspect(answers, { depth: 20, showHidden: true })).not.toMatch(secrets);
  expect(answers.map(({ call }) => call.said).filter(Boolean)).not.toEqual([]);
});

/** An origin on which nobody listens. */
async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
