import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { openDatabase } from '../../workers/database.js';
import { systemClock } from '../clock.js';
import { environment } from '../config/environment.js';
import { applyMigrations } from '../ledger/migrations.js';
import { openPrismaLedger } from '../ledger/prisma-ledger.js';
import type { Reports } from '../ledger/reports.js';
import { packageRoot } from '../package-root.js';
import type { SimulatedAccount } from '../simulator/account.js';
import { type Simulator, startSimulator } from '../simulator/server.js';
import { demoSummary } from './demo-summary.js';
import { Screen } from './screen.js';
import { accountKeys } from './simulate.js';
import { Failure, print } from './terminal.js';

const ORDERS_PER_ACCOUNT = 100;
const LONGEST_MS = 50_000;
/** The worker dies after so many requests: early enough that work is left. */
const KILL_AFTER = 40;

const accounts: readonly SimulatedAccount[] = [
  {
    name: 'north',
    marketplaces: ['US', 'CA'],
    refreshToken: 'Atzr|demo-north',
    clientId: 'demo',
    clientSecret: 'demo',
  },
  {
    name: 'europe',
    marketplaces: ['DE', 'UK'],
    refreshToken: 'Atzr|demo-europe',
    clientId: 'demo',
    clientSecret: 'demo',
  },
  { name: 'japan', marketplaces: ['JP'], refreshToken: 'Atzr|demo-japan', clientId: 'demo', clientSecret: 'demo' },
];

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('see it work on this machine: simulated Amazon, embedded Postgres, the real worker, some accidents')
    .action(async () => {
      const home = await mkdtemp(join(tmpdir(), 'askonce-demo-'));
      // The embedded Postgres of a root user runs under another account and must be able to pass.
      await chmod(home, 0o755);
      const closing: (() => Promise<void>)[] = [() => rm(home, { recursive: true, force: true })];
      try {
        await demo(home, closing);
      } finally {
        for (const close of closing.reverse()) await close();
      }
    });
}

async function demo(home: string, closing: (() => Promise<void>)[]): Promise<void> {
  const simulator = await startSimulator({
    accounts,
    ordersPerAccount: ORDERS_PER_ACCOUNT,
    seed: 'demo',
    pageSize: 50,
    searchLagSeconds: 0,
    latencyMs: 20,
    // Amazon grants one request per second and account; a demonstration has less time. The worker learns it from the header.
    rates: {
      getSolicitationActions: { rate: 10, burst: 10 },
      createSolicitation: { rate: 10, burst: 10 },
      searchOrders: { rate: 1, burst: 20 },
      getOrder: { rate: 10, burst: 30 },
    },
    faults: [
      { kind: 'answer-lost', everyNth: 8 },
      { kind: 'server-error', operations: ['token'], status: 503, moment: 'before', forMs: 2000 },
    ],
  });
  closing.push(() => simulator.stop());
  await print(
    `Simulated Amazon: ${accounts.length} seller accounts, ${accounts.length * ORDERS_PER_ACCOUNT} orders of all kinds. Every 8th answer is lost on its way, the login is down at first.`,
  );
  const database = await openDatabase({ databaseUrl: null, dataDir: join(home, 'data') }, () => {});
  closing.push(() => database.release());
  await applyMigrations(database.url);
  const ledger = openPrismaLedger(database.url, { connections: 2, onConnectionLost: () => {} });
  closing.push(() => ledger.close());
  await writeAccounts(home);
  const begun = performance.now();
  const screen = new Screen(process.stdout);
  closing.push(async () => screen.clear());
  const watch = { simulator, ledger, screen };

  let worker = startWorkerProcess(home, simulator);
  closing.push(() => stopProcess(worker));
  await progressUntil(() => acceptedIn(simulator) >= KILL_AFTER, watch, worker);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  screen.write(`kill -9 after ${acceptedIn(simulator)} requests. Starting the worker again.\n`);

  worker = startWorkerProcess(home, simulator);
  await progressUntil(() => isQuiet(ledger), watch, worker, begun);
  screen.clear();
  const seconds = Math.round((performance.now() - begun) / 1000);
  await stopProcess(worker);
  const { text, proven } = await demoSummary(simulator.world.truth(), ledger, seconds);
  await print(text);
  if (!proven) throw new Failure('The demonstration failed: the lines above say where.');
}

async function writeAccounts(home: string): Promise<void> {
  await mkdir(join(home, 'accounts'));
  for (const account of accounts) {
    const lines = Object.entries(accountKeys(account)).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(home, 'accounts', `${account.name}.env`), lines.join(''));
  }
}

function startWorkerProcess(home: string, simulator: Simulator): ChildProcess {
  return spawn(process.execPath, [join(packageRoot, 'bin', 'askonce.mjs'), 'start'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: environment['PATH'],
      SP_API_ENDPOINT: simulator.origin,
      LWA_ENDPOINT: simulator.lwaEndpoint,
      SEND_MODE: 'live',
      HTTP_PORT: '0',
      ASK_HOURS: '00:00-24:00',
      ASK_AFTER_DAYS: '5',
      DISCOVER_EVERY: '10s',
      SWEEP_EVERY: '1s',
      RECHECK_EVERY: '1h',
      REQUEST_TIMEOUT: '2s',
      CLAIM_LEASE: '4s',
      SETTLE_LOOKS: '2s,5s',
    },
  });
}

async function stopProcess(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  await exited;
}

function acceptedIn(simulator: Simulator): number {
  return simulator.world.truth().accounts.reduce((sum, { accepted }) => sum + accepted, 0);
}

/** Nothing in doubt, nothing due: what is left waits for its day. */
async function isQuiet(ledger: Reports): Promise<boolean> {
  const status = await ledger.status();
  const soon = systemClock.now().plus({ minutes: 1 });
  return (
    status.length === accounts.length &&
    status.every(
      ({ counts, nextAskAt, readThrough }) =>
        readThrough !== null && counts.sending + counts.unknown === 0 && (nextAskAt === null || nextAskAt > soon),
    )
  );
}

interface Watch {
  readonly simulator: Simulator;
  readonly ledger: Reports;
  readonly screen: Screen;
}

/** On a terminal a bar shows how many orders are decided; elsewhere a line tells now and then how many buyers were asked. */
async function progressUntil(
  done: () => boolean | Promise<boolean>,
  { simulator, ledger, screen }: Watch,
  worker: ChildProcess,
  begun = performance.now(),
): Promise<void> {
  let shown = -1;
  while (!(await done())) {
    if (worker.exitCode !== null) throw new Failure(`The worker ended with exit status ${worker.exitCode}.`);
    if (performance.now() - begun > LONGEST_MS) throw new Failure('The demonstration took too long and was ended.');
    const accepted = acceptedIn(simulator);
    if (screen.isTTY) {
      const share = (await decidedIn(ledger)) / (accounts.length * ORDERS_PER_ACCOUNT);
      screen.show({ title: 'asking', share, count: accepted, unit: 'buyers asked' });
    } else if (accepted >= shown + 20 || shown < 0) {
      screen.write(`  ${accepted} buyers asked\n`);
      shown = accepted;
    }
    await pause(200);
  }
}

/** Orders of which nothing is to be done now: their story is over, or their day is yet to come. */
async function decidedIn(ledger: Reports): Promise<number> {
  const soon = systemClock.now().plus({ minutes: 1 });
  let decided = 0;
  for await (const batch of ledger.everyRequest()) {
    decided += batch.filter(
      ({ state, nextLookAt }) =>
        state !== 'sending' && state !== 'unknown' && (nextLookAt === null || nextLookAt > soon),
    ).length;
  }
  return decided;
}
