import { type DateTime, Duration, type DurationLike } from 'luxon';
import type { WorkerClock } from '../../src/clock.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { WakeUp } from '../../src/queue/wake-ups.js';
import { discover } from '../../src/steps/discover.js';
import { replanAccount } from '../../src/steps/replan.js';
import { schedule } from '../../src/steps/schedule.js';
import { send } from '../../src/steps/send.js';
import { settle } from '../../src/steps/settle.js';
import type { StepAccount, StepContext } from '../../src/steps/step.js';
import { sweep } from '../../src/steps/sweep.js';
import { at, GERMANY, planningRules } from './builders.js';
import { type MemoryLedger, openMemoryLedger } from './memory-ledger.js';
import { ScriptedAmazon } from './steps-amazon.js';

/** When the tests begin: the orders of `test/ledger/planned.ts` are due. */
export const noon = at('2026-03-20T12:00:00Z');

export interface Stage {
  readonly ledger: MemoryLedger;
  /** Amazon for the account `tea`. */
  readonly amazon: ScriptedAmazon;
  readonly amazonOf: (account: string) => ScriptedAmazon;
  readonly context: StepContext;
  /** Every wake-up handed to the queue. */
  readonly rung: WakeUp[];
  /** Recurring work that was rung besides its rhythm. */
  readonly rungNow: string[];
  readonly logged: { readonly event: string; readonly facts: Record<string, unknown> }[];
  now(): DateTime;
  pass(time: DurationLike): void;
  passTo(instant: DateTime): void;

  send(orderId: string): Promise<void>;
  settle(orderId: string): Promise<void>;
  schedule(orderId: string): Promise<void>;
  discover(account?: string): ReturnType<typeof discover>;
  sweep(): Promise<void>;
  replan(account?: string): Promise<void>;
  /** The same account after a restart with other settings of its own. */
  reconfigure(account: Partial<StepAccount>): void;
  /** Hears the wake-ups that have come due, in their order, each at its time or later. */
  hear(until?: DateTime): Promise<void>;
  /** Lets time pass until then: sweeps in its rhythm, and every wake-up is heard. */
  run(until: DateTime): Promise<void>;
}

export interface StageOptions {
  readonly accounts?: readonly (Partial<StepAccount> & { readonly name: string })[];
  /** Puts something between the steps and the ledger. */
  readonly ledger?: (ledger: MemoryLedger, stage: () => Stage) => Partial<Ledger>;
  readonly settings?: Partial<StepContext['settings']>;
  readonly random?: () => number;
  /** What the worker's clock answers instead. */
  readonly clock?: Partial<WorkerClock>;
}

/** Everything a step touches, with the clock held: waiting steps it, and time passes only where a test says so. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const ledger = openMemoryLedger();
  let now = noon;
  const rung: WakeUp[] = [];
  const rungNow: string[] = [];
  const logged: Stage['logged'] = [];
  const log = (event: string, facts: Record<string, unknown>) => void logged.push({ event, facts });
  const accounts = new Map(
    (options.accounts ?? [{ name: 'tea' }]).map((account) => [account.name, anAccount(account)]),
  );

  const context: StepContext = {
    ledger: { ...ledger, ...options.ledger?.(ledger, () => stage) },
    wakeUps: {
      ring: async (wakeUps) => void rung.push(...wakeUps),
      ringNow: async (name, key) => void rungNow.push(`${name} ${key}`),
    },
    clock: {
      now: () => now,
      stopwatch: () => {
        const begun = now;
        return () => now.diff(begun).toMillis();
      },
      agreesWithAmazon: () => true,
      ...options.clock,
    },
    random: options.random ?? (() => 0),
    waitUntil: async (instant) => {
      if (instant > now) now = instant;
    },
    log: { info: log, warn: log },
    accounts,
    settings: {
      looks: [Duration.fromObject({ minutes: 15 }), Duration.fromObject({ hours: 24 })],
      recheckEvery: Duration.fromObject({ hours: 24 }),
      queueHorizon: Duration.fromObject({ hours: 1 }),
      sweepEvery: Duration.fromObject({ seconds: 30 }),
      claimLease: Duration.fromObject({ minutes: 2 }),
      catchUpDays: 30,
      ...options.settings,
    },
    worker: 'worker-1',
  };
  const amazonOf = (name: string) => accounts.get(name)?.gateway as ScriptedAmazon;
  const stage: Stage = {
    ledger,
    amazon: amazonOf('tea'),
    amazonOf,
    context,
    rung,
    rungNow,
    logged,
    now: () => now,
    pass: (time) => {
      now = now.plus(time);
    },
    passTo: (instant) => {
      if (instant > now) now = instant;
    },
    send: (orderId) => send(orderId, context),
    settle: (orderId) => settle(orderId, context),
    schedule: (orderId) => schedule(orderId, context),
    discover: (account = 'tea') => discover(account, context),
    sweep: () => sweep(context),
    replan: (account = 'tea') => replanAccount(accounts.get(account) ?? anAccount({ name: account }), context),
    reconfigure: (account) =>
      void accounts.set('tea', { ...anAccount({ name: 'tea' }), ...accounts.get('tea'), ...account }),
    hear: async (until = now) => {
      for (;;) {
        rung.sort((a, b) => a.at.toMillis() - b.at.toMillis());
        const next = rung[0];
        if (next === undefined || next.at > until) return;
        rung.shift();
        stage.passTo(next.at);
        await stage[next.verb](next.orderId);
      }
    },
    run: async (until) => {
      while (now < until) {
        await stage.sweep();
        const nextSweep = now.plus(context.settings.sweepEvery);
        await stage.hear(nextSweep);
        stage.passTo(nextSweep);
      }
    },
  };
  const known = [...accounts.values()];
  await ledger.registerAccounts(known, noon.minus({ days: 30 }));
  return stage;
}

function anAccount(account: Partial<StepAccount> & { readonly name: string }): StepAccount {
  return {
    region: 'eu',
    clientId: 'application-1',
    marketplaceIds: [GERMANY],
    gateway: new ScriptedAmazon(),
    rules: planningRules(),
    caps: new Map(),
    live: true,
    ...account,
  };
}

/** A call that fails so many times before it works, as the ledger's do while it cannot be reached. */
export function failing<A extends readonly unknown[], T>(
  times: number,
  call: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  let left = times;
  return async (...args) => {
    if (left > 0) {
      left -= 1;
      throw new Error('the ledger cannot be reached');
    }
    return call(...args);
  };
}
