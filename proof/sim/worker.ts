import type { DateTime } from 'luxon';
import type { AlignedClock } from '../../src/aligned-clock.js';
import { marketplaceByCode } from '../../src/amazon/marketplaces.js';
import type { Clock } from '../../src/clock.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { SimulatedAmazon } from '../../src/simulator/amazon.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import { discover } from '../../src/steps/discover.js';
import { queueLost } from '../../src/steps/queue-lost.js';
import { replanAccount } from '../../src/steps/replan.js';
import { schedule } from '../../src/steps/schedule.js';
import { send } from '../../src/steps/send.js';
import { settle } from '../../src/steps/settle.js';
import type { StepAccount, StepContext } from '../../src/steps/step.js';
import { sweep } from '../../src/steps/sweep.js';
import { type Listener, LOOK_EVERY_MS, type QueueName, type SimulatedQueue } from './alarm-clock.js';
import { amazonLine } from './amazon-line.js';
import type { AmazonMoods } from './amazon-moods.js';
import { amazonWire } from './amazon-wire.js';
import { clockOf } from './clocks.js';
import { ledgerLine } from './ledger-line.js';
import type { AccountRules, Configuration } from './owner.js';
import type { Process } from './process.js';
import type { Run } from './run-parts.js';

/** As in `workers/discover.ts`. */
const LONGEST_WAIT_MS = 10 * 60_000;
/** As in `workers/worker.ts`: what is in hand may be finished for so long. */
const DRAIN_MS = 8_500;
/** Then everything is closed. */
const LAST_WORDS_MS = 1_000;

/** The steps of a run; a test puts a broken one in. */
export interface Steps {
  readonly discover: typeof discover;
  readonly schedule: typeof schedule;
  readonly send: typeof send;
  readonly settle: typeof settle;
  readonly sweep: typeof sweep;
  readonly replan: typeof replanAccount;
}

export const realSteps: Steps = { discover, schedule, send, settle, sweep, replan: replanAccount };

export interface WorkerParts {
  readonly run: Run;
  readonly ledger: Ledger;
  readonly amazon: SimulatedAmazon;
  readonly moods: AmazonMoods;
  readonly queue: SimulatedQueue;
  readonly steps: Steps;
  readonly whenLedgerClockMoves: (tell: () => void) => void;
}

/** Starts the real steps in a process, as `workers/worker.ts` does; rejects where it cannot start. */
export async function startWorker(
  process: Process,
  configuration: Configuration,
  parts: WorkerParts,
  random: SeededRandom,
): Promise<Listener> {
  const { run, ledger, amazon, moods, queue, steps } = parts;
  const reached = ledgerLine(ledger, process, run, random.fork('ledger'));
  const clock = await clockOf(process.machine, process, reached, random.fork('clock'), parts.whenLedgerClockMoves);
  const hearTime = hearingAmazon(process, clock, run);
  const wire = amazonWire(amazon, moods, process, run, random.fork('wire'));
  const accounts = new Map(
    configuration.accounts.map((rules): [string, StepAccount] => [
      rules.account.name,
      stepAccount(rules, amazonLine(rules.account, wire, clock, hearTime)),
    ]),
  );
  const chance = random.fork('steps');
  const context: StepContext = {
    ledger: reached,
    wakeUps: queue.lineOf(process),
    clock,
    random: () => chance.next(),
    waitUntil: (instant) => waitUntil(process, clock, instant),
    log: {
      info: () => {},
      warn: () => {},
    },
    accounts,
    settings: run.plan.settings,
    worker: process.name,
  };

  await context.ledger.registerAccounts([...accounts.values()], clock.now());
  for (const account of accounts.values()) await steps.replan(account, context);
  const lost = queueLost(context);
  const noticeLoss = (): void => void lost(LOOK_EVERY_MS).catch(() => process.later(LOOK_EVERY_MS, noticeLoss));
  const listener = { process, listening: true, hear: hearer(context, process, steps), noticeLoss };
  queue.listen(listener);
  await context.wakeUps.ringNow('sweep', 'all');
  return listener;
}

/** SIGTERM: takes nothing new, finishes what is in hand, cuts what is left, and ends. */
export function shutDown(process: Process, listener: Listener): void {
  listener.listening = false;
  process.later(DRAIN_MS, () => process.beginShutdown());
  process.later(DRAIN_MS + LAST_WORDS_MS, () => process.kill());
}

/**
 * A machine that has slept for longer than clocks may differ goes by the time at which it fell asleep until it hears Amazon
 * again. Until then nothing is due for it, and what it is rung for is left to later sweeps.
 */
function hearingAmazon(process: Process, clock: AlignedClock, { calendar, oracle }: Run): (time: DateTime) => void {
  let wake: ((at: number) => void) | null = null;
  const isAwake = () => {
    wake?.(calendar.now);
    wake = null;
  };
  process.whenGoingOn(() => {
    wake ??= oracle.disturbances.begin(calendar.now, null);
  });
  process.whenKilled(isAwake);
  return (time) => {
    clock.hearAmazon(time);
    isAwake();
  };
}

function stepAccount({ account, live, planning, caps }: AccountRules, gateway: StepAccount['gateway']): StepAccount {
  const marketplaces = account.marketplaces.flatMap((code) => marketplaceByCode(code) ?? []);
  return {
    name: account.name,
    region: marketplaces[0]?.region ?? 'na',
    clientId: account.clientId,
    marketplaceIds: marketplaces.map(({ id }) => id),
    gateway,
    rules: planning,
    caps,
    live,
  };
}

function hearer(context: StepContext, process: Process, steps: Steps): Listener['hear'] {
  const timers = new Map<string, object>();
  const discoverAgain = async (account: string): Promise<void> => {
    timers.delete(account);
    const later = await steps.discover(account, context);
    if (later === undefined) return;
    const wait = Math.max(later.again.diff(context.clock.now()).toMillis(), 250);
    if (wait > LONGEST_WAIT_MS) return;
    const timer = {};
    timers.set(account, timer);
    process.later(wait, () => {
      if (timers.get(account) === timer) context.wakeUps.ringNow('discover', account).catch(() => {});
    });
  };
  return (queue: QueueName, key: string) => {
    switch (queue) {
      case 'discover':
        return discoverAgain(key);
      case 'sweep':
        return steps.sweep(context);
      case 'send':
      case 'settle':
      case 'schedule':
        return steps[queue](key, context);
      default:
        return queue satisfies never;
    }
  };
}

function waitUntil(process: Process, clock: Clock, instant: DateTime): Promise<void> {
  const ms = instant.diff(clock.now()).toMillis();
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const forget = process.whenShutDown(() => reject(new Error('the process shuts down')));
    process.later(ms, () => {
      forget();
      resolve();
    });
  });
}
