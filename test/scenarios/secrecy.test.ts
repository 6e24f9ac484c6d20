import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { accountKeys } from '../../src/cli/simulate.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import { Canaries, everyFile, everyRow, type Place } from '../support/canaries.js';
import { play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';
import {
  startTelltaleAmazon,
  type TelltaleAmazon,
  type TelltaleKind,
  telltaleKinds,
} from '../support/telltale-amazon.js';

const freshDatabase = databases();

test.concurrent('no secret and nothing about a buyer is left in the embedded Postgres, the log, the pages or an export', async () => {
  await withTelltales({ LOG_LEVEL: 'debug' }, async (stage) => {
    const { scenario, places, orderId } = stage;
    const worker = await scenario.startedWorker();
    await everythingHappens(stage);
    await commands(stage);
    const { url } = (worker.logged('http-listening')[0] ?? {}) as { url?: string };
    await pages(stage, String(url));
    await worker.stop();
    places.push({ name: 'the log', text: worker.lastWords(Number.POSITIVE_INFINITY), holds: orderId });
    const files = await everyFile(join(scenario.folder, 'data'));
    places.push({ name: 'DATA_DIR', text: files.join('\n'), holds: orderId });
  });
});

testOnRedis('nor in a Postgres and a Redis with passwords, a log for people, and pages behind a token', async () => {
  const { DATABASE_URL } = await freshDatabase();
  await withRedis(async (redis) => {
    await withTelltales({}, async (stage) => {
      const { scenario, places, orderId, canaries } = stage;
      const secrets = {
        DATABASE_URL: await withPassword(
          DATABASE_URL,
          canaries.add('database password', (word) => `${word}/+@`),
        ),
        REDIS_URL: await redisWithPassword(
          redis.url,
          canaries.add('Redis password', (word) => `${word}`),
        ),
        ADMIN_TOKEN: canaries.add('ADMIN_TOKEN', (word) => `admin.${word}`),
      };
      await scenario.configure({
        ...stage.amazon,
        ...(await inFiles(scenario.folder, secrets)),
        HTTP_HOST: '0.0.0.0',
        LOG_FORMAT: 'pretty',
        LOG_LEVEL: 'debug',
      });
      const worker = scenario.startWorker();
      const said = () => worker.lastWords(Number.POSITIVE_INFINITY);
      await scenario.until('the worker started', () => said().includes('started'));
      await everythingHappens(stage);
      await commands(stage);
      const port = /http:\/\/[\d.]+:(\d+)/.exec(said())?.[1];
      await pages(stage, `http://127.0.0.1:${port}`, secrets.ADMIN_TOKEN);
      places.push({ name: 'Redis', text: await everyKey(secrets.REDIS_URL), holds: 'askonce-send' });
      places.push({ name: 'the tables', text: await everyRow(DATABASE_URL), holds: orderId });

      await brokenGround(stage, secrets, DATABASE_URL);
      await scenario.until('the worker misses its ledger', () => said().includes('step-failed'));
      await worker.stop();
      places.push({ name: 'the log', text: said(), holds: orderId });
    });
  });
});

/** The machine may be busy. */

interface Stage {
  readonly scenario: Scenario;
  readonly telltale: TelltaleAmazon;
  readonly canaries: Canaries;
  readonly places: Place[];
  /** An order that is asked and found everywhere: the search does look. */
  readonly orderId: string;
  /** What a buyer's order carries. */
  readonly personal: Readonly<Record<string, unknown>>;
  /** SP_API_ENDPOINT and LWA_ENDPOINT. */
  readonly amazon: Settings;
}

/** Plays the story with an Amazon that tells everything, and searches all the places it names. */
async function withTelltales(settings: Settings, story: (stage: Stage) => Promise<void>): Promise<void> {
  const canaries = new Canaries();
  const application = {
    clientId: 'amzn1.application-oa2-client.test',
    clientSecret: canaries.add('LWA_CLIENT_SECRET', (word) => `amzn1.oa2-cs.v1.${word}`),
  };
  const north: SimulatedAccount = {
    ...application,
    name: 'north',
    refreshToken: canaries.add('LWA_REFRESH_TOKEN', (word) => `Atzr|${word}`),
    marketplaces: ['US'],
  };
  const refused: SimulatedAccount = {
    ...application,
    name: 'refused',
    refreshToken: canaries.add('LWA_REFRESH_TOKEN of a refused account', (word) => `Atzr|${word}`),
    marketplaces: ['DE'],
  };
  const tale = taleOf(canaries, [application.clientSecret, north.refreshToken]);
  await play({ accounts: [north, refused], settings }, async (scenario) => {
    const telltale = await startTelltaleAmazon(scenario.simulator, tale);
    try {
      telltale.refusedTokens.add(refused.refreshToken);
      const amazon = { SP_API_ENDPOINT: telltale.origin, LWA_ENDPOINT: telltale.lwaEndpoint };
      await scenario.configure(amazon);
      await secretsInFiles(scenario.folder, north);
      const [orderId = ''] = scenario.addDueOrders(3);
      const stage = { scenario, telltale, canaries, places: [], orderId, personal: tale.personal(), amazon };
      await story(stage);
      expect(found(stage)).toEqual([]);
    } finally {
      await telltale.stop();
    }
  });
}

/** What was found that must not be, and what was not found that must be. */
function found({ places, canaries }: Stage): string[] {
  return places.flatMap(({ name, text, holds }) => [
    ...(text.includes(holds) ? [] : [`${name}: not even "${holds}"`]),
    ...canaries.in(text).map((canary) => `${name}: ${canary}`),
  ]);
}

function taleOf(canaries: Canaries, secrets: readonly string[]) {
  const name = canaries.add('the name of a buyer', (word) => `Ottilie ${word[0]?.toUpperCase()}${word.slice(1)}`);
  const lower = canaries.add('a name in lower case', (word) => word);
  const email = canaries.add('an e-mail address', (word) => `${word}@example.com`);
  const street = canaries.add('a street', (word) => `12 ${word} Street`);
  const gift = canaries.add('a gift message', (word) => `happy birthday ${word}`);
  const phone = canaries.addNumber('a telephone number', '015157392846');
  let token = 'none yet';
  return {
    heard(accessToken: string) {
      token = accessToken;
      canaries.addValue('an access token', accessToken.replace(/^Atza\|/, ''));
    },
    sentence: () =>
      `${name} of ${street} (${lower}, ${email}, ${phone}) wrote "${gift}" and ${gift} with ${[...secrets, token].join(' and ')}`,
    personal: () => ({
      buyer: { buyerName: name, buyerEmail: email, giftMessage: gift },
      buyerInfo: { BuyerName: name, BuyerEmail: email },
      recipient: { deliveryAddress: { name, addressLine1: street, phone } },
      note: gift,
      [lower]: name,
    }),
  };
}

/** One order for each way of telling at each call. All of them are due; none keeps the others from being asked. */
async function everythingHappens({ scenario, telltale, orderId }: Stage): Promise<void> {
  for (const call of ['look', 'ask'] as const) {
    const orders = scenario.addDueOrders(telltaleKinds.length);
    for (const [index, kind] of telltaleKinds.entries()) telltale.telltales.set(orders[index] ?? '', { call, kind });
  }
  // A merchant's orders under way are read one by one.
  const reads: readonly TelltaleKind[] = ['refusal-400', 'refusal-403', 'failure-500', 'html', 'no-model'];
  const underWay = { account: 'north', fulfilledBy: 'MERCHANT', packages: 'tracked', deliveredAt: null } as const;
  const read = scenario.simulator.world.addOrders(reads.map(() => underWay));
  for (const [index, kind] of reads.entries()) telltale.telltales.set(read[index] ?? '', { call: 'read', kind });

  const untold = () => [...telltale.telltales].filter(([order]) => !telltale.told.has(order));
  await scenario
    .until('every tale is told', () => untold().length === 0)
    .catch((cause) => Promise.reject(new Error(`not told: ${JSON.stringify(untold())}`, { cause })));
  await scenario.until('the order is asked', () => (scenario.simulator.world.truthOf(orderId)?.accepted ?? 0) > 0);
  const said = () => scenario.workers.map((worker) => worker.lastWords(Number.POSITIVE_INFINITY)).join('\n');
  await scenario.until('the refused account is paused', () => said().includes('account-paused'));
}

/** Each command with a text that it must show. */
type Command = readonly [readonly string[], string];

async function commands(stage: Stage): Promise<void> {
  const { scenario, telltale, orderId } = stage;
  const list = join(scenario.folder, 'never.csv');
  const note = stage.personal['note'];
  await writeFile(list, `order-id,buyer-name,note\n902-1111111-1111111,${note},\n,${note},x\n`);
  const told = [...telltale.telltales].filter(([, { kind }]) => whyKinds.has(kind)).map(([order]) => order);
  await run(stage, [
    [['check'], 'north'],
    [['check', '--json'], 'north'],
    [['plan', '--orders'], 'north'],
    [['plan', '--orders', '--json'], 'north'],
    [['status', '--json'], 'north'],
    [['export', '--format', 'jsonl'], orderId],
    [['export', '--format', 'csv'], orderId],
    [['why', orderId], orderId],
    [['never', '902-7654321-7654321'], 'uppressed'],
    [['never', '--file', list], 'uppressed'],
    [['pause', 'north', '--reason', 'holiday'], 'north'],
    ...told.map((order): Command => [['why', order], order]),
  ]);
  await run(stage, [[['status'], 'holiday']]);
}

/** Of these the words are kept, as far as they are harmless. */
const whyKinds: ReadonlySet<TelltaleKind> = new Set(['refusal-400', 'broken-json']);
const AT_ONCE = 4;

/** In whatever order, several at once. */
async function run({ scenario, places }: Pick<Stage, 'scenario' | 'places'>, each: readonly Command[]): Promise<void> {
  const left = [...each];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [args, holds] = next;
      const { stdout, stderr } = await scenario.askonce(...args);
      places.push({ name: `askonce ${args.join(' ')}`, text: `${stdout}\n${stderr}`, holds });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function pages({ places }: Stage, url: string, token?: string): Promise<void> {
  const authorizations = [...(token === undefined ? [] : [`Bearer ${token}`]), 'Bearer somebody-guesses', ''];
  for (const path of ['/healthz', '/readyz', '/metrics', '/', '/nowhere']) {
    for (const authorization of authorizations) {
      const response = await fetch(`${url}${path}`, { headers: { ...(authorization && { authorization }) } });
      const headers = JSON.stringify([...response.headers]);
      places.push({
        name: `${path} (${response.status})`,
        text: `${headers}\n${await response.text()}`,
        holds: 'content-type',
      });
    }
  }
}

/** Everything that may go wrong with the ground under it, while the secrets are in its addresses. */
async function brokenGround(stage: Stage, secrets: Settings, databaseUrl: string): Promise<void> {
  const { scenario, canaries } = stage;
  const other = canaries.add('a wrong password', (word) => word);
  const database = new URL(secrets['DATABASE_URL'] ?? '');
  const redis = new URL(secrets['REDIS_URL'] ?? '');
  // A server that is not there is waited for.
  const waiting = { LEDGER_GONE_EXIT: '1s' };
  const without = { HTTP_PORT: '0', DATABASE_URL: database.href, REDIS_URL: redis.href, ...waiting };
  const broken: readonly [Settings, string][] = [
    [{ DATABASE_URL: changed(database, { password: other }) }, 'ledger'],
    [{ DATABASE_URL: changed(database, { port: '1' }) }, 'ledger'],
    [{ DATABASE_URL: changed(database, { hostname: 'nowhere.invalid' }) }, 'ledger'],
    [{ REDIS_URL: changed(redis, { password: other }) }, 'queue'],
    [{ REDIS_URL: changed(redis, { port: '1' }) }, 'queue'],
  ];
  const runs: Command[] = [];
  const configured = async (name: string, settings: Settings, each: readonly Command[]) => {
    await scenario.configure({ ...stage.amazon, ...without, ...settings });
    const file = join(scenario.folder, `${name}.env`);
    await copyFile(join(scenario.folder, '.env'), file);
    runs.push(...each.map(([args, holds]): Command => [['--env-file', file, ...args], holds]));
  };
  for (const [index, [settings, holds]] of broken.entries()) {
    await configured(`broken-${index}`, settings, [
      [['check'], `FAILED  ${holds}`],
      [['start'], '\n'],
    ]);
  }
  const refused = {
    DATABASE_URL: secrets['DATABASE_URL']?.replace('postgresql:', 'postgress:') ?? '',
    REDIS_URL: `x${secrets['REDIS_URL']}`,
    ADMIN_TOKEN: `${secrets['ADMIN_TOKEN']} ${other}`,
    LWA_CLIENT_SECRET: `${scenario.simulator.world.accounts()[0]?.clientSecret} ${other}`,
    LOG_LEVEL: other,
    SWEEP_EVERY: `${other}s`,
    [other]: other,
  };
  await configured('refused', refused, [
    [['check'], 'REDIS_URL'],
    [['start'], 'REDIS_URL'],
    [['status', '--json'], 'REDIS_URL'],
  ]);
  await run(stage, runs);
  for (const worker of scenario.workers) if (!worker.fell) process.kill(worker.pid, 'SIGHUP');

  const client = new pg.Client({ connectionString: changed(new URL(databaseUrl), { pathname: '/postgres' }) });
  await client.connect();
  await client.query(`DROP DATABASE ${new URL(databaseUrl).pathname.slice(1)} WITH (FORCE)`);
  await client.end();
}

function changed(url: URL, parts: Partial<Pick<URL, 'password' | 'port' | 'hostname' | 'pathname'>>): string {
  return Object.assign(new URL(url.href), parts).href;
}

/** The account's secrets, each in a file of its own. */
async function secretsInFiles(folder: string, account: SimulatedAccount): Promise<void> {
  const { LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '', ...others } = accountKeys(account);
  const keys = { ...others, ...(await inFiles(folder, { LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN })) };
  const lines = Object.entries(keys).map(([key, value]) => `${key}='${value}'\n`);
  await writeFile(join(folder, 'accounts', `${account.name}.env`), lines.join(''));
}

/** Each value in a file, and `NAME_FILE` for it. */
async function inFiles(folder: string, secrets: Settings): Promise<Settings> {
  await mkdir(join(folder, 'secrets'), { recursive: true });
  const files = await Promise.all(
    Object.entries(secrets).map(async ([key, value]) => {
      const file = join(folder, 'secrets', key);
      await writeFile(file, `${value}\n`);
      return [`${key}_FILE`, file] as const;
    }),
  );
  return Object.fromEntries(files);
}

/** The same database for a user with this password. */
async function withPassword(databaseUrl: string, password: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`CREATE ROLE teller LOGIN SUPERUSER PASSWORD '${password}'`);
  await client.end();
  const url = new URL(databaseUrl);
  url.username = 'teller';
  url.password = encodeURIComponent(password);
  return url.href;
}

async function redisWithPassword(redisUrl: string, password: string): Promise<string> {
  const client = new Redis(redisUrl);
  await client.config('SET', 'requirepass', password);
  client.disconnect();
  const url = new URL(redisUrl);
  url.password = password;
  return url.href;
}

/** Every key with what it holds, of every type that BullMQ uses. */
async function everyKey(redisUrl: string): Promise<string> {
  const client = new Redis(redisUrl);
  try {
    const texts: string[] = [];
    for (const key of await client.keys('*')) texts.push(`${key} ${JSON.stringify(await heldUnder(client, key))}`);
    return texts.join('\n');
  } finally {
    client.disconnect();
  }
}

async function heldUnder(client: Redis, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'string':
      return client.get(key);
    case 'hash':
      return client.hgetall(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    case 'stream':
      return client.xrange(key, '-', '+');
    default:
      return null;
  }
}
