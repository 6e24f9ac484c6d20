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
import { measuredGateway } from '../src/measuring/measured-gateway.js';
import { createMeters } from '../src/measuring/meters.js';
import { measuredListeners } from '../src/measuring/watched-listeners.js';
import { version } from '../src/package-root.js';
import { openWakeUps, type QueueAddress, type WakeUpsOptions } from '../src/queue/bullmq-wake-ups.js';
import type { AlarmClock, Listeners, Listening, Recurring } from '../src/queue/wake-ups.js';
import { queueLost } from '../src/steps/queue-lost.js';
import { replanAccount } from '../src/steps/replan.js';
import type { StepAccount, StepContext } from '../src/steps/step.js';
import { recountSmallLedger } from '../src/steps/tallies.js';
import { openTracing } from '../src/tracing/tracing.js';
import { startWeb, type Web } from '../src/web/web.js';
import { openAccounts } from './accounts.js';
import { startAlarms } from './alarms.js';
import { closeAll, closed } from './closing.js';
import { type Database, openDatabase, tellEmbedded } from './database.js';
import { discoverListener } from './discover.js';
import { watchLedger } from './ledger-watch.js';
import { patiently } from './patience.js';
import { scheduleListener } from './schedule.js';
import { sendListener } from './send.js';
import { settleListener } from './settle.js';
import { sweepListener } from './sweep.js';

/** Ten seconds is what container platforms give before they kill. A call in flight gets most of it; then it is broken off ... */
const CALLS_MS = 7_000;
/** ... and what became of it is written down. */
const DRAIN_MS = 8_000;
/** A machine that slept, or a ledger whose clock was set, is noticed within this time. */
const FOLLOW_EVERY_MS = 15_000;

export interface Worker {
  readonly web: Web | null;
  /** Resolves when the ledger could not be reached for LEDGER_GONE_EXIT, with the cause in words. */
  readonly ledgerGone: Promise<string>;
  /** Takes nothing new, finishes the calls in flight (at most about ten seconds), leaves everything open closed. */
  stop(): Promise<void>;
}

/** What a proof puts between the steps and everything they touch. */
type Around = (context: StepContext) => StepContext;

export interface StartOptions {
  /** Aborted when the process is to end: a start that is not through breaks off with its reason. */
  readonly ending?: AbortSignal;
  readonly around?: Around;
}

/**
 * The composition root: puts the parts together and starts the roles of this process. Waits for a ledger and a queue that are
 * not there yet, for as long as LEDGER_GONE_EXIT; throws a {@link GivenUp} where one never came.
 */
export async function startWorker(config: Config, log: Log, options: StartOptions = {}): Promise<Worker> {
  const { ending = new AbortController().signal, around = (context: StepContext) => context } = options;
  const database = await openDatabase(config, tellEmbedded(log));
  const closing: (() => Promise<void>)[] = [];
  const leave = async () => {
    await closeAll(closing, log);
    await closed(database.release(), log);
  };
  try {
    ending.throwIfAborted();
    const { drain, ...worker } = await compose({ config, log, around, ending, database }, closing);
    return { ...worker, stop: () => drain().then(leave) };
  } catch (error) {
    await leave();
    throw error;
  }
}

interface Start extends Required<StartOptions> {
  readonly config: Config;
  readonly log: Log;
  readonly database: Database;
}

interface Composed extends Omit<Worker, 'stop'> {
  /** Takes nothing new and finishes what is in hand; a call that takes too long is broken off, and that is written down. */
  drain(): Promise<void>;
}

