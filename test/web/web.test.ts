import { afterEach, expect, test } from '@jest/globals';
import { Duration } from 'luxon';
import type { Config } from '../../src/config/config.js';
import { secret } from '../../src/config/secret.js';
import { createMeters } from '../../src/measuring/meters.js';
import { startWeb, type Web } from '../../src/web/web.js';
import { at, GERMANY } from '../support/builders.js';
import { type MemoryLedger, openMemoryLedger } from '../support/memory-ledger.js';

const TOKEN = 'sixteen-characters-and-more';
const noon = at('2026-03-20T12:00:00Z');
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const quiet = {
  ring: async () => {},
  keepRinging: async () => {},
  ringNow: async () => {},
  depth: async () => ({ schedule: 0, send: 2, settle: 1 }),
  queueContents: async () => [{ queue: 'send', waiting: 2, delayed: 0, active: 0, failed: 0 } as const],
  queueReport: async () => ({ backend: 'postgres', safety: null, queues: [], recurring: [] }) as const,
  ping: async () => {},
  close: async () => {},
};

let web: Web | null = null;

afterEach(async () => {
  await web?.close();
  web = null;
});

/** Served on `host`, and asked through loopback. */
async function served(
  host: string,
  ledger: MemoryLedger = openMemoryLedger(),
): Promise<(path: string, token?: string) => Promise<Response>> {
  const config = {
    http: { host, port: 0, adminToken: secret(TOKEN) },
    discoverEvery: Duration.fromObject({ minutes: 5 }),
    accounts: [{ name: 'tea' }],
  } as unknown as Config;
  web = await startWeb({
    config,
    ledger,
    wakeUps: quiet,
    clock: { now: () => noon },
    log: silent,
    meters: createMeters([]),
    tracing: null,
  });
  const { port } = new URL(web.url);
  return (path, token) =>
    fetch(
      `http://127.0.0.1:${port}${path}`,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
}

test.each(['/readyz', '/metrics', '/'])('on every address %s needs the token, whoever asks', async (path) => {
  const ask = await served('0.0.0.0');

  expect((await ask(path)).status).toBe(401);
  expect((await ask(path, 'another-token-of-that-length')).status).toBe(401);
  expect((await ask(path, TOKEN)).status).not.toBe(401);
});

test('the health of the process needs no token', async () => {
  const ask = await served('0.0.0.0');

  expect((await ask('/healthz')).status).toBe(200);
});

test.each(['127.0.0.1', 'LOCALHOST'])('on loopback (%s) nobody is asked for a token', async (host) => {
  const ask = await served(host);

  expect((await ask('/metrics')).status).toBe(200);
});

test('an account whose orders were never read is not ready, and says so', async () => {
  const ledger = openMemoryLedger();
  await ledger.registerAccounts([{ name: 'tea', region: 'eu', marketplaceIds: [GERMANY] }], noon);
  const ask = await served('127.0.0.1', ledger);

  const answer = await ask('/readyz');

  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ ready: false, ledger: 'ok', discovery: 'orders not read lately: tea' });
});

test('it is ready once they were', async () => {
  const ledger = openMemoryLedger();
  await ledger.registerAccounts([{ name: 'tea', region: 'eu', marketplaceIds: [GERMANY] }], noon);
  const cursor = { kind: 'done', marketplaceIds: [GERMANY], watermark: noon.minus({ minutes: 3 }) } as const;
  await ledger.recordPage({ account: 'tea', configuredAccounts: ['tea'], orders: [], unreadable: [], cursor }, noon);
  const ask = await served('127.0.0.1', ledger);

  expect((await ask('/readyz')).status).toBe(200);
});

test('the metrics count what waits in the queue', async () => {
  const ask = await served('127.0.0.1');

  expect(await (await ask('/metrics')).text()).toContain('askonce_queue_depth{verb="send",state="waiting"} 2');
});
