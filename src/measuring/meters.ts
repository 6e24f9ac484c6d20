import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from '../package-root.js';
import type { AccountTrouble, AskOutcome, LookOutcome } from '../policy/outcome.js';
import type { Operation } from '../policy/usage-plan.js';

/** What this process did since it started. One for each worker, so that two in a process do not add up. */
export interface Meters {
  readonly registry: Registry;
  asked(account: string, outcome: AskOutcome['kind']): void;
  looked(account: string, outcome: LookOutcome['kind']): void;
  /** A call that really left for Amazon. */
  called(operation: Operation, outcome: string, seconds: number): void;
  /** A call that failed for its account's sake, or that was not even made. */
  tokenFailed(account: string, trouble: AccountTrouble): void;
  stepEnded(step: Step, seconds: number, failed: boolean): void;
  heardAmazon(aheadSeconds: number): void;
  /** How far this machine's clock is ahead of Amazon's, by the latest answer; `null`: none has been heard yet. */
  aheadOfAmazon(): number | null;
}

export type Step = 'discover' | 'schedule' | 'send' | 'settle' | 'sweep';

const steps = ['discover', 'schedule', 'send', 'settle', 'sweep'] as const satisfies readonly Step[];

/** All of them are there from the start: Prometheus does not see the first increase of a series that was absent. */
const askOutcomes: Readonly<Record<AskOutcome['kind'], true>> = {
  accepted: true,
  'already-requested': true,
  'not-available': true,
  'outside-window': true,
  throttled: true,
  'not-sent': true,
  'account-trouble': true,
  rejected: true,
  unknown: true,
};

/** The last two bounds are REQUEST_TIMEOUT's default and most. */
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 120];
const STEP_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

export function createMeters(accounts: readonly string[]): Meters {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const asks = counter(
    'askonce_asks_total',
    'Requests for a review made to Amazon (POST) by this process, by outcome',
    ['account', 'outcome'],
  );
  const looks = counter(
    'askonce_looks_total',
    'Looks at what Amazon offers for an order (GET) by this process, by outcome',
    ['account', 'outcome'],
  );
  const tokenFailures = counter(
    'askonce_token_failures_total',
    'Calls of this process that failed because no token could be had or Amazon refused the account, by trouble',
    ['account', 'trouble'],
  );
  const failures = counter('askonce_step_failures_total', 'Steps of this process that threw and ring again', ['step']);
  const calls = new Histogram({
    name: 'askonce_amazon_call_duration_seconds',
    help: 'Calls of this process to Amazon, by operation and outcome',
    labelNames: ['operation', 'outcome'],
    buckets: CALL_SECONDS,
    registers,
  });
  const durations = new Histogram({
    name: 'askonce_step_duration_seconds',
    help: 'Steps of this process, waiting for the usage plan included, failed ones too',
    labelNames: ['step'],
    buckets: STEP_SECONDS,
    registers,
  });
  new Gauge({
    name: 'askonce_build_info',
    help: 'The running version and its Node, always 1',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1);
  for (const step of steps) {
    failures.inc({ step }, 0);
    durations.zero({ step });
  }
  for (const account of accounts) for (const outcome of Object.keys(askOutcomes)) asks.inc({ account, outcome }, 0);

  let ahead: number | null = null;
  return {
    registry,
    asked: (account, outcome) => asks.inc({ account, outcome }),
    looked: (account, outcome) => looks.inc({ account, outcome }),
    called: (operation, outcome, seconds) => calls.observe({ operation, outcome }, seconds),
    tokenFailed: (account, trouble) => tokenFailures.inc({ account, trouble }),
    stepEnded(step, seconds, failed) {
      durations.observe({ step }, seconds);
      if (failed) failures.inc({ step });
    },
    heardAmazon(aheadSeconds) {
      ahead = aheadSeconds;
    },
    aheadOfAmazon: () => ahead,
  };
}
