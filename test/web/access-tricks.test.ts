import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asPerson, openServer, type Server, TOKEN, WRONG, withToken } from './access-server.js';

let server: Server;

afterEach(() => server.close());

describe('beyond loopback', () => {
  beforeEach(async () => {
    server = await openServer({ host: '0.0.0.0' });
  });

  test.each([
    '//healthz',
    '/healthz/',
    '/%68ealthz',
    '/HEALTHZ',
    '/healthz/../metrics',
    '/healthz/..%2fmetrics',
    '/healthz%2f..%2fmetrics',
    '/./healthz',
    '/healthz;x',
    '/healthz%00',
    '/healthz%20',
    '/healthz\\..\\metrics',
    '/healthz#',
    '/healthz/metrics',
    '//healthz/metrics',
    '*',
    'http://127.0.0.1/healthz',
    'http://127.0.0.1/metrics',
    '/%zz',
    '/%',
    '/orders/%c0%ae',
    `/orders/${'x'.repeat(8000)}`,
    '/metrics?/healthz',
    '/metrics#/healthz',
    '/%6detrics',
    '/login/..%2fmetrics',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/../../../package.json',
  ])('%s is not the health of the process', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await server.ask({ method, path });

      expect(status).toBe(401);
      expect(body).toBe('{"error":"This needs ADMIN_TOKEN."}');
    }
  });

  test('whatever the address, nobody gets anything without the token', async () => {
    const part = fc.oneof(
      fc.constantFrom('healthz', 'metrics', 'orders', 'login', '..', '.', '', '%2e%2e', '%2f', '%00', ';', '%', '\\'),
      fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'az09%./;?#&=~') }),
    );
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join('/')}`);

    await fc.assert(
      fc.asyncProperty(path, async (tried) => {
        fc.pre(!/^\/healthz(\?|$)/.test(tried));
        expect((await server.ask({ path: tried })).status).toBe(401);
      }),
      { numRuns: 500 },
    );
  });

  test('the health of the process may be asked with a query, as some monitors do', async () => {
    expect(await server.ask({ path: '/healthz?t=1' })).toMatchObject({ status: 200, body: '{"ok":true}' });
  });

  test.each([
    ['a method that is no method of ours', { 'x-http-method-override': 'GET' }],
    ['a wish for the health check', { 'x-original-url': '/healthz', 'x-rewrite-url': '/healthz' }],
    ['a proxy that says it is this machine', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }],
    ['the name of this machine', { host: 'localhost' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString('base64')}` }],
    ['the token without its scheme', { authorization: TOKEN }],
    ['half of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['more than the token', { authorization: `Bearer ${TOKEN}x` }],
    ['two tokens', { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['the token as a cookie', { cookie: `askonce_session=${TOKEN}` }],
    ['a cookie that is none', { cookie: 'askonce_session=%%%; askonce_session' }],
  ])('%s does not help', async (_what, headers) => {
    expect((await server.ask({ path: '/metrics', headers: headers as Record<string, string> })).status).toBe(401);
  });

  test('the token in the address does not help', async () => {
    expect((await server.ask({ path: `/metrics?token=${TOKEN}` })).status).toBe(401);
  });

  test('the scheme may be written in any case', async () => {
    const headers = { authorization: `bearer ${TOKEN}` };

    expect((await server.ask({ path: '/metrics', headers })).status).toBe(200);
  });

  test('a body that is too large is not read without the token, and refused with it', async () => {
    const body = 'x'.repeat(20_000);
    const type = { 'content-type': 'text/plain' };
    const asked = { method: 'POST', path: '/actions/pause', body };

    expect((await server.ask({ ...asked, headers: type })).status).toBe(401);
    expect((await server.ask({ ...asked, headers: { ...type, ...withToken } })).status).toBe(413);
  });

  test.each([
    ['too large', 'x'.repeat(20_000), 'text/plain'],
    ['no JSON', '{', 'application/json'],
    ['of no known kind', 'x', 'image/png'],
  ])('a log-in whose form is %s is refused like any other', async (_what, body, type) => {
    const answer = await server.ask({ method: 'POST', path: '/login', body, headers: { 'content-type': type } });

    expect(answer).toMatchObject({ status: 401, body: '{"error":"This needs ADMIN_TOKEN."}' });
  });

  test('no answer holds the token, right or wrong', async () => {
    for (const given of [TOKEN, WRONG]) {
      for (const headers of [asPerson, {}]) {
        const paths = ['/', '/metrics', '/no-such-page', '/login', `/no-such-page?${given}`];
        const answers = await Promise.all([
          ...paths.map((path) => server.ask({ path, headers: { ...headers, authorization: `Bearer ${given}` } })),
          server.ask({ method: 'POST', path: '/login', headers, fields: { token: given } }),
        ]);
        for (const answer of answers.filter((_answer, index) => index !== 4)) {
          expect(JSON.stringify(answer)).not.toContain(given);
        }
      }
    }
    expect(JSON.stringify(server.logged)).not.toContain(TOKEN);
    expect(JSON.stringify(server.logged)).not.toContain(WRONG);
  });
});

