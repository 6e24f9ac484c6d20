import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { AlignedClock } from '../src/aligned-clock.js';
import { machineTimers, type WorkerClock } from '../src/clock.js';
import type { Config } from '../src/config/config.js';
import type { Ledger } from '../src/ledger/ledger.js';
import { applyMigrations } from '../src/ledger/migrations.js';
import { openPrismaLedger } from '../src/ledger/prisma-ledger.js';
import type { Reports } from '../src/ledger/reports.js';
import { type Log, sentenceOf } from '../src/log.js';
import { version } from '../src/package-root.js';
import { openWakeUps } from '../src/queue/bullmq-wake-ups.js';
import type { AlarmClock, Listening, Recurring } from '../src/queue/wake-ups.js';
import { replanAccount } from '../src/steps/replan.js';
import type { StepAccount, StepContext } from '../src/steps/step.js';
import { startWeb, type Web } from '../src/web/web.js';
import { openAccounts } from './accounts.js';
import { openDatabase } from './database.js';
import { discoverListener } from './discover.js';
import { scheduleListener } from './schedule.js';
import { sendListener } from './send.js';
import { settleListener } from './settle.js';
import { sweepListener } from './sweep.js';

/** Ten seconds is what container platforms give before they kill; the steps get most of it. */
const DRAIN_MS = 8_500;
/** A machine that slept, or a ledger whose clock was set, is noticed within this time. */
const FOLLOW_EVERY_MS = 15_000;

export interface Worker {
  readonly web: Web | null;
  /** Takes nothing new, finishes the calls in flight (at most about ten seconds), leaves everything open closed. */
  stop(): Promise<void>;
}

/** What a proof puts between the steps and everything they touch. */
type Around = (context: StepContext) => StepContext;

/** The composition root: puts the parts together and starts the roles of this process. */
export async function startWorker(config: Config, log: Log, around: Around = (context) => context): Promise<Worker> {
  const closing: (() => Promise<void>)[] = [];
  try {
    return await compose(config, log, around, closing);
  } catch (error) {
    await closeAll(closing, log);
    throw error;
  }
}

async function compose(config: Config, log: Log, around: Around, closing: (() => Promise<void>)[]): Promise<Worker> {
  const database = await openDatabase(config, (message) => log.info('embedded-postgres', { message }));
  closing.push(() => database.release());
  const migrations = await applyMigrations(database.url);
  if (migrations.applied.length > 0) log.info('ledger-migrated', { applied: migrations.applied });
  if (migrations.fromNewerVersion.length > 0) log.warn('ledger-is-newer', { unknown: migrations.fromNewerVersion });

  const ledger = openPrismaLedger(database.url, {
    connections: 10,
    onConnectionLost: (cause) => log.warn('ledger-connection-lost', { error: sentenceOf(cause) }),
  });
  closing.push(() => ledger.close());
  const clock = new AlignedClock(machineTimers, (event, facts) => log.warn(event, facts));
  await clock.followLedger(ledger.time);
  const clockwork = await openWakeUps(
    config.redisUrl === null
      ? { kind: 'postgres', url: database.url }
      : { kind: 'redis', url: config.redisUrl.reveal() },
    {
      clock,
      onError: (error, { queue, subject }) => log.warn('queue-trouble', { queue, subject, error: sentenceOf(error) }),
    },
  );
  closing.push(() => clockwork.close());

  const shutdown = new AbortController();
  // Every call in flight listens to it.
  setMaxListeners(0, shutdown.signal);
  const accounts = openAccounts(config, clock, shutdown.signal, (time) => clock.hearAmazon(time));
  const following = setInterval(() => void clock.followLedger(ledger.time).catch(() => {}), FOLLOW_EVERY_MS);
  closing.push(async () => clearInterval(following));
  await ledger.registerAccounts([...accounts.values()], clock.now());
  const context = around(stepContext(config, { ledger, clockwork, clock, accounts, log, shutdown: shutdown.signal }));

  // Before anything is sent: a rule that changed while nobody ran holds from the first moment.
  for (const account of accounts.values()) await replanAccount(account, context);

  const web = config.roles.has('web') ? await startWeb({ config, ledger, wakeUps: clockwork, clock, log }) : null;
  if (web !== null) closing.push(() => web.close());
  const listening = await listen(config, context, clockwork, log);
  closing.push(async () => {
    await listening.stop(DRAIN_MS);
    shutdown.abort();
  });

  await clockwork.keepRinging(recurringWork(config));
  await clockwork.ringNow('sweep', 'all');
  log.info('started', {
    version,
    mode: config.sendMode,
    roles: [...config.roles],
    accounts: Object.fromEntries(config.accounts.map(({ name, sendMode }) => [name, sendMode])),
  });
  return { web, stop: () => closeAll(closing, log) };
}

interface Parts {
  readonly ledger: Ledger & Reports;
  readonly clockwork: AlarmClock;
  readonly clock: WorkerClock;
  readonly accounts: ReadonlyMap<string, StepAccount>;
  readonly log: Log;
  readonly shutdown: AbortSignal;
}

function stepContext(config: Config, { ledger, clockwork, clock, accounts, log, shutdown }: Parts): StepContext {
  return {
    ledger,
    wakeUps: clockwork,
    clock,
    random: Math.random,
    waitUntil: async (instant) => {
      const ms = instant.diff(clock.now()).toMillis();
      if (ms > 0) await pause(ms, undefined, { signal: shutdown });
    },
    log,
    accounts,
    settings: {
      looks: config.settleLooks,
      recheckEvery: config.recheckEvery,
      queueHorizon: config.queueHorizon,
      sweepEvery: config.sweepEvery,
      claimLease: config.claimLease,
      catchUpDays: config.catchUpDays,
    },
    worker: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
  };
}

/** Enough hands for every account's pace: a wake-up may wait a moment for its slot, and a call takes its time. */
function concurrencyFor(accounts: number): number {
  return Math.min(Math.max(10, accounts * 4), 200);
}

function listen(config: Config, context: StepContext, clockwork: AlarmClock, log: Log): Promise<Listening> {
  const { roles } = config;
  const hands = concurrencyFor(context.accounts.size);
  return clockwork.listen(
    {
      ...(roles.has('discover') && { discover: discoverListener(context) }),
      ...(roles.has('schedule') && { schedule: scheduleListener(context) }),
      ...(roles.has('send') && { send: sendListener(context) }),
      ...(roles.has('settle') && { settle: settleListener(context) }),
      ...(roles.has('sweep') && { sweep: sweepListener(context) }),
    },
    {
      concurrency: { send: hands, settle: Math.ceil(hands / 2), schedule: Math.ceil(hands / 2), discover: 10 },
      onError: (error, { queue, subject }) =>
        log.error('step-failed', { step: queue, subject, error: sentenceOf(error) }),
    },
  );
}

function recurringWork(config: Config): Recurring[] {
  const everyMs = config.discoverEvery.toMillis();
  return [
    { name: 'sweep', key: 'all', everyMs: config.sweepEvery.toMillis() },
    ...config.accounts.map(({ name }): Recurring => ({ name: 'discover', key: name, everyMs })),
  ];
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closing: (() => Promise<void>)[], log: Log): Promise<void> {
  for (const close of closing.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      log.error('not-closed', { error: sentenceOf(error) });
    }
  }
}
