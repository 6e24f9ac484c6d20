import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createSpApiGateway } from '../../src/amazon/sp-api-gateway.js';
import { secret } from '../../src/config/secret.js';
import { heldClock } from '../amazon/held-clock.js';
import { answering, startServer } from '../amazon/local-server.js';
import { meetWire } from '../support/hostile/wire.js';

test('every call ends in time, in little memory and with the right outcome, whatever the server does', async () => {
  const { met, wrong } = await meetWire();

  expect(wrong).toEqual([]);
  expect(met).toBeGreaterThan(300);
});

test('an answer that comes twice is not taken for the answer to the next request', async () => {
  const tokens = await startServer();
  tokens.on(/./, answering(200, { access_token: 'Atza|IwEB', expires_in: 3600 }));
  let asked = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      if (request.toString().startsWith('POST')) {
        asked += 1;
        socket.write('HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      socket.write('HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}');
      // Behind the answer to the look, on the same connection, when nobody waits for one.
      setTimeout(() => socket.write('HTTP/1.1 201 X\r\ncontent-length: 2\r\n\r\n{}'), 2);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const shutdown = new AbortController();
  const gateway = createSpApiGateway({
    account: { name: 'tea', clientId: 'c', clientSecret: secret('s'), refreshToken: secret('r'), region: 'eu' },
    endpoints: { spApiEndpoint: `http://127.0.0.1:${port}`, lwaEndpoint: `${tokens.origin}/auth`, sandbox: false },
    userAgent: 'askonce/0.0.0 (Language=TypeScript; Platform=test)',
    requestTimeoutMs: 60_000,
    clock: heldClock(),
    shutdown: shutdown.signal,
  });
  const order = { orderId: '202-7654321-1098765', marketplaceId: 'A1PA6795UKMFR9' };

  for (let round = 1; round <= 20; round += 1) {
    await gateway.look(order);
    expect((await gateway.ask(order, () => true)).outcome).toEqual({ kind: 'unknown', cause: 'status-403' });
    expect(asked).toBe(round);
    await after(5);
  }

  shutdown.abort();
  server.close();
  await tokens.close();
});
