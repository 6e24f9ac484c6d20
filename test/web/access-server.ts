import { request as ask, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DateTime } from 'luxon';
import type { Log } from '../../src/log.js';
import { createMeters } from '../../src/measuring/meters.js';
import type { Pace } from '../../src/web/access-pace.js';
import type { Route } from '../../src/web/access-routes.js';
import { createWeb } from '../../src/web/web.js';
import { anAccount, configFrom } from '../config/folder.js';
import { at, GERMANY } from '../support/builders.js';
import { type MemoryLedger, openMemoryLedger } from '../support/memory-ledger.js';

export const TOKEN = 'sixteen-characters-and-more';
export const WRONG = 'sixteen-characters-and-mure';
const noon = at('2026-03-20T12:00:00Z');

/** Every wrong token is answered at once. */
export const noPace: Pace = { turn: async () => 'your-turn' };

export interface Server {
  ask(asked: Asked): Promise<Answer>;
  close(): Promise<void>;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly ledger: MemoryLedger;
  readonly logged: { readonly event: string; readonly facts: Record<string, unknown> }[];
  pass(time: { readonly hours?: number; readonly seconds?: number }): void;
}

export interface ServerOptions {
  readonly host?: string;
  readonly token?: string | null;
  readonly pace?: Pace;
  readonly ledger?: MemoryLedger;
}

/** The web server of a worker with the accounts `tea` and `mugs`, on a held clock. */
export async function openServer(options: ServerOptions = {}): Promise<Server> {
  const { host = '127.0.0.1', token = TOKEN, pace = noPace, ledger = openMemoryLedger() } = options;
  let now: DateTime = noon;
  const logged: Server['logged'] = [];
  const note = (event: string, facts: Record<string, unknown> = {}) => void logged.push({ event, facts });
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const config = configFrom({
    files: { 'accounts/tea.env': anAccount, 'accounts/mugs.env': { ...anAccount, LWA_REFRESH_TOKEN: 'Atzr|other' } },
    environment: { SEND_MODE: 'live', HTTP_HOST: host, ...(token === null ? {} : { ADMIN_TOKEN: token }) },
  });
  await ledger.registerAccounts(
    ['tea', 'mugs'].map((name) => ({ name, region: 'eu', marketplaceIds: [GERMANY] })),
    now,
  );
  const wakeUps = {
    ring: async () => {},
    keepRinging: async () => {},
    ringNow: async () => {},
    depth: async () => ({ schedule: 0, send: 2, settle: 1 }),
    queueContents: async () => [],
    queueReport: async () => ({ backend: 'postgres', safety: null, queues: [], recurring: [] }) as const,
    ping: async () => {},
    close: async () => {},
  };
  const { app, routes } = await createWeb(
    { config, ledger, wakeUps, clock: { now: () => now }, log, meters: createMeters([]), tracing: null },
    pace,
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    ask: (asked) => send(port, asked),
    close: () => app.close(),
    port,
    routes,
    ledger,
    logged,
    pass: (time) => {
      now = now.plus(time);
    },
  };
}

export const asPerson = { accept: 'text/html,application/xhtml+xml' };
export const withToken = { authorization: `Bearer ${TOKEN}` };

export interface Asked {
  readonly method?: string;
  /** Sent as it is written: nothing is encoded or resolved. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly fields?: Record<string, string>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over a real socket. */
function send(port: number, { method = 'GET', path, headers = {}, fields, body }: Asked): Promise<Answer> {
  const sent = fields === undefined ? body : new URLSearchParams(fields).toString();
  const type = fields === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const length = sent === undefined ? {} : { 'content-length': String(Buffer.byteLength(sent)) };
  return new Promise((resolve, reject) => {
    ask({ host: '127.0.0.1', port, method, path, headers: { ...type, ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    })
      .on('error', reject)
      .end(sent);
  });
}

/** A browser that has logged in: its cookies, and the token of its forms. */
export interface LoggedIn {
  readonly cookie: string;
  readonly csrf: string;
}

export async function logIn(server: Server, token = TOKEN): Promise<LoggedIn> {
  const answer = await server.ask({ method: 'POST', path: '/login', fields: { token } });
  const session = cookieIn(answer, 'askonce_session');
  const page = await server.ask({ path: '/no-such-page', headers: { ...asPerson, cookie: session } });
  return {
    cookie: `${session}; ${cookieIn(page, 'askonce_forms')}`,
    csrf: page.body.match(/name="_csrf" value="([^"]+)"/)?.[1] ?? 'no form token in the page',
  };
}

/** The whole `Set-Cookie` of that name; `null`: none was set. */
export function setCookieIn({ headers }: Answer, name: string): string | null {
  return headers['set-cookie']?.find((cookie) => cookie.startsWith(`${name}=`)) ?? null;
}

/** `name=value` as a browser sends it back. */
export function cookieIn(answer: Answer, name: string): string {
  const cookie = setCookieIn(answer, name)?.split(';')[0];
  if (cookie === undefined) throw new Error(`no cookie ${name} in an answer ${answer.status}`);
  return cookie;
}
