import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import pg from 'pg';
import { packageRoot } from '../../src/package-root.js';
import type { NewOrder } from '../../src/simulator/new-order.js';
import { type Simulator, startSimulator } from '../../src/simulator/server.js';
import { eventually } from '../support/eventually.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

const MAIN = pathToFileURL(join(packageRoot, 'dist', 'src', 'cli', 'main.js')).href;
const RUN = `const { main } = await import('${MAIN}'); await main(['node', 'askonce', ...process.argv.slice(1)]);`;

const seller = {
  name: 'europe',
  refreshToken: 'Atzr|simulated-europe',
  clientId: 'simulated',
  clientSecret: 'simulated',
  marketplaces: ['DE', 'UK', 'AE'],
};
const zones = { DE: 'Europe/Berlin', UK: 'Europe/London', AE: 'Asia/Dubai' };
type Site = keyof typeof zones;
type Rules = Readonly<Record<string, string>>;

const credentials = {
  LWA_CLIENT_ID: seller.clientId,
  LWA_CLIENT_SECRET: seller.clientSecret,
  LWA_REFRESH_TOKEN: seller.refreshToken,
  SP_API_REGION: 'eu',
  MARKETPLACES: seller.marketplaces.join(','),
};

/** Hours of the wall clock there, counted from now. */
function hoursFromNow(site: Site, from: number, until: number): string {
  const clock = (hours: number) => DateTime.now().setZone(zones[site]).plus({ hours }).toFormat('HH:mm');
  return `${clock(from)}-${clock(until)}`;
}

/** Germany and the Emirates may be asked now, the United Kingdom later today or tomorrow. */
const openHours = (): Rules => ({
  ASK_HOURS__DE: hoursFromNow('DE', -3, 3),
  ASK_HOURS__UK: hoursFromNow('UK', 5, 8),
  ASK_HOURS__AE: hoursFromNow('AE', -3, 3),
});

/** Shipped by the seller and arrived on the last day that was promised, so many days ago: a window without doubt. */
function promised(orderId: string, daysAgo: number, site: Site, sku: string): NewOrder {
  return {
    account: seller.name,
    orderId,
    marketplace: site,
    fulfilledBy: 'MERCHANT',
    promisedFrom: `-${daysAgo + 1}d`,
    promisedBy: `-${daysAgo}d`,
    deliveredAt: `-${daysAgo}d`,
    items: [{ sku, asin: 'B000000001', quantity: 1 }],
  };
}

const OLDEST = '302-0000001-0000001';
const OLDER = '302-0000002-0000002';
const YOUNGER = '302-0000003-0000003';
const TEA = '302-0000004-0000004';
const TOO_EARLY = '302-0000005-0000005';
const EARLY_TEA = '302-0000006-0000006';
const BRITISH = '302-0000007-0000007';
const BRITISH_TOO_EARLY = '302-0000008-0000008';
const ARABIAN = '302-0000009-0000009';
const BY_AMAZON = '302-0000010-0000010';
const CANCELLED = '302-0000011-0000011';
const UNSHIPPED = '302-0000012-0000012';

const orders: readonly NewOrder[] = [
  promised(YOUNGER, 9, 'DE', 'CUP-1'),
  promised(OLDER, 10, 'DE', 'CUP-1'),
  promised(OLDEST, 11, 'DE', 'CUP-2'),
  promised(TEA, 10, 'DE', 'TEA-1'),
  promised(TOO_EARLY, 3, 'DE', 'CUP-1'),
  promised(EARLY_TEA, 3, 'DE', 'TEA-2'),
  promised(BRITISH, 10, 'UK', 'CUP-1'),
  promised(BRITISH_TOO_EARLY, 3, 'UK', 'CUP-1'),
  promised(ARABIAN, 10, 'AE', 'CUP-1'),
  {
    account: seller.name,
    orderId: BY_AMAZON,
    marketplace: 'DE',
    deliveredAt: '-10d',
    items: [{ sku: 'CUP-1', asin: 'B000000001', quantity: 1 }],
  },
  { ...promised(CANCELLED, 10, 'DE', 'CUP-1'), cancelledAt: '-11d' },
  {
    ...promised(UNSHIPPED, 10, 'DE', 'CUP-1'),
    createdAt: '-2d',
    shippedAt: null,
    deliveredAt: null,
    promisedFrom: '+1d',
    promisedBy: '+2d',
  },
];

