import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSpApiGateway } from '../../../src/amazon/sp-api-gateway.js';
import { secret } from '../../../src/config/secret.js';
import { heldClock } from '../../amazon/held-clock.js';
import { answering, type LocalServer, startServer } from '../../amazon/local-server.js';
import { hostileText } from './foreign-text.js';
import { type HostileProperty, hostileProperty } from './property.js';

const good = '202-7654321-1098765';
const parts = fc.constantFrom(
  '/',
  '..',
  '%2f',
  '%00',
  '?',
  '#',
  '&',
  ' ',
  '\n',
  '\0',
  '\\',
  '٣',
  '３',
  '‐',
  ';',
  '@',
  ':',
  '\u200b',
);

/** A good id with something in it that means something to a URL or looks like a digit, or no id at all. */
const badIds = fc
  .oneof(
    fc.tuple(fc.nat(good.length), parts).map(([at, part]) => good.slice(0, at) + part + good.slice(at)),
    hostileText,
  )
  .filter((id) => !/^[A-Za-z0-9-]{3,40}$/.test(id));

/** Against a real server that records what arrives. `close` when done. */
export async function openAddressing(): Promise<{
  readonly properties: readonly HostileProperty[];
  close(): Promise<void>;
}> {
  const amazon = await startServer();
  amazon.on(/^\/auth/, answering(200, { access_token: 'Atza|IwEB', expires_in: 3600 }));
  amazon.on(/^\/(solicitations|orders)/, answering(200, {}));
  const gateway = gatewayTo(amazon);
  await gateway.prepare();
  const properties = [
    hostileProperty('an order id that is none never reaches a URL', 2, badIds, async (orderId) => {
      amazon.received.length = 0;
      const order = { orderId, marketplaceId: 'A1PA6795UKMFR9' };

      assert.deepEqual((await gateway.ask(order, () => true)).outcome, { kind: 'not-sent', cause: 'bad-order-id' });
      assert.equal((await gateway.look(order)).outcome.kind, 'no-answer');
      assert.equal((await gateway.getOrder(orderId)).outcome.kind, 'unreadable');
      assert.deepEqual(amazon.received, []);
    }),
    hostileProperty(
      'a marketplace and a page token stay the values of their parameters',
      2,
      hostileText,
      async (text) => {
        amazon.received.length = 0;
        const updatedAfter = heldClock().now();
        await gateway.look({ orderId: good, marketplaceId: text });
        await gateway.searchOrders({ marketplaceIds: ['A1PA6795UKMFR9'], updatedAfter, paginationToken: text });

        // Half a surrogate pair becomes the replacement character on its way.
        for (const { url, headers } of amazon.received) {
          assert.match(url.pathname, /^\/(solicitations\/v1\/orders\/202-7654321-1098765|orders\/2026-01-01\/orders)$/);
          const names = [...url.searchParams.keys()].filter(
            (name) => !['lastUpdatedAfter', 'includedData'].includes(name),
          );
          assert.ok(
            names.every((name) => name === 'marketplaceIds' || name === 'paginationToken'),
            `parameters ${names}`,
          );
          assert.ok(
            [...url.searchParams.values()].includes(Buffer.from(text).toString()),
            'the value has changed on its way',
          );
          assert.equal(headers['x-amz-access-token'], 'Atza|IwEB');
        }
      },
    ),
  ];
  return { properties, close: () => amazon.close() };
}

function gatewayTo({ origin }: LocalServer) {
  return createSpApiGateway({
    account: {
      name: 'tea',
      clientId: 'client-1',
      clientSecret: secret('swordfish'),
      refreshToken: secret('Atzr|opensesame'),
      region: 'eu',
    },
    endpoints: { spApiEndpoint: origin, lwaEndpoint: `${origin}/auth/o2/token`, sandbox: false },
    userAgent: 'askonce/0.0.0 (Language=TypeScript; Platform=test)',
    requestTimeoutMs: 10_000,
    clock: heldClock(),
    shutdown: new AbortController().signal,
  });
}
