import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { accountKeys } from '../../src/cli/simulate.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { SimulatorOptions } from '../../src/simulator/options.js';
import { type Simulator, startSimulator } from '../../src/simulator/server.js';
import type { Tally, Truth } from '../../src/simulator/truth.js';
import { type AgreementRules, disagreements, type LedgerLine } from './scenario-agreement.js';
import { bareEnvironment, executable, Worker, type WorkerOptions } from './worker.js';

const application = { clientId: 'amzn1.application-oa2-client.test', clientSecret: 'amzn1.oa2-cs.v1.test' };

export const north: SimulatedAccount = {
  ...application,
  name: 'north',
  refreshToken: 'Atzr|north',
  marketplaces: ['US', 'CA'],
};
export const europe: SimulatedAccount = {
  ...application,
  name: 'europe',
  refreshToken: 'Atzr|europe',
  marketplaces: ['DE', 'UK'],
};

/** Where a scenario is not about pace: what takes minutes at Amazon's rates is over in seconds. */
export const fastRates = {
  searchOrders: { rate: 50, burst: 200 },
  getOrder: { rate: 50, burst: 200 },
  getSolicitationActions: { rate: 50, burst: 200 },
  createSolicitation: { rate: 50, burst: 200 },
};

/** Days become seconds. */
const shortTimes = {
  DISCOVER_EVERY: '2s',
  SWEEP_EVERY: '500ms',
  RECHECK_EVERY: '3s',
  REQUEST_TIMEOUT: '1s',
  CLAIM_LEASE: '3s',
  SETTLE_LOOKS: '1s,3s',
};
/** The last look, counted from the intent, which the POST may follow by up to half of the claim's lease. */
const UNDECIDED_MS = 3_000 - 1_500;
const POLL_MS = 25;
/** Every export is a process of its own. */
const EXPORT_PAUSE_MS = 750;

export type Settings = Readonly<Record<string, string>>;

export interface ScenarioOptions {
  /** Of the worker and of the simulator; default: `north` and `europe`. */
  readonly accounts?: readonly SimulatedAccount[];
  readonly simulator?: SimulatorOptions;
  /** Keys of `.env`, e.g. `DATABASE_URL`; an empty text takes a default of this file away. */
  readonly settings?: Settings;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `askonce status --json`. */
interface StatusDocument {
  readonly mode: string;
  readonly accounts: readonly {
    readonly account: string;
    readonly paused: { readonly reason: string; readonly by: string } | null;
    readonly counts: Readonly<Record<string, number>>;
  }[];
}

/** A folder with its configuration, an Amazon of its own, and the workers that were started in it. */
export class Scenario {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly workers: Worker[] = [];
  readonly #settings: Settings;

  constructor(folder: string, simulator: Simulator, settings: Settings) {
    this.folder = folder;
    this.simulator = simulator;
    this.#settings = settings;
  }

