import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { exportLine } from '../../src/cli/export.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import type { Reports } from '../../src/ledger/reports.js';
import { sentenceOf } from '../../src/log.js';
import type { QueueAddress } from '../../src/queue/bullmq-wake-ups.js';
import type { NewOrder } from '../../src/simulator/new-order.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Finding } from '../../test/support/finding.js';
import type { TestPostgres } from '../../test/support/postgres.js';
import { startRedisServer } from '../../test/support/redis-server.js';
import { fastRates, play, type Scenario } from '../../test/support/scenario.js';
import { findings, type LedgerLine } from '../../test/support/scenario-agreement.js';
import { Worker } from '../../test/support/worker.js';
import type { Break } from './broken.js';
import { BREAK, WISHES, type Wish } from './wish.js';

export const queueKinds = ['redis', 'postgres'] as const;
export type QueueKind = (typeof queueKinds)[number];

export interface SeriesOptions {
  readonly name: string;
  readonly seed: string;
  readonly queue: QueueKind;
  readonly server: TestPostgres;
  readonly broken: Break | null;
  /** POSTs a second and account: slow enough that work is left when something happens to a process. */
  readonly asksPerSecond: number;
  /** With a daily limit, out of reach: then asking counts first, and claims within a transaction. */
  readonly capped: boolean;
}

const ACCOUNTS = ['north', 'europe'] as const;
/** So many due orders are kept open, so that every process has something to do. */
const OPEN_ORDERS = 60;
const ORDERS_AT_ONCE = 20;
/** The looks of a doubt take place 1 and 3 s after its intent, which the POST may follow by half of a lease of 3 s. */
const UNDECIDED_MS = 3_000 - 1_500;
/** What a dead process held rings again after half a minute, and may have to be settled then. */
const LONGEST_START_MS = 60_000;
const MOST_STARTS = 5;
const AGREED_WITHIN_MS = 120_000;

const program = fileURLToPath(new URL('./worker-with-points.js', import.meta.url));

/** One ledger with its queue and its Amazon, and the processes that work on it. */
export class Series {
  readonly name: string;
  readonly scenario: Scenario;
  readonly ledger: Ledger & Reports;
  readonly database: pg.Pool;
  readonly queue: QueueAddress;
  readonly random: SeededRandom;
  readonly workers: Worker[] = [];
  readonly #broken: Break | null;
  failedStarts = 0;
  #made = 0;
  #supplying = true;

  constructor(
    scenario: Scenario,
    ledger: Ledger & Reports,
    database: pg.Pool,
    queue: QueueAddress,
    options: SeriesOptions,
  ) {
    this.name = options.name;
    this.scenario = scenario;
    this.ledger = ledger;
    this.database = database;
    this.queue = queue;
    this.random = new SeededRandom(options.seed);
    this.#broken = options.broken;
  }

