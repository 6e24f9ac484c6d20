import type { Command } from 'commander';
import { conclude, type Figures, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { withPostgres } from '../support/postgres.js';
import { shareOfMachine } from '../support/usage.js';
import { playScene, type Scene } from './scene.js';

const sizes = {
  busy: [300, 3, 'accounts with a backlog that the worker is busy with, in the second scene'],
  watched: [20, 3, 'accounts whose orders come due one by one'],
  asksEach: [15, 2, 'orders of each of them'],
  seconds: [120, 4, 'in which they come due'],
  lead: [60, 6, 'seconds from the start of the worker until then'],
  latency: [20, 20, 'milliseconds that every answer of Amazon takes'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean };

/** The p99 that is aimed at, in seconds after the ask time. */
const TARGET = { idle: 1.5, busy: 3 };

/** `npm run bench -- late`. */
export function addLate(program: Command): void {
  const command = program
    .command('late')
    .description('how long after its ask time a request arrives at Amazon, idle and beside busy accounts');
  addSizes(command, sizes).action(async (given: Given) => {
    const { busy, latency, ...some } = sizesOf(sizes, given);
    const measured = await withPostgres(async (postgres) => {
      const options = { postgres, seed: given.seed, latencyMs: latency, ...some };
      const idle = await playScene({ ...options, busy: 0 });
      return measuredOf(idle, await playScene({ ...options, busy }));
    });
    conclude(measured, given);
  });
}

function measuredOf(idle: Scene, busy: Scene): Measured {
  const rows = [idle, busy].map((scene) => [
    ...[scene.busy === 0 ? 'idle' : `${scene.busy} accounts busy`, scene.median, scene.p99, scene.max],
    ...[scene.measured, scene.neverAsked, scene.busyAcceptedPerSecond],
    ...[shareOfMachine(scene.usage.workers, scene.usage), scene.usage.residentMiB],
  ]);
  return {
    name: 'late',
    ratio: Math.max(idle.p99 / TARGET.idle, busy.p99 / TARGET.busy),
    ratioOf: `p99 / target (idle ${TARGET.idle} s, busy ${TARGET.busy} s), the worse of the two`,
    figures: { idle: figuresOf(idle), busy: figuresOf(busy) },
    table: [
      ['worker', 'median s', 'p99 s', 'latest s', 'asks', 'not asked', 'asks/s beside', 'workers %', 'RSS MiB'],
      ...rows,
    ],
  };
}

function figuresOf(scene: Scene): Figures {
  return {
    busyAccounts: scene.busy,
    medianSeconds: scene.median,
    p99Seconds: scene.p99,
    latestSeconds: scene.max,
    asks: scene.measured,
    neverAsked: scene.neverAsked,
    dueBeforeTheyWereRead: scene.leftOut,
    busyAcceptedPerSecond: scene.busyAcceptedPerSecond,
    workersPercentOfMachine: shareOfMachine(scene.usage.workers, scene.usage),
    workerRssMiB: scene.usage.residentMiB,
  };
}
