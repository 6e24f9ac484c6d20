import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { accountKeys } from '../../src/cli/simulate.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { SimulatorOptions } from '../../src/simulator/options.js';
import { Amazon } from './amazon.js';
import { type BenchPostgres, withClient } from './postgres.js';
import { BenchProcess } from './process.js';
import { type BenchRedis, withRedis } from './redis.js';

const askonce = fileURLToPath(new URL('./askonce.js', import.meta.url));
const LONGEST_DISCOVERY_MS = 600_000;

type Settings = Readonly<Record<string, string>>;

/** Everything but the rules of asking is as it is by default. */
const anyTime = { SEND_MODE: 'live', HTTP_PORT: '0', ASK_HOURS: '00:00-24:00', ASK_AFTER_DAYS: '5' };

export interface RigOptions {
  readonly postgres: BenchPostgres;
  readonly simulator: SimulatorOptions;
  /** Keys of `.env` besides those of the rig. */
  readonly settings?: Settings;
  /** Of Node, for the workers. */
  readonly nodeOptions?: readonly string[];
}

interface RigParts extends Required<Pick<RigOptions, 'settings' | 'nodeOptions'>> {
  readonly amazon: Amazon;
  readonly databaseUrl: string;
  readonly redis: BenchRedis;
  readonly folder: string;
}

/** One ledger, one queue, one Amazon in a process of its own, and a folder from which worker processes are started. */
export class Rig {
  readonly amazon: Amazon;
  readonly databaseUrl: string;
  readonly redis: BenchRedis;
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #nodeOptions: readonly string[];
  readonly #processes: BenchProcess[] = [];

  constructor({ amazon, databaseUrl, redis, folder, settings, nodeOptions }: RigParts) {
    this.amazon = amazon;
    this.databaseUrl = databaseUrl;
    this.redis = redis;
    this.#folder = folder;
    this.#nodeOptions = nodeOptions;
    this.#settings = {
      ...anyTime,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      SP_API_ENDPOINT: amazon.origin,
      LWA_ENDPOINT: amazon.lwaEndpoint,
      ...settings,
    };
  }

  /** Accounts that Amazon knows and that the workers started from now on are configured for. */
  async addAccounts(accounts: readonly SimulatedAccount[]): Promise<void> {
    if (accounts.length === 0) return;
    await this.amazon.addAccounts(accounts);
    await mkdir(join(this.#folder, 'accounts'), { recursive: true });
    for (const account of accounts)
      await writeFile(join(this.#folder, 'accounts', `${account.name}.env`), envText(accountKeys(account)));
  }

  async startWorker(settings: Settings = {}): Promise<BenchProcess> {
    await writeFile(join(this.#folder, '.env'), envText({ ...this.#settings, ...settings }));
    const worker = this.startProcess([...this.#nodeOptions, askonce, 'start']);
    await worker.waitForLog('started');
    return worker;
  }

  /** Any other program of Node's, in the rig's folder; ended with the rig. */
  startProcess(args: readonly string[]): BenchProcess {
    const log = join(this.#folder, `process-${this.#processes.length + 1}.log`);
    const process = new BenchProcess(args, { folder: this.#folder, log });
    this.#processes.push(process);
    return process;
  }

  /** Lets a worker that does nothing else read orders until so many are in the ledger; the queue is empty afterwards. */
  async discoverAll(orders: number): Promise<void> {
    const worker = await this.startWorker({ ROLES: 'discover' });
    const deadline = performance.now() + LONGEST_DISCOVERY_MS;
    while ((await this.ordersInLedger()) < orders) {
      if (performance.now() > deadline)
        throw new Error(`not within ${LONGEST_DISCOVERY_MS / 1000} s: ${orders} orders`);
      await pause(250);
    }
    await worker.end('SIGTERM');
    await this.redis.client.flushall();
  }

  async ordersInLedger(): Promise<number> {
    return withClient(this.databaseUrl, async (client) => {
      const { rows } = await client.query<{ orders: number }>('SELECT count(*)::int AS orders FROM review_request');
      return rows[0]?.orders ?? 0;
    });
  }

  /** Transactions of the ledger so far, those of whoever looks included. */
  async transactions(): Promise<number> {
    return withClient(this.databaseUrl, async (client) => {
      const { rows } = await client.query<{ done: string }>(
        'SELECT xact_commit AS done FROM pg_stat_database WHERE datname = current_database()',
      );
      return Number(rows[0]?.done);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end('SIGKILL')));
    await this.amazon.process.end('SIGKILL');
  }
}

export async function withRig<T>(options: RigOptions, use: (rig: Rig) => Promise<T>): Promise<T> {
  const { postgres, simulator, settings = {}, nodeOptions = [] } = options;
  const folder = await mkdtemp(join(tmpdir(), 'askonce-bench-rig-'));
  await chmod(folder, 0o755);
  try {
    return await withRedis(async (redis) => {
      const amazon = await Amazon.start(simulator, folder);
      const rig = new Rig({
        amazon,
        databaseUrl: await postgres.freshDatabase('empty'),
        redis,
        folder,
        settings,
        nodeOptions,
      });
      try {
        return await use(rig);
      } finally {
        await rig.close();
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Accounts with these names. */
export function accountsNamed(prefix: string, count: number): SimulatedAccount[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${prefix}-${String(index + 1).padStart(3, '0')}`;
    return {
      name,
      clientId: 'amzn1.application-oa2-client.bench',
      clientSecret: 'amzn1.oa2-cs.v1.bench',
      refreshToken: `Atzr|${name}`,
      marketplaces: ['US'],
    };
  });
}

function envText(keys: Settings): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join('');
}
