import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { watchedWire } from '../../src/amazon/wire.js';

const servers: (TcpServer | Server)[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listening(server: TcpServer | Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** TLS with a shared key in place of certificates, which would run out one day. */
const tls = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const psk = Buffer.from('not a secret, only a test', 'utf8');

async function tlsServer(events: string[]): Promise<number> {
  const server = https.createServer({ ...tls, pskCallback: () => psk }, (request, response) => {
    events.push(`${request.method} arrived`);
    response.writeHead(201).end('{}');
  });
  server.on('secureConnection', () => events.push('handshake'));
  return listening(server);
}

/** The check of the server belongs to the agent: with one of its own, a request gets a connection of its own. */
const clientTls = {
  pskCallback: () => ({ psk, identity: 'test' }),
  checkServerIdentity: () => undefined,
};

function post(port: number, agent: https.Agent, mayStillSend: () => boolean) {
  const { transport, seen } = watchedWire(mayStillSend, 2_000);
  const options = {
    ...tls,
    protocol: 'https:',
    host: '127.0.0.1',
    port,
    method: 'POST',
    agent,
  };
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    const request = transport.request(options, resolve);
    request.on('error', reject);
    request.end();
  });
  return { answer, seen };
}

describe('a request over TLS', () => {
  test('is written after the handshake, when it may still be sent', async () => {
    const events: string[] = [];
    const port = await tlsServer(events);
    const agent = new https.Agent({ ...clientTls, keepAlive: true });
    const fence = () => {
      events.push('fence');
      return true;
    };

    const first = post(port, agent, fence);
    const kept = once(agent, 'free');
    (await first.answer).resume();
    expect(first.seen).toMatchObject({ written: true, fenced: false, head: { status: 201 } });
    expect(events).toEqual(['handshake', 'fence', 'POST arrived']);

    await kept;
    (await post(port, agent, fence).answer).resume();
    expect(events.slice(3)).toEqual(['fence', 'POST arrived']);
    agent.destroy();
  });

  test('is not written when it may not be sent any more', async () => {
    const events: string[] = [];
    const port = await tlsServer(events);
    const agent = new https.Agent(clientTls);

    const { answer, seen } = post(port, agent, () => false);

    await expect(answer).rejects.toThrow('has lapsed');
    expect(seen).toEqual({ written: false, fenced: true, head: null });
    expect(events).not.toContain('POST arrived');
    agent.destroy();
  });

  test('asks no fence and writes nothing while the handshake hangs', async () => {
    const received: Buffer[] = [];
    const port = await listening(
      createServer((socket) => {
        socket.on('data', (chunk) => received.push(chunk));
        setTimeout(() => socket.destroy(), 100);
      }),
    );
    let asked = 0;
    const agent = new https.Agent(clientTls);

    const { answer, seen } = post(port, agent, () => {
      asked += 1;
      return true;
    });

    await expect(answer).rejects.toThrow();
    expect(seen.written).toBe(false);
    expect(asked).toBe(0);
    expect(Buffer.concat(received).toString('latin1')).not.toContain('POST');
    agent.destroy();
  });
});
