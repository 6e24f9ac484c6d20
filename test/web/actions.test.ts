import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  asPerson,
  cookieIn,
  type LoggedIn,
  logIn,
  openServer,
  type Server,
  setCookieIn,
  withToken,
} from './access-server.js';

const order = '302-0000001-0000001';
const deeds = [
  ['/actions/pause', { account: 'tea', reason: 'holiday' }],
  ['/actions/resume', { account: 'tea', reason: 'back again' }],
  ['/actions/never', { order, because: 'the buyer wrote to us' }],
] as const;

let server: Server;
let person: LoggedIn;

beforeEach(async () => {
  server = await openServer();
  person = await logIn(server);
});
afterEach(() => server.close());

/** The form of a page, sent by the browser of the person who is logged in. */
function submit(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return server.ask({
    method: 'POST',
    path,
    headers: { ...asPerson, cookie: person.cookie, ...headers },
    fields: { _csrf: person.csrf, ...fields },
  });
}

const byProgram = (path: string, fields: Record<string, string>) =>
  server.ask({ method: 'POST', path, headers: withToken, fields });

const pausedAccounts = async () =>
  (await server.ledger.accounts()).flatMap(({ name, paused }) => (paused === null ? [] : [name]));
const deedsOnRecord = async () =>
  (await server.ledger.actions(10)).map(({ action, by, via, accounts, orders, because }) => ({
    action,
    by,
    via,
    accounts,
    orders,
    because,
  }));