interface Line {
  readonly orderId: string;
  readonly account: string;
  readonly marketplace: string;
  readonly decision: 'ask' | 'hold';
  readonly askAt: string | null;
  readonly reason: string | null;
}

describe('askonce plan', () => {
  let postgres: TestPostgres;
  let simulator: Simulator;
  let somebody: pg.Client;
  let folder: string;
  let worker: ChildProcess | null = null;

  beforeAll(async () => {
    postgres = await testPostgres();
  });
  afterAll(() => postgres?.stop());

  beforeEach(async () => {
    simulator = await startSimulator({
      accounts: [seller],
      searchLagSeconds: 0,
      rates: {
        searchOrders: { rate: 10, burst: 20 },
        getOrder: { rate: 10, burst: 30 },
        getSolicitationActions: { rate: 20, burst: 20 },
        createSolicitation: { rate: 20, burst: 20 },
      },
    });
    simulator.world.addOrders(orders);
    const { url } = await postgres.freshDatabase();
    somebody = new pg.Client({ connectionString: url });
    await somebody.connect();
    folder = await mkdtemp(join(tmpdir(), 'askonce-plan-'));
    await mkdir(join(folder, 'accounts'));
    const common = {
      DATABASE_URL: url,
      SP_API_ENDPOINT: simulator.origin,
      LWA_ENDPOINT: simulator.lwaEndpoint,
      SEND_MODE: 'live',
      HTTP_PORT: '0',
      DISCOVER_EVERY: '2s',
      SWEEP_EVERY: '200ms',
    };
    await writeFile(join(folder, '.env'), lines(common));
    await writeFile(join(folder, 'accounts', 'europe.env'), lines(credentials));
  });
  afterEach(async () => {
    await stopWorker();
    await somebody?.end();
    await simulator?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const lines = (values: Rules) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  const askonce = (args: readonly string[], rules: Rules) =>
    spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', ...args], { cwd: folder, env: rules });

  async function plan(rules: Rules, ...args: string[]) {
    const child = askonce(['plan', ...args], rules);
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out, err, status };
  }

  async function planned(rules: Rules, ...args: string[]) {
    const { out, err, status } = await plan(rules, '--json', '--orders', ...args);
    expect([status, err]).toEqual([0, '']);
    const document: { days: Record<string, unknown>[]; orders: Line[] } = JSON.parse(out);
    return { ...document, byId: new Map(document.orders.map((line) => [line.orderId, line])) };
  }

  /** Asked now or in the past of `until`. */
  const askedBy = (document: { orders: readonly Line[] }, until: DateTime) =>
    document.orders
      .filter(({ decision, askAt }) => decision === 'ask' && askAt !== null && DateTime.fromISO(askAt) <= until)
      .map(({ orderId }) => orderId)
      .toSorted();

  /** Orders of which two plans say different things; the now of an order that is due is no difference. */
  function changed(before: ReadonlyMap<string, Line>, after: ReadonlyMap<string, Line>): string[] {
    const soon = DateTime.now().plus({ minutes: 1 });
    const inShort = (line: Line | undefined) =>
      line && { ...line, askAt: line.askAt !== null && DateTime.fromISO(line.askAt) < soon ? 'now' : line.askAt };
    const ids = new Set([...before.keys(), ...after.keys()]);
    return [...ids]
      .filter((id) => JSON.stringify(inShort(before.get(id))) !== JSON.stringify(inShort(after.get(id))))
      .toSorted();
  }

  const accepted = () => simulator.world.truth().orders.filter((order) => order.accepted > 0);
  const acceptedIds = () =>
    accepted()
      .map(({ orderId }) => orderId)
      .toSorted();
  const daysFrom = (days: number, site: Site) => DateTime.now().setZone(zones[site]).plus({ days });

  async function ledgerText(): Promise<string> {
    const tables = ['review_request', 'attempt', 'selling_partner', 'discovery_feed', 'usage_plan'];
    const texts: string[] = [];
    for (const table of tables) {
      const { rows } = await somebody.query(
        `SELECT string_agg(t::text, E'\\n' ORDER BY t::text) AS whole FROM ${table} AS t`,
      );
      texts.push(rows[0].whole);
    }
    return texts.join('\n');
  }

  function startWorker(rules: Rules) {
    worker = askonce(['start'], rules);
    // Read, so that a full pipe does not stop it.
    worker.stdout?.resume();
    worker.stderr?.resume();
  }

  async function stopWorker(): Promise<void> {
    if (worker === null || worker.exitCode !== null || worker.signalCode !== null) return;
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    await exited;
    worker = null;
  }

  /** The worker has planned by its rules, nothing is due any more, and no answer is open. */
  async function quiet(during: () => void | Promise<void> = () => {}): Promise<DateTime> {
    return eventually(async () => {
      await during();
      const { rows } = await somebody.query(
        `SELECT order_id FROM review_request WHERE state IN ('sending', 'unknown')
            OR (state IN ('waiting', 'scheduled') AND next_look_at <= now() + interval '1 minute')`,
      );
      expect(rows).toEqual([]);
      expect(worker?.exitCode).toBeNull();
      return DateTime.now();
    });
  }

  test('reads Amazon into an empty ledger, asks nobody, and says what will become of every order', async () => {
    const rules: Rules = { ...openHours(), EXCEPT_SKUS: 'TEA-*' };
    const { days, orders: told, byId } = await planned(rules, '--discover');

    const [totals] = simulator.world.truth().accounts;
    expect(totals).toMatchObject({ posts: 0, looks: 0, personalDataRequests: 0 });
    expect(totals?.searches).toBeGreaterThan(0);
    expect(told.map(({ orderId }) => orderId).toSorted()).toEqual(orders.map(({ orderId }) => orderId).toSorted());
    expect(askedBy({ orders: told }, DateTime.now())).toEqual([OLDEST, OLDER, YOUNGER, ARABIAN, BY_AMAZON].toSorted());
    expect([TEA, EARLY_TEA, CANCELLED, UNSHIPPED].map((id) => [byId.get(id)?.decision, byId.get(id)?.reason])).toEqual([
      ['hold', 'except-skus'],
      ['hold', 'except-skus'],
      ['hold', 'cancelled'],
      ['hold', 'not-shipped'],
    ]);
    const british = DateTime.fromISO(byId.get(BRITISH)?.askAt ?? '').setZone(zones.UK);
    expect(british.toFormat('HH:mm')).toBe(rules['ASK_HOURS__UK']?.slice(0, 5));
    expect(DateTime.fromISO(byId.get(TOO_EARLY)?.askAt ?? '').toMillis()).toBeGreaterThan(+daysFrom(3.9, 'DE'));
    const asked = days.reduce((sum, { ask }) => sum + Number(ask), 0);
    expect(asked).toBe(told.filter(({ decision }) => decision === 'ask').length);
  });

  test('gives programs the shape they rely on, with single orders only where they are wanted', async () => {
    const { days, orders: told } = await planned(openHours(), '--discover');
    const { out } = await plan(openHours(), '--json');

    for (const day of days) {
      expect(day).toMatchObject({
        account: 'europe',
        marketplace: expect.stringMatching(/^(DE|UK|AE)$/),
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        ask: expect.any(Number),
        held: expect.any(Object),
        atRisk: expect.any(Number),
      });
    }
    for (const line of told) {
      expect(Object.keys(line).slice(0, 6)).toEqual([
        'orderId',
        'account',
        'marketplace',
        'decision',
        'askAt',
        'reason',
      ]);
      expect(line.decision === 'ask' ? line.askAt : line.reason).not.toBeNull();
      if (line.askAt !== null) expect(line.askAt).toMatch(/Z$/);
    }
    expect(Object.keys(JSON.parse(out))).toEqual(['days']);
  });

  test('changes with a changed rule for exactly the orders that it is about, and leaves the ledger as it is', async () => {
    const rules = openHours();
    const { byId: before } = await planned(rules, '--discover');
    const ledger = await ledgerText();

    const withoutTea = (await planned({ ...rules, EXCEPT_SKUS: 'TEA-*' })).byId;
    expect(changed(before, withoutTea)).toEqual([TEA, EARLY_TEA].toSorted());
    expect(withoutTea.get(TEA)).toMatchObject({ decision: 'hold', reason: 'except-skus', askAt: null });

    const patient = (await planned({ ...rules, ASK_AFTER_DAYS__DE: '14' })).byId;
    const german = [OLDEST, OLDER, YOUNGER, TEA, TOO_EARLY, EARLY_TEA, BY_AMAZON];
    expect(changed(before, patient)).toEqual(german.toSorted());
    expect(DateTime.fromISO(patient.get(OLDEST)?.askAt ?? '') > daysFrom(2.9, 'DE')).toBe(true);

    expect(await ledgerText()).toBe(ledger);
  });

  test('gives the places of a daily limit to the oldest deadlines, and moves the others by days', async () => {
    const rules = openHours();
    const { byId: before } = await planned(rules, '--discover');
    const ledger = await ledgerText();

    const { byId: after } = await planned({ ...rules, MAX_PER_DAY__DE: '1' });

    const dayOf = (id: string) =>
      Math.ceil(
        DateTime.fromISO(after.get(id)?.askAt ?? '')
          .diff(daysFrom(0, 'DE'))
          .as('days'),
      );
    expect(askedBy({ orders: [...after.values()] }, DateTime.now())).toEqual([OLDEST, ARABIAN].toSorted());
    expect([OLDER, TEA].map(dayOf).toSorted()).toEqual([1, 2]);
    expect([YOUNGER, BY_AMAZON].map(dayOf).toSorted()).toEqual([3, 4]);
    const untouched = [BRITISH, BRITISH_TOO_EARLY, ARABIAN, CANCELLED, UNSHIPPED, OLDEST];
    expect(changed(before, after).filter((id) => untouched.includes(id))).toEqual([]);
    expect(await ledgerText()).toBe(ledger);
  });

  test('is a table for people, of as many days as they want', async () => {
    await planned(openHours(), '--discover');

    const all = await plan(openHours(), '--orders');
    const today = await plan(openHours(), '--days', '1');

    expect([all.status, all.err, today.status, today.err]).toEqual([0, '', 0, '']);
    for (const { orderId } of orders) expect(all.out).toContain(orderId);
    expect(all.out).not.toMatch(/undefined|null|NaN|Invalid/);
    expect(all.out).toContain('not-shipped 1');
    expect(new Set(today.out.match(/\d{4}-\d\d-\d\d/g)).size).toBe(1);
    expect(new Set(all.out.match(/\d{4}-\d\d-\d\d(?= )/g)).size).toBeGreaterThan(1);
  });

  test.each([
    ['a number of days that is none', ['--days', 'soon'], 2, 'It must be a number of days'],
    ['no days', ['--days', '0'], 2, 'It must be a number of days'],
    ['a ledger that nobody has set up', [], 1, 'run "askonce migrate", or start the worker'],
  ])('says of %s what is the matter', async (_name, args, expected, message) => {
    const { out, err, status } = await plan({}, ...args);

    expect(status).toBe(expected);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  test('says that not all orders are read when Amazon does not answer, and plans what it has', async () => {
    simulator.faults.add({ kind: 'server-error', operations: ['searchOrders'], status: 503, moment: 'before' });

    const { out, err, status } = await plan(openHours(), '--discover', '--json');

    expect(status).toBe(0);
    expect(err).toContain('europe: not all orders are read yet');
    expect(JSON.parse(out)).toEqual({ days: [] });
  });

  test('says each time that a revoked account is not read, and reads it once that is mended', async () => {
    await writeFile(join(folder, 'accounts', 'europe.env'), lines({ ...credentials, LWA_REFRESH_TOKEN: 'Atzr|old' }));

    const first = await plan(openHours(), '--discover', '--json');
    const second = await plan(openHours(), '--discover', '--json');

    for (const { out, err, status } of [first, second]) {
      expect([status, JSON.parse(out)]).toEqual([0, { days: [] }]);
      expect(err).toContain('europe: not all orders are read');
      expect(err).toContain('authorise the application again');
    }
    await writeFile(join(folder, 'accounts', 'europe.env'), lines(credentials));
    expect((await planned(openHours(), '--discover')).orders).toHaveLength(orders.length);
  });

  test('foretells every order that the worker asks, and no other, each inside its hours', async () => {
    const rules: Rules = { ...openHours(), EXCEPT_SKUS: 'TEA-*' };
    const before = await planned(rules, '--discover');

    startWorker(rules);
    const end = await quiet(() => expect(acceptedIds().length).toBeGreaterThanOrEqual(5));

    expect(acceptedIds()).toEqual(askedBy(before, end));
    for (const { orderId, acceptedAt, posts } of accepted()) {
      const { marketplace } = before.byId.get(orderId) as Line;
      const [from = '', until = ''] = rules[`ASK_HOURS__${marketplace}`]?.split('-') ?? [];
      const asked = DateTime.fromISO(acceptedAt ?? '')
        .setZone(zones[marketplace as Site])
        .toFormat('HH:mm');
      expect(from <= until ? from <= asked && asked < until : from <= asked || asked < until).toBe(true);
      expect(posts).toHaveLength(1);
    }
    const { byId: after } = await planned(rules);
    const left = [...before.byId.keys()].filter((id) => !acceptedIds().includes(id));
    expect([...after.keys()].toSorted()).toEqual(left.toSorted());
    expect(changed(new Map([...before.byId].filter(([id]) => left.includes(id))), after)).toEqual([]);
  });

  test('foretells what a changed rule and a restart move: exactly the orders that the rule is about', async () => {
    const rules = { ...openHours(), EXCEPT_SKUS: 'TEA-*' };
    await planned(rules, '--discover');
    startWorker(rules);
    await quiet(() => expect(acceptedIds().length).toBeGreaterThanOrEqual(5));
    await stopWorker();
    const first = acceptedIds();
    const { byId: before } = await planned(rules);
    const timesBefore = await askTimes();

    const newRules = { ...openHours(), ASK_AFTER_DAYS__UK: '20' };
    const foretold = await planned(newRules);
    expect(changed(before, foretold.byId)).toEqual([TEA, EARLY_TEA, BRITISH, BRITISH_TOO_EARLY].toSorted());
    startWorker(newRules);
    const end = await quiet(() => expect(acceptedIds()).toContain(TEA));

    expect(acceptedIds().filter((id) => !first.includes(id))).toEqual(askedBy(foretold, end));
    const timesAfter = await askTimes();
    const moved = [...timesAfter.keys()].filter((id) => timesAfter.get(id) !== timesBefore.get(id)).toSorted();
    expect(moved).toEqual([TEA, EARLY_TEA, BRITISH, BRITISH_TOO_EARLY].toSorted());
    expect(accepted().every(({ posts }) => posts.length === 1)).toBe(true);
  });

  async function askTimes(): Promise<Map<string, string>> {
    const { rows } = await somebody.query(`SELECT order_id, ask_at::text FROM review_request ORDER BY order_id`);
    return new Map(rows.map(({ order_id, ask_at }) => [order_id, ask_at]));
  }

  test('foretells after a dry run what going live will do', async () => {
    const rules = openHours();
    startWorker({ ...rules, SEND_MODE: 'dry-run' });
    await quiet(async () => {
      const { rows } = await somebody.query(
        `SELECT count(*)::int AS held FROM review_request WHERE reason = 'dry-run'`,
      );
      expect(rows[0].held).toBe(6);
    });
    await stopWorker();
    expect(acceptedIds()).toEqual([]);

    const foretold = await planned(rules);
    expect(askedBy(foretold, DateTime.now())).toEqual([OLDEST, OLDER, YOUNGER, TEA, ARABIAN, BY_AMAZON].toSorted());
    startWorker(rules);
    const end = await quiet(() => expect(acceptedIds().length).toBeGreaterThanOrEqual(6));

    expect(acceptedIds()).toEqual(askedBy(foretold, end));
  });
});