  start(wishes: readonly Wish[] = []): Worker {
    const worker = new Worker(this.scenario.folder, {
      command: ['--enable-source-maps', program],
      environment: {
        [WISHES]: JSON.stringify(wishes),
        ...(this.#broken !== null && { [BREAK]: this.#broken }),
      },
    });
    this.workers.push(worker);
    return worker;
  }

  /** Starts a worker until one listens, as a supervisor would: on a busy machine a start may miss its own time limits. */
  async started(): Promise<Worker> {
    for (let starts = 1; ; starts += 1) {
      const worker = this.start();
      const ended = worker.end();
      const hasStarted = await Promise.race([startOf(worker), ended.then(() => false)]);
      if (hasStarted) return worker;
      if (starts === MOST_STARTS) throw new Error(`a worker does not start:\n${worker.lastWords(10)}`);
      this.failedStarts += 1;
    }
  }

  get orders(): number {
    return this.#made;
  }

  /** Adds due orders while few are open. */
  supply(): void {
    if (!this.#supplying) return;
    while (this.#made - this.scenario.accepted < OPEN_ORDERS) {
      for (const account of ACCOUNTS) this.scenario.simulator.world.addOrders(this.#dueOrders(account));
    }
  }

  stopSupply(): void {
    this.#supplying = false;
  }

  #dueOrders(account: string): NewOrder[] {
    const { simulator } = this.scenario;
    // One that somebody else has asked: it is looked at, put off and looked at again for as long as the series lasts.
    if (this.#made === 0) simulator.world.addOrders([{ ...due, account, askedElsewhereAt: '-1d' }]);
    this.#made += ORDERS_AT_ONCE;
    return Array.from({ length: ORDERS_AT_ONCE }, (_, index) =>
      index % 3 === 0 ? { ...due, ...byMerchant, account } : { ...due, account },
    );
  }

  async lines(): Promise<LedgerLine[]> {
    const lines: LedgerLine[] = [];
    for await (const batch of this.ledger.everyRequest())
      lines.push(...(batch.map(exportLine) as unknown as LedgerLine[]));
    return lines;
  }

  /** Whatever is wrong once everything had the time to come to rest; these workers are stopped in order then. */
  async findingsAtTheEnd(workers: readonly Worker[]): Promise<Finding[]> {
    const deadline = performance.now() + AGREED_WITHIN_MS;
    let open = await this.#findings();
    while (open.some(({ kind }) => kind === 'stuck' || kind === 'lost') && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      open = await this.#findings();
    }
    const fallen = workers.filter((worker) => !worker.isRunning);
    const stopped = await Promise.all(workers.filter((worker) => worker.isRunning).map((worker) => worker.stop()));
    return [
      ...(await this.#findings()),
      ...fallen.map((worker) => misbehaved(`a worker ended by itself: ${worker.lastWords(5)}`)),
      ...stopped
        .filter(({ code }) => code !== 0)
        .map(({ code }) => misbehaved(`a worker that was asked to stop ended with ${code}`)),
    ];
  }

  async #findings(): Promise<Finding[]> {
    const lines = await this.lines();
    return findings(this.scenario.truth, lines, { undecidedForMs: UNDECIDED_MS });
  }
}

/** Whether it listens within a minute. */
export function startOf(worker: Worker): Promise<boolean> {
  return worker.waitForLog('started', { within: LONGEST_START_MS }).then(
    () => true,
    () => false,
  );
}

export function misbehaved(text: string): Finding {
  return { kind: 'misbehaved', text };
}

/** Touched just now, so that a read that goes on from its watermark finds it. */
const due: Omit<NewOrder, 'account'> = { touchedAt: '-30s' };
const byMerchant: Omit<NewOrder, 'account'> = { fulfilledBy: 'MERCHANT', packages: 'tracked', promisedBy: '-9d' };

/** Opens a series on a database, a queue and an Amazon of its own, and clears up after it. */
export async function playSeries(options: SeriesOptions, story: (series: Series) => Promise<void>): Promise<void> {
  if (options.queue === 'postgres') return playOn(null, options, story);
  const redis = await startRedisServer();
  try {
    await playOn({ kind: 'redis', url: redis.url }, options, story);
  } finally {
    await redis.stop();
  }
}

async function playOn(
  queue: QueueAddress | null,
  options: SeriesOptions,
  story: (series: Series) => Promise<void>,
): Promise<void> {
  const { url, drop } = await options.server.freshDatabase();
  const settings = {
    DATABASE_URL: url,
    ...(options.capped && { MAX_PER_DAY: '100000' }),
    ...(queue !== null && { REDIS_URL: queue.url }),
  };
  const rates = { ...fastRates, createSolicitation: { rate: options.asksPerSecond, burst: 10 } };
  const simulator = { rates, pageSize: 10, searchLagSeconds: 0, latencyMs: 15, seed: options.seed };
  await play({ settings, simulator }, async (scenario) => {
    const database = new pg.Pool({ connectionString: url, max: 4 });
    const ledger = openPrismaLedger(url, { connections: 2, onConnectionLost: () => {} });
    const series = new Series(scenario, ledger, database, queue ?? { kind: 'postgres', url }, options);
    try {
      await story(series);
    } catch (cause) {
      throw new Error(`${options.name}: ${sentenceOf(cause)}`, { cause });
    } finally {
      await Promise.all(series.workers.filter((worker) => worker.isRunning).map((worker) => worker.kill()));
      await ledger.close();
      await database.end();
    }
  });
  await drop();
}
