import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asPerson, cookieIn, logIn, openServer, type Server, setCookieIn, TOKEN, WRONG } from './access-server.js';

let server: Server;

beforeEach(async () => {
  server = await openServer({ host: '0.0.0.0' });
});
afterEach(() => server.close());

const statusWith = async (cookie: string, asked: Server = server) =>
  (await asked.ask({ path: '/metrics', headers: { cookie } })).status;

describe('the form', () => {
  test('stands in the answer to a person who may not see a page', async () => {
    const answer = await server.ask({ path: '/orders?state=sent', headers: asPerson });

    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('<form method="post" action="/login">');
    expect(answer.body).toContain('name="next" value="/orders?state=sent"');
  });

  test('brings a person back to the page they wanted', async () => {
    const fields = { token: TOKEN, next: '/orders?state=sent' };

    const answer = await server.ask({ method: 'POST', path: '/login', headers: asPerson, fields });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/orders?state=sent' } });
  });

  test.each([
    'https://attacker.example/',
    '//attacker.example',
    '/\\attacker.example',
    '/\t/attacker.example',
    '\\\\attacker.example',
    '/.//attacker.example',
    '/..//attacker.example',
    'javascript:alert(1)',
    'orders',
    '/orders\r\nset-cookie: a=b',
    '',
  ])('does not lead to another site: %j', async (next) => {
    const answer = await server.ask({ method: 'POST', path: '/login', fields: { token: TOKEN, next } });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
  });

  test('in place of an action that came too late leads back to the page of the action', async () => {
    const headers = { ...asPerson, host: 'ops.example', referer: 'http://ops.example/accounts' };

    const answer = await server.ask({ method: 'POST', path: '/actions/pause', headers, fields: { account: 'tea' } });

    expect(answer.status).toBe(401);
    expect(answer.body).toContain('name="next" value="/accounts"');
  });

  test('says so when the token is wrong, and is there again', async () => {
    const fields = { token: WRONG, next: '/orders' };

    const answer = await server.ask({ method: 'POST', path: '/login', headers: asPerson, fields });

    expect(answer.status).toBe(401);
    expect(setCookieIn(answer, 'askonce_session')).toBeNull();
    expect(answer.body).toContain('That is not ADMIN_TOKEN.');
    expect(answer.body).toContain('name="next" value="/orders"');
  });

  test('cannot be made to hold foreign text', async () => {
    const answer = await server.ask({ path: '/orders?"><script>alert(1)</script>', headers: asPerson });

    expect(answer.body).not.toContain('<script');
  });

  test('offers a way on to a person who is logged in and came by a link on another site', async () => {
    const headers = { ...asPerson, 'sec-fetch-site': 'cross-site' };

    const answer = await server.ask({ path: '/orders/302-0000001-0000001', headers });

    expect(answer.body).toContain('<a href="/orders/302-0000001-0000001">Go on</a>');
  });

  test('is at /login for who may read without it', async () => {
    const open = await openServer();

    const answer = await open.ask({ path: '/login?next=/accounts', headers: asPerson });

    expect(answer.status).toBe(200);
    expect(answer.body).toContain('name="next" value="/accounts"');
    await open.close();
  });

  test('is not shown to who is logged in already', async () => {
    const { cookie } = await logIn(server);

    const answer = await server.ask({ path: '/login?next=/accounts', headers: { ...asPerson, cookie } });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/accounts' } });
  });
});

describe('a session', () => {
  test('is a cookie out of reach for scripts and other sites, for twelve hours', async () => {
    const answer = await server.ask({ method: 'POST', path: '/login', fields: { token: TOKEN } });

    const cookie = setCookieIn(answer, 'askonce_session');
    expect(cookie).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
  });

  test('is sent over HTTPS only, where there is HTTPS', async () => {
    const headers = { 'x-forwarded-proto': 'https' };

    const answer = await server.ask({ method: 'POST', path: '/login', headers, fields: { token: TOKEN } });

    expect(setCookieIn(answer, 'askonce_session')).toContain('; Secure');
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test('opens the pages until the twelfth hour', async () => {
    const { cookie } = await logIn(server);

    server.pass({ hours: 12, seconds: -1 });
    expect(await statusWith(cookie)).toBe(200);
    server.pass({ seconds: 1 });
    expect(await statusWith(cookie)).toBe(401);
  });

  test('outlives a restart', async () => {
    const { cookie } = await logIn(server);
    const restarted = await openServer({ host: '0.0.0.0' });

    expect(await statusWith(cookie, restarted)).toBe(200);
    await restarted.close();
  });

  test('is void as soon as ADMIN_TOKEN is another one', async () => {
    const { cookie } = await logIn(server);
    const changed = await openServer({ host: '0.0.0.0', token: 'another-token-that-is-long-enough' });

    expect(await statusWith(cookie, changed)).toBe(401);
    await changed.close();
  });

  test('is over for good once its person has logged out', async () => {
    const { cookie, csrf } = await logIn(server);
    const another = await logIn(server);

    const answer = await server.ask({
      method: 'POST',
      path: '/logout',
      headers: { ...asPerson, cookie },
      fields: { _csrf: csrf },
    });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(setCookieIn(answer, 'askonce_session')).toContain('askonce_session=; Max-Age=0');
    expect(await statusWith(cookie)).toBe(401);
    expect(await statusWith(another.cookie)).toBe(200);
  });

  test('cannot be ended by another site', async () => {
    const { cookie } = await logIn(server);

    expect((await server.ask({ method: 'POST', path: '/logout', headers: { cookie }, fields: {} })).status).toBe(403);
    expect(await statusWith(cookie)).toBe(200);
  });

  test('stands for nothing once a single sign of its cookie is changed', async () => {
    const answer = await server.ask({ method: 'POST', path: '/login', fields: { token: TOKEN } });
    const cookie = cookieIn(answer, 'askonce_session');
    const name = 'askonce_session='.length;
    const changed = [...cookie.slice(name)].map((sign, index) => {
      const other = sign === '1' ? '2' : '1';
      return cookie.slice(0, name + index) + other + cookie.slice(name + index + 1);
    });

    const statuses = await Promise.all(changed.map((each) => statusWith(each)));

    expect(await statusWith(cookie)).toBe(200);
    // The last sign of a signature in base64 holds two bits that are not read.
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([401]));
    for (const each of ['', 'askonce_session=', `askonce_session=${'x'.repeat(5000)}`]) {
      expect(await statusWith(each)).toBe(401);
    }
  });

  test('is noted in the log with the address', async () => {
    await logIn(server);

    expect(server.logged).toContainEqual({ event: 'logged-in', facts: { address: '127.0.0.1' } });
  });
});
