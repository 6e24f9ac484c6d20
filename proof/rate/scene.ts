import { availableParallelism, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { SimulatedAmazon } from '../../src/simulator/amazon.js';
import type { Arrival, SpApiOperation } from '../../src/simulator/operation.js';
import { spApiOperations } from '../../src/simulator/operation.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { amazonUsagePlans } from '../../src/simulator/token-bucket.js';
import type { Finding } from '../../test/support/finding.js';
import { play, type Scenario, type Settings } from '../../test/support/scenario.js';
import { findings } from '../../test/support/scenario-agreement.js';
import type { Worker } from '../../test/support/worker.js';

/** The two operations that asking takes. */
export const askingCalls = [
  'getSolicitationActions',
  'createSolicitation',
] as const satisfies readonly SpApiOperation[];

/**
 * `steady` and `second` have Amazon's published plans; `moving` is granted more, then less; `shared` has another client on its
 * plans for a while; `merchant` has orders that are read one by one.
 */
export const accountNames = ['steady', 'second', 'moving', 'shared', 'merchant'] as const;
export type AccountName = (typeof accountNames)[number];

export const faster = { rate: 3, burst: 5 };
export const slower = { rate: 0.5, burst: 5 };

export interface SceneOptions {
  readonly seed: string;
  readonly seconds: number;
  readonly processes: number;
  /** `DATABASE_URL`, and `REDIS_URL` where the queue is on Redis. */
  readonly settings: Settings;
}

/** What happened, in milliseconds of the wall clock. */
export interface Recording {
  readonly arrivals: readonly Arrival[];
  readonly begunAt: number;
  readonly endedAt: number;
  readonly fasterSince: number;
  readonly slowerSince: number;
  /** What another client of `shared` took, and was refused. */
  readonly elsewhere: readonly ElsewhereCall[];
  readonly sharedFrom: number;
  readonly sharedUntil: number;
  readonly killedAt: readonly number[];
  /** All processes were killed, and are back. */
  readonly downFrom: number;
  readonly downUntil: number;
  /** For so long Amazon's stand-in itself stood still: what came apart may then have arrived together. */
  readonly stalledMs: number;
  /** Processes that ran or wanted to, over the last minute. */
  readonly loadPerProcessor: number;
  /** What was wrong with the orders once all of them could be asked. */
  readonly findings: readonly Finding[];
  readonly asked: number;
}

export interface ElsewhereCall {
  readonly at: number;
  readonly operation: SpApiOperation;
  readonly admitted: boolean;
}

const settings = {
  DISCOVER_EVERY: '2s',
  SWEEP_EVERY: '1s',
  RECHECK_EVERY: '5s',
  REQUEST_TIMEOUT: '5s',
  CLAIM_LEASE: '12s',
  SETTLE_LOOKS: '2s,5s',
};
/** No fault is played: a POST whose answer was lost with its process was accepted, and any second one is found as that. */
const UNDECIDED_MS = 0;
const DRAIN_SECONDS = 90;
/** A process that was killed is started again after this. */
const RESTART_MS = 500;
/** To the end of the scene, after the last start. */
const UP_AGAIN_MS = 5_000;

/** Several real processes work off backlogs at Amazon's own rates, some of them are killed, and every request is noted. */
export async function recordScene({ seed, seconds, processes, settings: given }: SceneOptions): Promise<Recording> {
  const arrivals: Arrival[] = [];
  let recording: Recording | null = null;
  const simulator = { rates: {}, seed, onArrival: (arrival: Arrival) => void arrivals.push(arrival) };
  const accounts = accountNames.map(accountOf);
  await play({ accounts, simulator, settings: { ...settings, ...given } }, async (scenario) => {
    addBacklogs(scenario, seconds);
    const running = await Promise.all(Array.from({ length: processes }, () => scenario.startedWorker()));
    await scenario.until('every account is asking', () => isAsking(arrivals));

    const begunAt = Date.now();
    const at = (share: number) => begunAt + share * seconds * 1000;
    const { amazon } = scenario.simulator;
    const random = new SeededRandom(`${seed}/rate`);
    const killedAt: number[] = [];
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const elsewhere: ElsewhereCall[] = [];
    const [sharedFrom, sharedUntil] = [at(0.05), at(0.6)];
    const stories = [
      change(amazon, at(0.25), faster),
      change(amazon, at(0.5), slower),
      ...askingCalls.map((operation) =>
        callElsewhere(amazon, operation, sharedFrom, sharedUntil, random.fork(operation), elsewhere),
      ),
      pauseUntil(at(1)),
    ];
    const down = { from: 0, until: 0 };
    await Promise.all([...stories, kills(scenario, running, at, random.fork('kills'), { killedAt, down })]);
    const endedAt = Date.now();
    delay.disable();
    const recorded = arrivals.filter((arrival) => arrival.at <= endedAt);
    recording = {
      arrivals: recorded,
      begunAt,
      endedAt,
      fasterSince: at(0.25),
      slowerSince: at(0.5),
      elsewhere,
      sharedFrom,
      sharedUntil,
      killedAt,
      downFrom: down.from,
      downUntil: down.until,
      stalledMs: Math.round(delay.max / 1e6),
      loadPerProcessor: (loadavg()[0] ?? 0) / availableParallelism(),
      findings: await drain(scenario),
      asked: scenario.accepted,
    };
  });
  if (recording === null) throw new Error('the scene was not played to its end');
  return recording;
}

function accountOf(name: AccountName): SimulatedAccount {
  return {
    name,
    clientId: 'amzn1.application-oa2-client.rate',
    clientSecret: 'amzn1.oa2-cs.v1.rate',
    refreshToken: `Atzr|${name}`,
    marketplaces: ['US'],
  };
}

/** More than can be worked off while it is measured. */
function addBacklogs(scenario: Scenario, seconds: number): void {
  const spare = 40;
  scenario.addDueOrders(seconds + spare, 'steady');
  scenario.addDueOrders(seconds + spare, 'second');
  scenario.addDueOrders(Math.ceil(seconds * 1.25) + spare, 'moving');
  scenario.addDueOrders(seconds + spare, 'shared');
  const underWay = { account: 'merchant', fulfilledBy: 'MERCHANT', packages: 'tracked', deliveredAt: null } as const;
  scenario.simulator.world.addOrders(Array.from({ length: 50 }, () => underWay));
}

function isAsking(arrivals: readonly Arrival[]): boolean {
  return ['steady', 'second', 'moving', 'shared'].every((account) =>
    arrivals.some((arrival) => arrival.account === account && arrival.operation === 'createSolicitation'),
  );
}

async function change(amazon: SimulatedAmazon, at: number, plan: typeof faster): Promise<void> {
  await pauseUntil(at);
  for (const operation of askingCalls) amazon.grant('moving', operation, plan);
}

/** Takes 50 to 70 % of the published rate, at times of its own, whether there is a token left or not. */
async function callElsewhere(
  amazon: SimulatedAmazon,
  operation: SpApiOperation,
  from: number,
  until: number,
  random: SeededRandom,
  calls: ElsewhereCall[],
): Promise<void> {
  await pauseUntil(from);
  while (Date.now() < until) {
    calls.push({ at: Date.now(), operation, admitted: amazon.useElsewhere('shared', operation) });
    const perSecond = random.between(0.5, 0.7) * amazonUsagePlans[operation].rate;
    await pause((1000 / perSecond) * random.between(0.5, 1.5));
  }
}

/** One process, another one, and late in the scene all of them at once. */
async function kills(
  scenario: Scenario,
  running: Worker[],
  at: (share: number) => number,
  random: SeededRandom,
  { killedAt, down }: { readonly killedAt: number[]; readonly down: { from: number; until: number } },
): Promise<void> {
  for (const share of [0.2, 0.65]) {
    await pauseUntil(at(share));
    await killAndRestart(scenario, running, [random.pick(running)], killedAt);
  }
  await pauseUntil(at(0.85));
  down.from = Date.now();
  await killAndRestart(scenario, running, [...running], killedAt);
  down.until = Date.now();
  await pause(UP_AGAIN_MS);
}

async function killAndRestart(
  scenario: Scenario,
  running: Worker[],
  victims: readonly Worker[],
  killedAt: number[],
): Promise<void> {
  killedAt.push(...victims.map(() => Date.now()));
  await Promise.all(victims.map((worker) => worker.kill()));
  await pause(RESTART_MS);
  const fresh = await Promise.all(victims.map(() => scenario.startedWorker()));
  running.splice(0, running.length, ...running.filter((worker) => !victims.includes(worker)), ...fresh);
}

/** Amazon now allows so much that whatever is left can be asked; then nothing may be lost, doubled or wrongly recorded. */
async function drain(scenario: Scenario): Promise<readonly Finding[]> {
  for (const account of accountNames) {
    for (const operation of spApiOperations)
      scenario.simulator.amazon.grant(account, operation, { rate: 50, burst: 200 });
  }
  const deadline = performance.now() + DRAIN_SECONDS * 1000;
  for (;;) {
    const rules = { undecidedForMs: UNDECIDED_MS, throttlingExpected: true };
    const left = findings(scenario.truth, await scenario.export(), rules);
    if (left.length === 0 || performance.now() > deadline) return left;
    await pause(1000);
  }
}

async function pauseUntil(at: number): Promise<void> {
  await pause(Math.max(0, at - Date.now()));
}
