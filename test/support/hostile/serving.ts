import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { createMeters } from '../../../src/measuring/meters.js';
import { startWeb } from '../../../src/web/web.js';
import { anAccount, configFrom } from '../../config/folder.js';
import { at } from '../builders.js';
import { openMemoryLedger } from '../memory-ledger.js';
import { hostileText } from './foreign-text.js';
import { type HostileProperty, hostileProperty } from './property.js';

const TOKEN = 'sixteen-characters-and-more';

/** Of a head: no line end, which would begin another line. */
const inLine = hostileText.map((part) => Buffer.from(part.replace(/[\r\n]/g, '')).toString('latin1'));
const paths = fc.oneof(
  inLine.map((part) => `/${part.replaceAll(' ', '')}`),
  fc.constantFrom(
    '/',
    '//healthz',
    '/healthz',
    '/healthz/..',
    '/readyz?x=1',
    '/metrics',
    '/%zz',
    '/%00',
    'http://a/',
    '*',
    `/${'a'.repeat(20_000)}`,
  ),
);
const methods = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'NONSENSE');
const bodies = fc.oneof(fc.constant(''), fc.constantFrom('{', '{"__proto__":1}', 'null', 'x'.repeat(2_000)), inLine);
const types = fc.constantFrom('', 'application/json', 'text/plain', 'application/json; charset=utf-16', 'a', '../x');
const authorizations = fc.oneof(
  inLine,
  inLine.map((part) => `Bearer ${part}`),
  fc.constant(`Bearer  ${TOKEN}x`),
);

/** The pages, open to other machines, so that everything but the health needs a token. `close` when done. */
export async function openServing(): Promise<{
  readonly properties: readonly HostileProperty[];
  close(): Promise<void>;
}> {
  const failed: unknown[] = [];
  const silent = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_event: string, facts?: object): void => {
      failed.push(facts);
    },
  };
  const config = configFrom({
    files: { 'accounts/tea.env': anAccount },
    environment: { HTTP_HOST: '0.0.0.0', HTTP_PORT: '0', ADMIN_TOKEN: TOKEN },
  });
  const wakeUps = {
    ring: async () => {},
    keepRinging: async () => {},
    ringNow: async () => {},
    depth: async () => ({ schedule: 0, send: 0, settle: 0 }),
    queueContents: async () => [],
    queueReport: async () => ({ backend: 'postgres', safety: null, queues: [], recurring: [] }) as const,
    ping: async () => {},
    close: async () => {},
  };
  const clock = { now: () => at('2026-03-20T12:00:00Z') };
  const web = await startWeb(
    { config, ledger: openMemoryLedger(), wakeUps, clock, log: silent, meters: createMeters([]), tracing: null },
    // Guesses are slowed down; the many of these are not to wait for that.
    { turn: async () => 'your-turn' },
  );
  const port = Number(new URL(web.url).port);
  const ask = fc.tuple(methods, paths, authorizations, types, bodies);

  const property = (says: string, known: boolean, statuses: readonly number[]) =>
    hostileProperty(says, 2, ask, async ([method, path, authorization, type, body]) => {
      const status = await statusOf(port, [method, path, known ? `Bearer ${TOKEN}` : authorization, type, body]);

      assert.ok(statuses.includes(status), `${status} ${JSON.stringify(failed.splice(0))}`);
    });
  return {
    properties: [
      // 503: the pages say that this process has read no orders yet.
      property(
        'a request to the pages is answered or refused, never failed',
        true,
        [200, 204, 303, 400, 404, 405, 413, 414, 415, 422, 431, 503],
      ),
      // 400 and 431: what is no HTTP does not even reach the pages.
      property('without the token nobody learns more than the health', false, [200, 400, 401, 431]),
    ],
    close: () => web.close(),
  };
}

async function statusOf(port: number, [method, path, authorization, type, body]: readonly string[]): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: a',
    'Connection: close',
    `Authorization: ${authorization}`,
    ...(type === '' ? [] : [`Content-Type: ${type}`]),
    `Content-Length: ${Buffer.byteLength(body ?? '', 'latin1')}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  const answer = await text(socket).catch(() => '');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
