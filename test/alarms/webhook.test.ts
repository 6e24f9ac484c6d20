import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openWebhook } from '../../src/alarms/webhook.js';
import { eventually } from '../support/eventually.js';
import { WebhookReceiver } from './webhook-receiver.js';

let receiver: WebhookReceiver;
let ending: AbortController;
beforeEach(async () => {
  receiver = await new WebhookReceiver().open();
  ending = new AbortController();
});
afterEach(() => receiver.close());

const post = (message: unknown = { text: 'a' }, timeoutMs = 60_000) =>
  openWebhook({ url: receiver.url, userAgent: 'askonce/test', timeoutMs, ending: ending.signal }).post(message);

/** Answers with a status and headers at once. */
const answers =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end();

test('a message arrives whole, as JSON', async () => {
  expect(await post({ alarm: 'queue-unsafe', text: 'ünïcode & <markup>' })).toEqual({ kind: 'delivered' });
  expect(receiver.received).toMatchObject([{ alarm: 'queue-unsafe', text: 'ünïcode & <markup>' }]);
});

describe('an answer', () => {
  test.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [301, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'away'],
    [429, 'away'],
    [500, 'away'],
    [503, 'away'],
  ])('%d means: %s', async (status, kind) => {
    receiver.answer = answers(status);
    expect(await post()).toMatchObject({ kind });
  });

  test('that redirects is not followed', async () => {
    const trap = await new WebhookReceiver().open();
    receiver.answer = answers(307, { location: trap.url });
    expect(await post()).toMatchObject({ kind: 'refused', cause: 'HTTP 307, and redirects are not followed' });
    expect(trap.requests).toBe(0);
    await trap.close();
  });

  test.each([
    ['in seconds', { 'retry-after': '120' }, 120_000],
    ['as a date', { 'retry-after': 'Fri, 20 Mar 2026 12:00:30 GMT', date: 'Fri, 20 Mar 2026 12:00:00 GMT' }, 30_000],
    ['as nonsense', { 'retry-after': 'soon' }, null],
    ['not at all', {}, null],
  ])('that asks for a rest, %s', async (_how, headers, restMs) => {
    receiver.answer = answers(429, headers);
    expect(await post()).toEqual({ kind: 'away', cause: 'HTTP 429', restMs });
  });
});

describe('a hostile webhook', () => {
  test('that never answers is given up after the timeout', async () => {
    receiver.answer = () => {};
    expect(await post({}, 200)).toEqual({ kind: 'away', cause: 'no answer in time', restMs: null });
  });

  test.each<[string, (write: (chunk: string) => boolean) => Promise<void>]>([
    [
      'without end',
      async (write) => {
        for (let chunks = 0; chunks < 100_000 && write('x'.repeat(65_536)); chunks += 1) await pause(0);
      },
    ],
    [
      'a byte at a time',
      async (write) => {
        for (let bytes = 0; bytes < 10_000 && write('x'); bytes += 1) await pause(5);
      },
    ],
  ])('that goes on talking %s has taken the message, and is hung up on', async (_how, talk) => {
    let hungUp = false;
    receiver.answer = (_request, response) => {
      response.on('close', () => {
        hungUp = true;
      });
      response.on('error', () => {});
      response.writeHead(200);
      void talk((chunk) => {
        if (!response.destroyed) response.write(chunk);
        return !response.destroyed;
      });
    };
    expect(await post()).toEqual({ kind: 'delivered' });
    await eventually(() => expect(hungUp).toBe(true));
  });

  test.each<[string, RequestListener]>([
    ['resets the connection', (request) => void request.socket.resetAndDestroy()],
    ['answers no HTTP', (request) => void request.socket.end('220 mail.example.com ESMTP\r\n')],
    [
      'sends headers without end',
      (request) => void request.socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(200_000)}`),
    ],
  ])('that %s is away', async (_how, answer) => {
    receiver.answer = answer;
    expect(await post()).toMatchObject({ kind: 'away' });
  });
});

test('the address appears in no cause', async () => {
  const causes: string[] = [];
  const note = async (timeoutMs?: number) => {
    const delivery = await post({}, timeoutMs);
    if (delivery.kind !== 'delivered') causes.push(delivery.cause);
  };
  for (const answer of [answers(500), answers(302, { location: '/x' }), answers(404)]) {
    receiver.answer = answer;
    await note();
  }
  receiver.answer = () => {};
  await note(300);
  await receiver.close();
  await note();
  const nowhere = { url: 'http://SECRET-HOST.invalid/SECRET-PATH', userAgent: 'a', timeoutMs: 60_000 };
  const lost = await openWebhook({ ...nowhere, ending: ending.signal }).post({});
  if (lost.kind !== 'delivered') causes.push(lost.cause);

  expect(causes).toHaveLength(6);
  expect(causes.slice(-2)).toEqual([
    'no connection (ECONNREFUSED)',
    expect.stringMatching(/^no connection \(E[A-Z_]+\)$/),
  ]);
  expect(causes.join('\n')).not.toMatch(/SECRET|127\.0\.0\.1|invalid/i);
});

test('a process that ends breaks a POST off', async () => {
  receiver.answer = () => ending.abort();
  expect(await post()).toMatchObject({ kind: 'away' });
  expect(await post()).toMatchObject({ kind: 'away' });
  expect(receiver.requests).toBe(1);
});