/** What the next page says, once. */
async function noticeAfter(answer: Awaited<ReturnType<typeof submit>>): Promise<string | undefined> {
  const cookie = cookieIn(answer, 'askonce_notice');
  const page = await server.ask({ path: '/alarms', headers: { ...asPerson, cookie: `${person.cookie}; ${cookie}` } });
  expect(setCookieIn(page, 'askonce_notice')).toContain('Max-Age=0');
  return page.body.match(/<p class="notice[^>]*>([^<]*)</)?.[1];
}

describe('pausing', () => {
  test('keeps the account from asking, and is on record with who did it and why', async () => {
    const answer = await submit('/actions/pause', { account: 'tea', reason: ' holiday ', by: 'Ada' });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/accounts' } });
    expect(await pausedAccounts()).toEqual(['tea']);
    expect(await deedsOnRecord()).toEqual([
      { action: 'pause', by: 'Ada', via: 'page', accounts: ['tea'], orders: '', because: 'holiday' },
    ]);
    expect(await noticeAfter(answer)).toBe('Paused: tea.');
    expect(server.logged).toContainEqual({
      event: 'paused-by-person',
      facts: { accounts: ['tea'], by: 'Ada', because: 'holiday' },
    });
  });

  test('with no account named is for all of them', async () => {
    await submit('/actions/pause', { account: '', reason: 'holiday' });

    expect(await pausedAccounts()).toEqual(['mugs', 'tea']);
    expect(await deedsOnRecord()).toMatchObject([{ by: 'somebody', via: 'page' }]);
  });

  test('what is paused already changes nothing, and says so', async () => {
    await submit('/actions/pause', { account: 'tea', reason: 'holiday' });

    const answer = await submit('/actions/pause', { account: 'tea', reason: 'another' });

    expect(await noticeAfter(answer)).toBe('Nothing to pause: paused already (tea).');
    expect(await deedsOnRecord()).toHaveLength(1);
  });

  test('by a person of the name askonce is not taken for a pause that askonce lifts by itself', async () => {
    await submit('/actions/pause', { account: 'tea', reason: 'holiday', by: 'askonce' });

    const tea = (await server.ledger.accounts()).find(({ name }) => name === 'tea');
    expect(tea?.paused?.by).toBe('user askonce');
  });

  test('shows in the frame of every page', async () => {
    await submit('/actions/pause', { account: 'tea', reason: 'holiday' });

    expect((await server.ask({ path: '/alarms', headers: asPerson })).body).toContain('Paused: tea.');
  });
});

test('resuming lifts the pause, and is on record', async () => {
  await submit('/actions/pause', { account: '', reason: 'holiday' });

  const answer = await submit('/actions/resume', { account: 'tea', reason: 'back again', by: 'Ada' });

  expect(await pausedAccounts()).toEqual(['mugs']);
  expect(await noticeAfter(answer)).toBe('Resumed: tea.');
  expect((await deedsOnRecord())[0]).toEqual({
    action: 'resume',
    by: 'Ada',
    via: 'page',
    accounts: ['tea'],
    orders: '',
    because: 'back again',
  });
});

test('never is for good, and is on record', async () => {
  const answer = await submit('/actions/never', { order: ` ${order} `, because: 'the buyer wrote to us', by: 'Ada' });

  expect(answer).toMatchObject({ status: 303, headers: { location: `/orders/${order}` } });
  expect(await server.ledger.suppressed([order])).toEqual(new Set([order]));
  expect(await noticeAfter(answer)).toBe(`${order} will never be asked.`);
  expect(await deedsOnRecord()).toEqual([
    { action: 'never', by: 'Ada', via: 'page', accounts: [], orders: order, because: 'the buyer wrote to us' },
  ]);
});

describe('a program with the token', () => {
  test.each(deeds)('may use %s without a form, and gets JSON', async (path, fields) => {
    const answer = await byProgram(path, fields);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual(expect.any(Object));
  });

  test('may send JSON', async () => {
    const answer = await server.ask({
      method: 'POST',
      path: '/actions/pause',
      headers: { ...withToken, 'content-type': 'application/json' },
      body: JSON.stringify({ account: 'tea', reason: 'holiday' }),
    });

    expect(answer).toMatchObject({ status: 200, body: '{"paused":["tea"]}' });
  });
});

describe('what is filled in wrongly', () => {
  test.each([
    ['an account that there is not', '/actions/pause', { account: 'coffee', reason: 'holiday' }, 'no account'],
    ['no account field at all', '/actions/pause', { reason: 'holiday' }, 'Name the account'],
    ['no reason', '/actions/pause', { account: 'tea' }, 'A reason is needed'],
    ['an empty reason', '/actions/resume', { account: 'tea', reason: '   ' }, 'A reason is needed'],
    ['a reason that is too long', '/actions/pause', { account: 'tea', reason: 'x'.repeat(201) }, 'at most 200'],
    ['a reason of two lines', '/actions/pause', { account: 'tea', reason: 'a\nb' }, 'one line'],
    ['what a terminal obeys', '/actions/pause', { account: 'tea', reason: '\u001b[2J' }, 'one line'],
    ['what cannot be stored', '/actions/never', { order, because: 'a\0b' }, 'one line'],
    ['a name that is too long', '/actions/pause', { account: 'tea', reason: 'a', by: 'x'.repeat(81) }, 'at most 80'],
    ['no order id', '/actions/never', { order: "1' or '1'='1", because: 'x' }, 'no order id'],
    ['an empty order id', '/actions/never', { order: '', because: 'x' }, 'no order id'],
  ] as [string, string, Record<string, string>, string][])('is told: %s', async (_what, path, fields, problem) => {
    const answer = await submit(path, fields);

    expect(answer.status).toBe(422);
    expect(answer.body).toContain(problem);
    expect(await byProgram(path, fields)).toMatchObject({ status: 422, body: expect.stringContaining(problem) });
    expect(await deedsOnRecord()).toEqual([]);
  });

  test('a reason may have 200 characters, whatever they are', async () => {
    expect((await byProgram('/actions/pause', { account: 'tea', reason: '☂'.repeat(200) })).status).toBe(200);
  });

  test.each([
    'account=tea&account=mugs&reason=x',
    'account[]=tea&reason=x',
    '__proto__[account]=tea&reason=x',
    'account=tea&reason=x&reason=y',
  ])('a field that is there twice or is no text does nothing: %s', async (body) => {
    const headers = { ...withToken, 'content-type': 'application/x-www-form-urlencoded' };

    expect((await server.ask({ method: 'POST', path: '/actions/pause', headers, body })).status).toBe(422);
    expect(await pausedAccounts()).toEqual([]);
  });

  test('what is shown again cannot be foreign markup', async () => {
    const answer = await submit('/actions/pause', { account: '<script>alert(1)</script>', reason: 'x' });

    expect(answer.body).not.toContain('<script>alert');
  });
});

describe('a form of another site', () => {
  const nothingDone = async () => expect(await deedsOnRecord()).toEqual([]);

  test.each(deeds)('without the token of our page does nothing (%s)', async (path, fields) => {
    const answer = await submit(path, { ...fields, _csrf: '' });

    expect(answer.status).toBe(403);
    expect(answer.body).toContain('This form is too old');
    await nothingDone();
  });

  test.each([
    ['origin', 'https://attacker.example'],
    ['origin', 'http://127.0.0.1:1'],
    ['origin', 'null'],
    ['origin', 'not an origin'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'same-site'],
    ['sec-fetch-site', 'none'],
  ])('gives itself away by %s: %s', async (name, value) => {
    const answer = await submit('/actions/pause', { account: 'tea', reason: 'x' }, { [name]: value });

    expect(answer.status).toBe(403);
    expect(answer.body).toContain('another site');
    await nothingDone();
  });

  test.each([
    [{ origin: 'http://localhost:8686', host: 'localhost:8686' }],
    [{ origin: 'http://LOCALHOST', host: 'localhost:80' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://ops.example' }],
    [{}],
  ] as [Record<string, string>][])('is not what one of ours is taken for: %o', async (headers) => {
    expect((await submit('/actions/pause', { account: 'tea', reason: 'x' }, headers)).status).toBe(303);
  });

  test('with a token of another session does nothing', async () => {
    const another = await logIn(server);

    const answer = await submit('/actions/pause', { account: 'tea', reason: 'x', _csrf: another.csrf });

    expect(answer.status).toBe(403);
    await nothingDone();
  });

  test('with the cookies of one session and the token of another does nothing, whichever way they are mixed', async () => {
    const another = await logIn(server);
    const [session] = person.cookie.split('; ');
    const [, forms] = another.cookie.split('; ');

    const answer = await submit(
      '/actions/pause',
      { account: 'tea', reason: 'x', _csrf: another.csrf },
      { cookie: `${session}; ${forms}` },
    );

    expect(answer.status).toBe(403);
    await nothingDone();
  });

  test('sent again after its person has logged out does nothing', async () => {
    await submit('/logout', {});

    expect((await submit('/actions/pause', { account: 'tea', reason: 'x' })).status).toBe(401);
    await nothingDone();
  });

  test('sent again after ADMIN_TOKEN was changed does nothing', async () => {
    await server.close();
    server = await openServer({ token: 'another-token-that-is-long-enough' });

    expect((await submit('/actions/pause', { account: 'tea', reason: 'x' })).status).toBe(401);
    await nothingDone();
  });

  test('does not even do something by GET', async () => {
    const path = `/actions/pause?account=tea&reason=x&_csrf=${person.csrf}`;

    expect((await server.ask({ path, headers: { cookie: person.cookie } })).status).toBe(405);
    await nothingDone();
  });
});

describe('the way back', () => {
  const from = async (referer: string) =>
    (await submit('/actions/pause', { account: 'tea', reason: 'x' }, { referer, host: 'localhost:8686' })).headers[
      'location'
    ];

  test('is to the page with the form', async () => {
    expect(await from('http://localhost:8686/orders?state=scheduled')).toBe('/orders?state=scheduled');
  });

  test.each([
    'http://attacker.example/orders',
    'http://localhost:8687/orders',
    'http://localhost:8686//attacker.example',
    'http://localhost:8686/login',
    'javascript:alert(1)',
    'nonsense',
  ])('is never to another place: %s', async (referer) => {
    expect(await from(referer)).toBe('/accounts');
  });
});

describe('what a page says about a form', () => {
  test('is shown once, and not taken by a page that renews itself', async () => {
    const cookie = `${person.cookie}; ${cookieIn(await submit('/actions/pause', { account: 'tea', reason: 'x' }), 'askonce_notice')}`;
    const headers = { ...asPerson, cookie, 'x-askonce-live': '1' };

    const renewed = await server.ask({ path: '/alarms', headers });

    expect(renewed.body).not.toContain('class="notice');
    expect(setCookieIn(renewed, 'askonce_notice')).toBeNull();
  });

  test('cannot be written by anybody else', async () => {
    const text = Buffer.from('["done","Call 0900-1234"]').toString('base64url');
    for (const value of [text, `${text}.`, `${text}.AAAA`]) {
      const page = await server.ask({ path: '/alarms', headers: { ...asPerson, cookie: `askonce_notice=${value}` } });

      expect(page.status).toBe(200);
      expect(page.body).not.toContain('0900');
    }
  });
});

describe('the forms', () => {
  test('work for who is logged in', async () => {
    const { body } = await server.ask({ path: '/accounts', headers: { ...asPerson, cookie: person.cookie } });

    expect(body).toContain('action="/actions/pause"');
    expect(body).toContain('name="_csrf"');
    expect(body).not.toContain('disabled');
  });

  test('are switched off for others, and say what it takes', async () => {
    const { body } = await server.ask({ path: '/accounts', headers: asPerson });

    expect(body).toContain('<fieldset disabled');
    expect(body).not.toContain('name="_csrf"');
    expect(body).toContain('<a href="/login">Log in</a> to do this.');
  });

  test('name ADMIN_TOKEN and the command line where nobody can log in', async () => {
    const open = await openServer({ token: null });

    const { body } = await open.ask({ path: '/accounts', headers: asPerson });

    expect(body).toContain('To do this here, set ADMIN_TOKEN; or use the command line.');
    expect(body).not.toContain('/login');
    await open.close();
  });
});
