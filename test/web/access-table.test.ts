import { afterEach, describe, expect, test } from '@jest/globals';
import { type Asked, type LoggedIn, logIn, openServer, type Server, TOKEN, WRONG, withToken } from './access-server.js';

let server: Server | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

type Caller = 'nobody' | 'a wrong token' | 'the right token' | 'a session';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'] as const;
const readingMethods = ['GET', 'HEAD', 'OPTIONS'];
const unknownPaths = ['/no-such-page', '/admin', '/.env', '/assets/0000000000000000/app.css', '/actions', '/healthz/x'];

/** Every route that the server has, whatever it is, and paths that it has not. */
function everyPath({ routes }: Server): string[] {
  const paths = routes.map(({ url }) => url.replace(/:\w+/g, '302-0000001-0000001').replace('*', 'app.css'));
  return [...new Set([...paths, ...unknownPaths])];
}

function requestBy(caller: Caller, { cookie, csrf }: LoggedIn, method: string, path: string): Asked {
  const everyHeaders: Record<Caller, Record<string, string>> = {
    nobody: {},
    'a wrong token': { authorization: `Bearer ${WRONG}` },
    'the right token': withToken,
    'a session': { cookie },
  };
  const headers = everyHeaders[caller];
  if (readingMethods.includes(method) || method === 'TRACE') return { method, path, headers };
  const token = { nobody: '', 'a wrong token': WRONG, 'the right token': TOKEN, 'a session': TOKEN }[caller];
  return { method, path, headers, fields: { _csrf: csrf, ...(path === '/login' ? { token } : {}) } };
}

/** The status of every method at every path. */
async function answers(host: string, caller: Caller): Promise<ReadonlyMap<string, number>> {
  const opened = await openServer({ host });
  server = opened;
  const found = new Map<string, number>();
  let loggedIn = await logIn(opened);
  for (const path of everyPath(opened)) {
    for (const method of methods) {
      const { status } = await opened.ask(requestBy(caller, loggedIn, method, path));
      found.set(`${method} ${path}`, status);
      if (path === '/logout') loggedIn = await logIn(opened);
    }
  }
  return found;
}

function refused(found: ReadonlyMap<string, number>): string[] {
  return [...found].flatMap(([name, status]) => (status === 401 || status === 403 ? [name] : []));
}

/** What a caller who is refused nothing does not get either. */
function failed(found: ReadonlyMap<string, number>): string[] {
  return [...found].flatMap(([name, status]) => (status >= 500 ? [name] : []));
}

function served(found: ReadonlyMap<string, number>): string[] {
  return [...found].flatMap(([name, status]) => (status === 401 || status === 403 ? [] : [name]));
}

describe.each(['0.0.0.0', '::', '192.168.1.10', 'worker.example'])('with HTTP_HOST=%s', (host) => {
  test.each(['nobody', 'a wrong token'] as const)('%s gets nothing but the health of the process', async (caller) => {
    const found = await answers(host, caller);

    expect(served(found)).toEqual(['GET /healthz', 'HEAD /healthz']);
  });

  test.each(['the right token', 'a session'] as const)('%s is refused nothing', async (caller) => {
    const found = await answers(host, caller);

    expect(refused(found)).toEqual([]);
    // No orders were ever read.
    expect(failed(found)).toEqual(['GET /readyz', 'HEAD /readyz']);
  });
});

describe('on loopback', () => {
  test.each(['nobody', 'a wrong token'] as const)('%s may read everything, and change nothing', async (caller) => {
    const found = await answers('127.0.0.1', caller);

    const reading = [...found.keys()].filter((name) => readingMethods.some((method) => name.startsWith(`${method} `)));
    expect(served(found)).toEqual(reading);
  });

  test.each(['the right token', 'a session'] as const)('%s is refused nothing', async (caller) => {
    expect(refused(await answers('127.0.0.1', caller))).toEqual([]);
  });
});

test('the table holds what the server serves', async () => {
  server = await openServer();

  const paths = ['/healthz', '/readyz', '/metrics', '/login', '/logout'];
  const actions = ['/actions/pause', '/actions/resume', '/actions/never'];
  expect(everyPath(server)).toEqual(expect.arrayContaining([...paths, ...actions, ...unknownPaths]));
});
