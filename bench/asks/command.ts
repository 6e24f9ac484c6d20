import type { Command } from 'commander';
import { Option } from 'commander';
import { conclude, type Figures, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf, wholeNumbers } from '../support/options.js';
import { withPostgres } from '../support/postgres.js';
import { shareOfMachine } from '../support/usage.js';
import { playScene, type Scene, type SceneOptions } from './scene.js';

const sizes = {
  seconds: [60, 4, 'of each measurement'],
  warmUp: [10, 1, 'seconds before it, once every account asks'],
  processes: [1, 1, 'worker processes'],
  latency: [20, 20, 'milliseconds that every answer of Amazon takes'],
} as const satisfies Sizes;

type Given = CommonOptions &
  Partial<Record<keyof typeof sizes, number>> & { quick?: boolean; accounts?: number[]; cpuProf?: string };

/** `npm run bench -- asks`. */
export function addAsks(program: Command): void {
  const command = program
    .command('asks')
    .description('requests a second at Amazon, by what Amazon allows: many accounts, each with a backlog')
    .addOption(new Option('--accounts <counts>', 'default: 100,300,500; quick: 4').argParser(wholeNumbers))
    .option('--cpu-prof <folder>', 'where the workers write profiles of their processor time');
  addSizes(command, sizes).action(async (given: Given) => {
    const { latency, ...some } = sizesOf(sizes, given);
    const counts = given.accounts ?? (given.quick === true ? [4] : [100, 300, 500]);
    const scenes = await withPostgres((postgres) =>
      playScenes(counts, { postgres, seed: given.seed, latencyMs: latency, profiles: given.cpuProf ?? null, ...some }),
    );
    conclude(measured(scenes, { latency, ...some }), given);
  });
}

async function playScenes(counts: readonly number[], options: Omit<SceneOptions, 'accounts'>): Promise<Scene[]> {
  const scenes = [];
  for (const accounts of counts) scenes.push(await playScene({ ...options, accounts }));
  return scenes;
}

function measured(scenes: readonly Scene[], sizes: Figures): Measured {
  const last = scenes.at(-1);
  return {
    name: 'asks',
    ratio: last?.share ?? Number.NaN,
    ratioOf: `accepted per second / allowed per second, ${last?.accounts} accounts`,
    figures: { ...sizes, scenes: scenes.map(figuresOf) },
    table: [
      [
        ...['accounts', 'accepted/s', 'allowed/s', 'share', 'least served', '429', 'CPU ms/ask', 'SQL/ask', 'RSS MiB'],
        ...['workers %', 'postgres %', 'redis %', 'simulator %', 'ramp s'],
      ],
      ...scenes.map((scene) => {
        const { usage } = scene;
        const share = (cpu: number | null) => shareOfMachine(cpu, usage);
        return [
          ...[scene.accounts, scene.acceptedPerSecond, scene.allowed, scene.share, scene.leastServed, scene.throttled],
          ...[
            cpuPerAsk(scene),
            transactionsPerAsk(scene),
            usage.residentMiB,
            share(usage.workers),
            share(usage.postgres),
            share(usage.redis),
          ],
          ...[share(usage.simulator), scene.rampSeconds],
        ];
      }),
    ],
  };
}

function figuresOf(scene: Scene): Figures {
  const { usage } = scene;
  return {
    accounts: scene.accounts,
    acceptedPerSecond: scene.acceptedPerSecond,
    allowedPerSecond: scene.allowed,
    share: scene.share,
    leastServedShare: scene.leastServed,
    medianServedShare: scene.medianServed,
    throttled: scene.throttled,
    throttledSinceStart: scene.throttledAtAll,
    rampSeconds: scene.rampSeconds,
    workerCpuMsPerAsk: cpuPerAsk(scene),
    transactionsPerAsk: transactionsPerAsk(scene),
    workerRssMiB: usage.residentMiB,
    workerPeakMiB: usage.peakMiB,
    workersPercentOfMachine: shareOfMachine(usage.workers, usage),
    postgresPercentOfMachine: shareOfMachine(usage.postgres, usage),
    redisPercentOfMachine: shareOfMachine(usage.redis, usage),
    simulatorPercentOfMachine: shareOfMachine(usage.simulator, usage),
  };
}

function cpuPerAsk({ accepted, usage }: Scene): number | null {
  return usage.workers === null || accepted === 0 ? null : (1000 * usage.workers) / accepted;
}

function transactionsPerAsk({ accepted, usage }: Scene): number | null {
  return accepted === 0 ? null : usage.transactions / accepted;
}
