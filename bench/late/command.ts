import type { Command } from 'commander';
import { conclude, type Figures, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { withPostgres } from '../support/postgres.js';
import { shareOfMachine } from '../support/usage.js';
import { playScene, type Scene } from './scene.js';

const sizes = {
  busy: [300, 3, 'accounts with a backlog that the worker is busy with, in the second scene'],
  hoard: [50_000, 300, 'orders due of one account, in the third scene'],
  watched: [20, 3, 'accounts whose orders come due one by one'],
  asksEach: [15, 2, 'orders of each of them'],
  seconds: [120, 4, 'in which they come due'],
  lead: [60, 6, 'seconds from the start of the worker until then'],
  latency: [20, 20, 'milliseconds that every answer of Amazon takes'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean };

/** The p99 that is aimed at, in seconds after the ask time. */
const TARGET = { idle: 1.5, busy: 3, hoard: 2 };

/** `npm run bench -- late`. */
export function addLate(program: Command): void {
  const command = program
    .command('late')
    .description(
      'how long after its ask time a request arrives at Amazon: idle, beside busy accounts, beside one with a huge backlog',
    );
  addSizes(command, sizes).action(async (given: Given) => {
    const { busy, hoard, latency, ...some } = sizesOf(sizes, given);
    const measured = await withPostgres(async (postgres) => {
      const options = { postgres, seed: given.seed, latencyMs: latency, ...some };
      const idle = await playScene({ ...options, busy: 0, backlog: null });
      const beside = await playScene({ ...options, busy, backlog: null });
      return measuredOf(idle, beside, await playScene({ ...options, busy: 1, backlog: hoard }));
    });
    conclude(measured, given);
  });
}

function measuredOf(idle: Scene, busy: Scene, hoard: Scene): Measured {
  const names = ['idle', `${busy.busy} accounts busy`, 'one with a huge backlog'];
  const rows = [idle, busy, hoard].map((scene, index) => [
    ...[names[index] ?? '', scene.median, scene.p99, scene.max],
    ...[scene.measured, scene.neverAsked, scene.busyAcceptedPerSecond],
    ...[shareOfMachine(scene.usage.workers, scene.usage), scene.usage.residentMiB],
  ]);
  return {
    name: 'late',
    ratio: Math.max(idle.p99 / TARGET.idle, busy.p99 / TARGET.busy, hoard.p99 / TARGET.hoard),
    ratioOf: `p99 / target (idle ${TARGET.idle} s, busy ${TARGET.busy} s, hoard ${TARGET.hoard} s), the worst of the three`,
    figures: { idle: figuresOf(idle), busy: figuresOf(busy), hoard: figuresOf(hoard) },
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
