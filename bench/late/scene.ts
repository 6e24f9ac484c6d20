import { setTimeout as pause } from 'node:timers/promises';
import { amazonUsagePlans } from '../../src/simulator/token-bucket.js';
import { dueOrders, ordersDueFrom } from '../support/orders.js';
import { type BenchPostgres, withClient } from '../support/postgres.js';
import { accountsNamed, type Rig, withRig } from '../support/rig.js';
import { type Usage, usageDuring } from '../support/usage.js';
import { type Lateness, latenessOf, type Planned } from './reckoning.js';

/** What is asked later than this counts as not asked. */
const PATIENCE_SECONDS = 30;

const QUICK_READING = { rate: 50, burst: 50 };

export interface SceneOptions {
  readonly postgres: BenchPostgres;
  /** Accounts with a backlog, which the worker is busy with. */
  readonly busy: number;
  /** Orders of each of them; `null`: as many as it can ask for, and some more. */
  readonly backlog: number | null;
  /** Accounts without one, whose orders come due one by one. */
  readonly watched: number;
  readonly asksEach: number;
  /** The ask times lie within so long. */
  readonly seconds: number;
  /** From the start of the worker to the first ask time: everything is read by then, and the backlogs are under way. */
  readonly lead: number;
  readonly latencyMs: number;
  readonly seed: string;
}

export interface Scene extends Lateness {
  readonly busy: number;
  readonly busyAcceptedPerSecond: number;
  readonly usage: Usage;
}

export async function playScene(options: SceneOptions): Promise<Scene> {
  const { postgres, busy, backlog, watched: count, seconds, lead, latencyMs, seed } = options;
  // At Amazon's own rate 50,000 orders of one account take a day to read, and that is not what is measured here.
  const simulator = { seed, latencyMs, ...(backlog !== null && { rates: { searchOrders: QUICK_READING } }) };
  return withRig({ postgres, simulator }, async (rig) => {
    const { rate, burst } = amazonUsagePlans.createSolicitation;
    const backlogged = accountsNamed('busy', busy);
    const each = backlog ?? Math.ceil((lead + seconds + PATIENCE_SECONDS) * 1.5 * rate) + burst;
    await rig.addAccounts(backlogged);
    if (busy > 0) {
      await rig.amazon.addOrders(dueOrders(backlogged, each));
      await rig.discoverAll(busy * each);
    }

    const watched = accountsNamed('watched', count).map(({ name }) => name);
    await rig.addAccounts(accountsNamed('watched', count));
    const firstAskAt = Date.now() + lead * 1000;
    await rig.amazon.addOrders(ordersDueFrom(firstAskAt, watched, options));
    const worker = await rig.startWorker();
    await pause(Math.max(0, firstAskAt - Date.now()));
    const before = await acceptedOf(rig, 'busy');
    const usage = await usageDuring(seconds, { rig, postgres, workers: [worker] });
    const accepted = (await acceptedOf(rig, 'busy')) - before;
    await allAsked(rig, count * options.asksEach);

    const firstPostAt = new Map<string, number>();
    for (const name of watched) {
      for (const { orderId, posts } of await rig.amazon.orders(name)) {
        const [first] = posts;
        if (first !== undefined) firstPostAt.set(orderId, Date.parse(first.at));
      }
    }
    const lateness = latenessOf(await plannedOf(rig.databaseUrl), firstPostAt);
    const missing = count * options.asksEach - lateness.measured - lateness.leftOut;
    return {
      ...lateness,
      neverAsked: missing,
      busy,
      busyAcceptedPerSecond: accepted / usage.seconds,
      usage,
    };
  });
}

async function acceptedOf(rig: Rig, prefix: string): Promise<number> {
  const tallies = (await rig.amazon.tallies()).filter(({ account }) => account.startsWith(prefix));
  return tallies.reduce((sum, { accepted }) => sum + accepted, 0);
}

async function allAsked(rig: Rig, orders: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  while ((await acceptedOf(rig, 'watched')) < orders && performance.now() < deadline) await pause(250);
}

async function plannedOf(url: string): Promise<Planned[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ order_id: string; ask_at: Date; catch_up: boolean }>(
      "SELECT order_id, ask_at, catch_up FROM review_request WHERE account LIKE 'watched-%' AND ask_at IS NOT NULL",
    );
    return rows.map((row) => ({ orderId: row.order_id, askAt: row.ask_at.getTime(), overdueAtFirst: row.catch_up }));
  });
}