async function compose(start: Start, closing: (() => Promise<void>)[]): Promise<Composed> {
  const { config, log, around, ending, database } = start;
  const waiting = (event: 'waiting-for-ledger' | 'waiting-for-queue') => ({
    forMs: config.ledgerGoneExit.toMillis(),
    ending,
    tell: (error: unknown) => log.warn(event, { error: sentenceOf(error) }),
  });
  const meters = createMeters(config.accounts.map(({ name }) => name));
  const tracing = await openTracing(config.otlpEndpoint, log);
  if (tracing !== null) closing.push(() => tracing.stop());
  const migrations = await patiently('the ledger', () => applyMigrations(database.url), waiting('waiting-for-ledger'));
  if (migrations.applied.length > 0) log.info('ledger-migrated', { applied: migrations.applied });
  if (migrations.fromNewerVersion.length > 0) log.warn('ledger-is-newer', { unknown: migrations.fromNewerVersion });

  // Before, what is not there yet is waited for, which says so itself; afterwards nobody needs it any more.
  let isOpen = false;
  const ledger = openPrismaLedger(database.url, {
    connections: 10,
    onConnectionLost: (cause) => {
      if (isOpen) log.warn('ledger-connection-lost', { error: sentenceOf(cause) });
    },
  });
  closing.push(() => ledger.close());
  const clock = new AlignedClock(machineTimers, (event, facts) => log.warn(event, facts));
  await patiently('the ledger', () => clock.followLedger(ledger.time), waiting('waiting-for-ledger'));
  const address: QueueAddress =
    config.redisUrl === null
      ? { kind: 'postgres', url: database.url }
      : { kind: 'redis', url: config.redisUrl.reveal() };
  const queueOptions: WakeUpsOptions = {
    clock,
    telemetry: tracing?.telemetry,
    onError: (error, { queue, subject }) => {
      if (isOpen) log.warn('queue-trouble', { queue, subject, error: sentenceOf(error) });
    },
  };
  const clockwork = await patiently(
    'the queue',
    () => openWakeUps(address, queueOptions),
    waiting('waiting-for-queue'),
  );
  isOpen = true;
  closing.push(() => clockwork.close());

  const shutdown = new AbortController();
  // Every call in flight listens to it.
  setMaxListeners(0, shutdown.signal);
  const accounts = openAccounts(
    config,
    clock,
    shutdown.signal,
    (time) => clock.hearAmazon(time),
    (gateway, account) => {
      const measured = measuredGateway(gateway, account, meters, machineTimers);
      return tracing?.gateway(measured, account) ?? measured;
    },
  );
  const following = setInterval(() => void clock.followLedger(ledger.time).catch(() => {}), FOLLOW_EVERY_MS);
  closing.push(async () => clearInterval(following));
  await ledger.registerAccounts([...accounts.values()], clock.now());
  const leaving = new AbortController();
  const context = around(
    stepContext(config, {
      ledger,
      clockwork,
      clock,
      accounts,
      log,
      leaving: leaving.signal,
      shutdown: shutdown.signal,
    }),
  );

  // Before anything is sent: a rule that changed while nobody ran holds from the first moment.
  for (const account of accounts.values()) await replanAccount(account, context, ending);
  if (config.roles.has('sweep')) await recountSmallLedger(context);

  const web = config.roles.has('web')
    ? await startWeb({ config, ledger, wakeUps: clockwork, clock, log, meters, tracing })
    : null;
  if (web !== null) closing.push(() => web.close());
  const watched = (listeners: Listeners) => {
    const measured = measuredListeners(listeners, meters);
    return tracing?.listeners(measured) ?? measured;
  };
  const listening = await listen(config, context, clockwork, watched, log);
  closing.push(() => listening.stop(0));
  const drain = async () => {
    leaving.abort();
    const breakOff = setTimeout(() => {
      log.warn('drain-cut-short', { afterSeconds: CALLS_MS / 1000 });
      shutdown.abort();
    }, CALLS_MS);
    await closed(listening.stop(DRAIN_MS), log);
    clearTimeout(breakOff);
    shutdown.abort();
    isOpen = false;
  };

  await clockwork.keepRinging(recurringWork(config), queueLost(context));
  await clockwork.ringNow('sweep', 'all');
  const watch = watchLedger(ledger, config.ledgerGoneExit.toMillis(), log);
  closing.push(async () => watch.stop());
  if (config.roles.has('sweep')) {
    const alarms = startAlarms({ config, ledger, clock, log, leaving: leaving.signal });
    closing.push(() => alarms.stop());
  }
  log.info('started', {
    version,
    mode: config.sendMode,
    roles: [...config.roles],
    accounts: Object.fromEntries(config.accounts.map(({ name, sendMode }) => [name, sendMode])),
  });
  return { web, ledgerGone: watch.gone, drain };
}

interface Parts {
  readonly ledger: Ledger & Reports;
  readonly clockwork: AlarmClock;
  readonly clock: WorkerClock;
  readonly accounts: ReadonlyMap<string, StepAccount>;
  readonly log: Log;
  /** Nothing new is begun. */
  readonly leaving: AbortSignal;
  /** Calls in flight and waiting are broken off. */
  readonly shutdown: AbortSignal;
}

function stepContext(config: Config, parts: Parts): StepContext {
  const { ledger, clockwork, clock, accounts, log, leaving, shutdown } = parts;
  return {
    leaving,
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

/** With more in hand than one processor can serve each of them would take seconds, and be late for its slot. */
const MOST_HANDS = 300;

/** Enough hands for every account's pace: a wake-up may wait a moment for its slot, and a call takes its time. */
function handsFor(accounts: number): number {
  return Math.min(Math.max(10, accounts * 4), MOST_HANDS);
}

function listen(
  config: Config,
  context: StepContext,
  clockwork: AlarmClock,
  watched: (listeners: Listeners) => Listeners,
  log: Log,
): Promise<Listening> {
  const { roles } = config;
  const hands = handsFor(context.accounts.size);
  const few = Math.min(Math.ceil(hands / 2), 100);
  return clockwork.listen(
    watched({
      ...(roles.has('discover') && { discover: discoverListener(context) }),
      ...(roles.has('schedule') && { schedule: scheduleListener(context) }),
      ...(roles.has('send') && { send: sendListener(context) }),
      ...(roles.has('settle') && { settle: settleListener(context) }),
      ...(roles.has('sweep') && { sweep: sweepListener(context) }),
    }),
    {
      concurrency: { send: hands, settle: few, schedule: few, discover: 10 },
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