  async configure(settings: Settings = {}): Promise<void> {
    const lines = Object.entries({ ...this.#settings, ...settings }).filter(([, value]) => value !== '');
    await writeFile(join(this.folder, '.env'), lines.map(([key, value]) => `${key}='${value}'\n`).join(''));
  }

  /** Orders that were delivered ten days ago and wait for their request. */
  addDueOrders(count: number, account = 'north'): string[] {
    return this.simulator.world.addOrders(Array.from({ length: count }, () => ({ account })));
  }

  /** Switches a fault on, and off again so long after it struck for the first time. */
  async faultFor(ms: number, fault: FaultInput, within = 60_000): Promise<void> {
    const { faults } = this.simulator;
    faults.add(fault);
    await this.until(`the fault ${fault.kind} strikes`, () => faults.list().some(({ struck }) => struck > 0), {
      within,
    });
    faults.replace([{ ...fault, forMs: ms }]);
  }

  /** Starts a worker and waits until it listens. */
  async startedWorker(options?: WorkerOptions): Promise<Worker> {
    const worker = this.startWorker(options);
    await worker.waitForLog('started');
    return worker;
  }

  startWorker(options?: WorkerOptions): Worker {
    const worker = new Worker(this.folder, options);
    this.workers.push(worker);
    return worker;
  }

  /** Runs a command to its end, as a person would in the same folder. */
  async askonce(...args: string[]): Promise<Finished> {
    const child = spawn(process.execPath, [executable, ...args], {
      cwd: this.folder,
      env: bareEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, stdout, stderr };
  }

  async status(): Promise<StatusDocument> {
    const { stdout } = await this.askonce('status', '--json');
    return JSON.parse(stdout);
  }

  get truth(): Truth {
    return this.simulator.world.truth();
  }

  get accepted(): number {
    return this.#sum('accepted');
  }

  /** POSTs that reached Amazon, whatever it made of them. */
  get posts(): number {
    return this.#sum('posts');
  }

  #sum(what: keyof Tally): number {
    const { world } = this.simulator;
    return world.accounts().reduce((sum, account) => sum + world.tally(account)[what], 0);
  }

  async export(): Promise<LedgerLine[]> {
    const { code, stdout, stderr } = await this.askonce('export', '--format', 'jsonl');
    if (code !== 0) throw new Error(`askonce export failed: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Waits until something holds; fails at once when a worker ended that nobody stopped. */
  async until(what: string, holds: () => boolean | Promise<boolean>, { within = 120_000 } = {}): Promise<void> {
    const deadline = performance.now() + within;
    while (!(await holds())) {
      if (this.workers.some((worker) => worker.fell))
        throw new Error(`a worker ended by itself while waiting for: ${what}`);
      if (performance.now() > deadline) throw new Error(`not within ${within / 1000} s: ${what}`);
      await pause(POLL_MS);
    }
  }

  untilAccepted(count: number, { within = 120_000 } = {}): Promise<void> {
    return this.until(`${count} accepted`, () => this.accepted >= count, { within }).catch((cause) => {
      throw new Error(`${this.accepted} of ${count} were accepted`, { cause });
    });
  }

  /** Waits until the ledger agrees with Amazon's truth on every order. */
  async untilAgreed(rules: Partial<AgreementRules> = {}, { within = 120_000 } = {}): Promise<LedgerLine[]> {
    const whole = { undecidedForMs: UNDECIDED_MS, ...rules };
    const deadline = performance.now() + within;
    for (;;) {
      const lines = await this.export();
      const problems = disagreements(this.truth, lines, whole);
      if (problems.length === 0) return lines;
      if (performance.now() > deadline || this.workers.some((worker) => worker.fell)) {
        throw new Error(['the ledger and Amazon do not agree:', ...problems].join('\n'));
      }
      await pause(EXPORT_PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.simulator.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Plays one scenario and clears up after it. When it fails, the report says what the workers said. */
export async function play(options: ScenarioOptions, story: (scenario: Scenario) => Promise<void>): Promise<void> {
  const accounts = options.accounts ?? [north, europe];
  const simulator = await startSimulator({ accounts, rates: fastRates, ...options.simulator });
  const folder = await mkdtemp(join(tmpdir(), 'askonce-scenario-'));
  // The embedded Postgres of a root user runs under another account and must be able to pass.
  await chmod(folder, 0o755);
  const scenario = new Scenario(folder, simulator, {
    SP_API_ENDPOINT: simulator.origin,
    LWA_ENDPOINT: simulator.lwaEndpoint,
    SEND_MODE: 'live',
    HTTP_PORT: '0',
    ASK_HOURS: '00:00-24:00',
    ASK_AFTER_DAYS: '5',
    ...shortTimes,
    ...options.settings,
  });
  try {
    await scenario.configure();
    await writeAccounts(folder, accounts);
    await story(scenario);
  } catch (cause) {
    const words = scenario.workers.map((worker, index) => `Worker ${index + 1} said:\n${worker.lastWords()}`);
    throw new Error([cause instanceof Error ? cause.message : String(cause), ...words].join('\n\n'), { cause });
  } finally {
    await scenario.close();
  }
}

async function writeAccounts(folder: string, accounts: readonly SimulatedAccount[]): Promise<void> {
  await mkdir(join(folder, 'accounts'));
  for (const account of accounts) {
    const lines = Object.entries(accountKeys(account)).map(([key, value]) => `${key}='${value}'\n`);
    await writeFile(join(folder, 'accounts', `${account.name}.env`), lines.join(''));
  }
}
