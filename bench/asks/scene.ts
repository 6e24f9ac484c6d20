import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { amazonUsagePlans } from '../../src/simulator/token-bucket.js';
import { dueOrders } from '../support/orders.js';
import type { BenchPostgres } from '../support/postgres.js';
import { accountsNamed, type Rig, withRig } from '../support/rig.js';
import { type Usage, usageDuring } from '../support/usage.js';
import { type Arrived, arrivedBetween } from './reckoning.js';

/** Accounts that have not asked by then are measured all the same: that nothing came of them is a figure, too. */
const LONGEST_RAMP_SECONDS = 60;

export interface SceneOptions {
  readonly postgres: BenchPostgres;
  readonly accounts: number;
  readonly processes: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly latencyMs: number;
  readonly seed: string;
  /** A folder for a profile of each worker; `null`: none, as it slows them down. */
  readonly profiles: string | null;
}

export interface Scene extends Arrived {
  readonly accounts: number;
  /** Per second, by all accounts together. */
  readonly allowed: number;
  readonly acceptedPerSecond: number;
  /** Accepted of what is allowed. */
  readonly share: number;
  /** Since the workers started. */
  readonly throttledAtAll: number;
  /** Until every account had asked, or was given up waiting for. */
  readonly rampSeconds: number;
  readonly usage: Usage;
}

/** Accounts with a backlog in the ledger, workers that start on it, and Amazon's own rates. */
export async function playScene(options: SceneOptions): Promise<Scene> {
  const { postgres, accounts: count, processes, seconds, warmUp, latencyMs, seed, profiles } = options;
  const nodeOptions = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profiles)}`];
  return withRig({ postgres, simulator: { seed, latencyMs }, nodeOptions }, async (rig) => {
    const accounts = accountsNamed('account', count);
    const { rate, burst } = amazonUsagePlans.createSolicitation;
    const each = Math.ceil((LONGEST_RAMP_SECONDS + warmUp + seconds) * rate) + 2 * burst;
    await rig.addAccounts(accounts);
    await rig.amazon.addOrders(dueOrders(accounts, each));
    await rig.discoverAll(each * count);

    const workers = await Promise.all(Array.from({ length: processes }, () => rig.startWorker()));
    const rampSeconds = await everyAccountAsks(rig);
    await pause(warmUp * 1000);
    const before = await rig.amazon.tallies();
    const usage = await usageDuring(seconds, { rig, postgres, workers });
    const after = await rig.amazon.tallies();
    // Written when they end in order.
    if (profiles !== null) await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    const arrived = arrivedBetween(before, after, rate * usage.seconds);
    const allowed = rate * count;
    const acceptedPerSecond = arrived.accepted / usage.seconds;
    return {
      ...arrived,
      accounts: count,
      allowed,
      acceptedPerSecond,
      share: acceptedPerSecond / allowed,
      throttledAtAll: after.reduce((sum, { throttled }) => sum + throttled, 0),
      rampSeconds,
      usage,
    };
  });
}

async function everyAccountAsks(rig: Rig): Promise<number> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  while (seconds() < LONGEST_RAMP_SECONDS && (await rig.amazon.tallies()).some(({ accepted }) => accepted === 0))
    await pause(250);
  return seconds();
}