describe('on loopback', () => {
  beforeEach(async () => {
    server = await openServer();
  });

  test.each(['localhost', 'LOCALHOST:8686', '127.0.0.1', '127.0.0.1:8686', '127.8.9.1:80', '[::1]:8686', '[::1]'])(
    'whoever asks for %s may read',
    async (host) => {
      expect((await server.ask({ path: '/metrics', headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    'attacker.example',
    'attacker.example:8686',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'localhost@attacker.example',
    '127.0.0.1:80@attacker.example',
    '192.168.1.10',
    '0.0.0.0',
    '[::ffff:192.168.1.10]',
    'localhost:8686:1',
    'localhost,attacker.example',
  ])('a page of another name that points here (%s) may not', async (host) => {
    expect((await server.ask({ path: '/metrics', headers: { host } })).status).toBe(401);
    expect((await server.ask({ path: '/metrics', headers: { host, ...withToken } })).status).toBe(200);
  });

  test.each([
    ['forwarded', 'for=192.0.2.1'],
    ['via', '1.1 proxy'],
    ['x-forwarded-for', '192.0.2.1'],
    ['x-forwarded-host', 'ops.example'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '192.0.2.1'],
  ])('who comes by a proxy (%s: %s) may not', async (name, value) => {
    expect((await server.ask({ path: '/metrics', headers: { [name]: value } })).status).toBe(401);
  });

  test('who names the target in place of the path may not', async () => {
    expect((await server.ask({ path: 'http://attacker.example/metrics' })).status).toBe(401);
  });

  test('the health of the process is open all the same', async () => {
    expect((await server.ask({ path: '/healthz', headers: { host: 'attacker.example' } })).status).toBe(200);
  });
});

describe('without ADMIN_TOKEN', () => {
  beforeEach(async () => {
    server = await openServer({ token: null });
  });

  test('everybody on this machine may read', async () => {
    expect((await server.ask({ path: '/metrics' })).status).toBe(200);
  });

  test.each(['/actions/pause', '/actions/resume', '/actions/never', '/login', '/logout'])(
    'nobody may use %s, and is told what it takes',
    async (path) => {
      for (const headers of [{}, withToken, { authorization: 'Bearer ' }, { authorization: 'Bearer null' }]) {
        const answer = await server.ask({ method: 'POST', path, headers, fields: { token: '', reason: 'holiday' } });

        expect(answer.status).toBe(403);
        expect(answer.body).toContain('none is configured');
      }
    },
  );

  test('who comes from outside may not even read', async () => {
    const answer = await server.ask({ path: '/', headers: { host: 'attacker.example', ...asPerson } });

    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('<form');
  });
});
