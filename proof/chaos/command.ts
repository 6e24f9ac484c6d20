import { availableParallelism } from 'node:os';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { conclude } from '../print.js';
import type { Verdict } from '../verdict.js';
import { clockStepped } from './clock-scene.js';
import { diskFull, embeddedKilled } from './embedded-scenes.js';
import { type Played, playScene } from './playing.js';
import { connectionsCut, postgresFast, postgresImmediate, postgresSilent, queueOnPostgres } from './postgres-scenes.js';
import { redisFlushed, redisRestarted, redisSilent, redisUnreachable } from './redis-scenes.js';
import type { Scene } from './scene.js';

/** Those that take longest first, so that none of them is left over at the end. */
const scenes: readonly Scene[] = [
  redisUnreachable,
  postgresSilent,
  redisSilent,
  postgresImmediate,
  diskFull,
  queueOnPostgres,
  postgresFast,
  embeddedKilled,
  connectionsCut,
  redisRestarted,
  redisFlushed,
  clockStepped,
];

interface ChaosOptions {
  /** Names of scenes; none is all. */
  readonly scenes: readonly string[];
  /** Accidents in each of them. */
  readonly times: number;
  readonly seed: string;
  /** Scenes at a time. They mostly wait. */
  readonly atOnce: number;
}

export function addChaos(program: Command): void {
  program
    .command('chaos')
    .description('breaks Postgres, Redis, the disk and the clock under real workers, and counts what went wrong')
    .addArgument(new Argument('[scenes...]', 'all without it').choices(scenes.map(({ name }) => name)))
    .addOption(new Option('--times <count>', 'accidents in each scene').default(50).argParser(wholeNumber))
    .addOption(new Option('--seed <seed>', 'chooses the moments').default('1'))
    .addOption(new Option('--at-once <count>', 'scenes side by side').default(sideBySide()).argParser(wholeNumber))
    .option('--json', 'one JSON document')
    .action(
      async (names: string[], { json = false, ...options }: Omit<ChaosOptions, 'scenes'> & { json?: boolean }) => {
        conclude(await proveChaos({ ...options, scenes: names }), { json });
        // Connections to servers that are gone would keep the process for a while.
        process.exit();
      },
    );
}

/** Plays the scenes and adds up what they found; one that could not be played, or not to its end, is a finding. */
export async function proveChaos({ scenes: names, times, seed, atOnce }: ChaosOptions): Promise<Verdict> {
  const begun = performance.now();
  const waiting = scenes.filter(({ name }) => names.length === 0 || names.includes(name));
  const played: Played[] = [];
  const lane = async () => {
    for (let scene = waiting.shift(); scene !== undefined; scene = waiting.shift()) {
      const one = await playScene(scene, { times, seed });
      played.push(one);
      process.stderr.write(`${lineOf(one)}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));

  const sum = (what: 'orders' | 'posts' | 'accidents') => played.reduce((total, one) => total + one[what], 0);
  return {
    name: 'chaos',
    figures: {
      scenes: played.length,
      accidents: sum('accidents'),
      ...Object.fromEntries(played.map(({ scene, accidents }) => [`times ${scene}`, accidents])),
      orders: sum('orders'),
      POSTs: sum('posts'),
      's at most from the return to the next request': seconds(
        Math.max(...played.map((one) => one.longestStandstillMs)),
      ),
    },
    findings: [
      ...played.flatMap(({ findings }) => findings),
      ...played
        .filter(({ accidents, wanted }) => accidents < wanted)
        .map(({ scene, accidents, wanted }) => ({
          kind: 'stuck' as const,
          text: `${scene}: ${accidents} of ${wanted} accidents were played`,
        })),
    ],
    seconds: (performance.now() - begun) / 1000,
  };
}

function lineOf(one: Played): string {
  return [
    `${one.scene}: ${one.accidents} accidents, ${one.orders} orders, ${one.posts} POSTs`,
    `asked again after ${seconds(one.medianStandstillMs)} s, at most ${seconds(one.longestStandstillMs)} s`,
    `${(one.warnings / Math.max(1, one.accidents)).toFixed(1)} warnings per accident`,
    `${one.findings.length} findings, in ${Math.round(one.seconds)} s`,
  ].join('; ');
}

function seconds(ms: number): number | string {
  return Number.isFinite(ms) ? Math.round(ms / 100) / 10 : 'endless';
}

function sideBySide(): number {
  return Math.max(2, availableParallelism() * 3);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}
