import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { assetUrl } from '../../src/web/assets.js';
import { asPerson, openServer, type Server, withToken } from './access-server.js';

let server: Server;

beforeEach(async () => {
  server = await openServer();
});
afterEach(() => server.close());

const pages = [
  '/',
  '/orders',
  '/orders/302-0000001-0000001',
  '/accounts',
  '/queue',
  '/alarms',
  '/login',
  '/no-such-page',
];

test.each(pages)('a browser loads nothing for %s but our own files, and keeps nothing of it', async (path) => {
  const { headers } = await server.ask({ path, headers: asPerson });

  const policy = String(headers['content-security-policy']).split(';').sort();
  expect(policy).toEqual([
    "base-uri 'none'",
    "connect-src 'self'",
    "default-src 'none'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self'",
    "script-src 'self'",
    expect.stringMatching(/^style-src 'self' 'sha256-[\w+/]{43}='$/),
  ]);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(headers).not.toHaveProperty('strict-transport-security');
  expect(headers).not.toHaveProperty('x-powered-by');
});

test.each(pages)(
  'there is no script and no style inside %s, and every address in it is on this server',
  async (path) => {
    const { body, headers } = await server.ask({ path, headers: asPerson });

    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    // Data for a script is none.
    expect(body).not.toMatch(/<script(?![^>]*( src=| type="application\/json"))/);
    expect(body).not.toMatch(/<[^>]* (style|on\w+)=/);
    if (path !== '/login') expect(body).not.toContain('<style');
    const addresses = [...body.matchAll(/ (?:src|href|action)="([^"]*)"/g)].map(([, address]) => address);
    for (const address of addresses) expect(address).toMatch(/^[/#?]/);
  },
);

test('the refusals of a server beyond loopback have the same headers', async () => {
  const beyond = await openServer({ host: '0.0.0.0' });

  const refused = await beyond.ask({ path: '/' });
  const { headers } = await server.ask({ path: '/' });
  await beyond.close();

  expect(refused.status).toBe(401);
  expect(refused.headers['content-security-policy']).toBe(headers['content-security-policy']);
  expect(refused.headers['cache-control']).toBe('no-store');
});

test('every file of the pages, and the chart library, is served for ever at its address', async () => {
  const own = readdirSync(join(packageRoot, 'src', 'web', 'assets'));
  const types: Record<string, string> = { css: 'text/css', js: 'application/javascript', svg: 'image/svg+xml' };

  for (const name of [...own, 'chart.umd.min.js']) {
    const answer = await server.ask({ path: assetUrl(name) });

    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toContain(types[name.split('.').at(-1) ?? '']);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  }
});

test.each([
  ['another file of the chart library', 'chart.cjs'],
  ['a file beside the folder', '../web.ts'],
  ['a file beside the folder, written otherwise', '..%2fweb.ts'],
  ['a file of the machine', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd'],
  ['the folder', ''],
])('%s is not served', async (_what, name) => {
  const folder = assetUrl('app.css').replace('app.css', '');

  expect((await server.ask({ path: folder + name })).status).toBe(404);
});

test('an address of other contents is not served', async () => {
  expect((await server.ask({ path: '/assets/0123456789abcdef/app.css' })).status).toBe(404);
});

test('a page that needs a file that is not there says so', () => {
  expect(() => assetUrl('nothing.js')).toThrow('the installation is incomplete');
});

test.each([
  ['GET', '/no-such-page', 404, undefined],
  ['GET', '/favicon.ico', 204, undefined],
  ['GET', '/actions/pause', 405, 'POST, OPTIONS'],
  ['DELETE', '/orders/302-0000001-0000001', 405, 'GET, HEAD, OPTIONS'],
  ['PUT', '/login', 405, 'GET, HEAD, POST, OPTIONS'],
  ['OPTIONS', '/orders', 204, 'GET, HEAD, OPTIONS'],
  ['OPTIONS', '/no-such-page', 404, undefined],
])('%s %s is answered with %i', async (method, path, status, allow) => {
  const answer = await server.ask({ method, path, headers: withToken });

  expect(answer.status).toBe(status);
  expect(answer.headers['allow']).toBe(allow);
});

test('HEAD says what GET would, without its body', async () => {
  const get = await server.ask({ path: '/alarms', headers: asPerson });
  const head = await server.ask({ method: 'HEAD', path: '/alarms', headers: asPerson });

  expect(head).toMatchObject({ status: get.status, body: '' });
  expect(head.headers['content-type']).toBe(get.headers['content-type']);
});

test('a page whose numbers cannot be read says so in the frame, and the log says why', async () => {
  server.ledger.openAlarms = async () => {
    throw new Error('connection refused');
  };

  const answer = await server.ask({ path: '/alarms', headers: asPerson });

  expect(answer.status).toBe(500);
  expect(answer.body).toContain('The ledger does not answer');
  expect(answer.body).not.toContain('connection refused');
  expect(server.logged).toContainEqual({ event: 'http-failed', facts: { error: 'connection refused' } });
});
