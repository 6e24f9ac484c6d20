import { type Command, InvalidArgumentError, Option } from 'commander';
import { testPostgres } from '../../test/support/postgres.js';
import { startRedisServer } from '../../test/support/redis-server.js';
import type { Settings } from '../../test/support/scenario.js';
import { conclude } from '../print.js';
import type { Verdict } from '../verdict.js';
import { judge } from './judgement.js';
import { recordScene } from './scene.js';

const queues = ['postgres', 'redis'] as const;
type QueueKind = (typeof queues)[number];

export interface RateOptions {
  /** Of each scene, start and end not counted; less than 40 leaves too few requests to judge the slower rate by. */
  readonly seconds: number;
  readonly seed: string;
  /** One scene for each, one after the other. */
  readonly queues: readonly QueueKind[];
}

/** 1 to 4 processes each. */
const PROCESSES: Readonly<Record<QueueKind, number>> = { postgres: 3, redis: 2 };

/** `npm run proof:rate`. */
export function addRate(program: Command): void {
  program
    .command('rate')
    .description("several processes at Amazon's own rates: never faster, never much slower, whatever happens to them")
    .addOption(new Option('--seconds <seconds>', 'of each scene').default(60).argParser(wholeNumber))
    .addOption(new Option('--queue <queue>', 'where the queue is; default: a scene for each').choices(queues))
    .option('--seed <seed>', 'the same seed kills the same processes and plays the same other client', '1')
    .option('--json', 'one JSON document')
    .action(async ({ seconds, seed, queue, json }: Given) => {
      const verdict = await proveRate({ seconds, seed, queues: queue === undefined ? queues : [queue] });
      conclude(verdict, { json: json === true });
    });
}

interface Given {
  readonly seconds: number;
  readonly seed: string;
  readonly queue?: QueueKind;
  readonly json?: boolean;
}

export async function proveRate({ seconds, seed, queues: kinds }: RateOptions): Promise<Verdict> {
  const begun = performance.now();
  const postgres = await testPostgres();
  try {
    const scenes = [];
    for (const kind of kinds) {
      const { url } = await postgres.freshDatabase();
      const recording = await withQueue(kind, (settings) =>
        recordScene({ seed, seconds, processes: PROCESSES[kind], settings: { DATABASE_URL: url, ...settings } }),
      );
      scenes.push({ kind, ...judge(recording) });
    }
    return {
      name: 'rate',
      figures: Object.fromEntries(
        scenes.flatMap(({ kind, figures }) =>
          Object.entries(figures).map(([what, figure]) => [`${what} (queue on ${kind})`, figure]),
        ),
      ),
      findings: scenes.flatMap(({ findings }) => findings),
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await postgres.stop();
  }
}

async function withQueue<T>(kind: QueueKind, use: (settings: Settings) => Promise<T>): Promise<T> {
  switch (kind) {
    case 'postgres':
      return use({});
    case 'redis': {
      const redis = await startRedisServer();
      try {
        return await use({ REDIS_URL: redis.url });
      } finally {
        await redis.stop();
      }
    }
    default:
      return kind satisfies never;
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, e.g. 60.');
  return Number(text);
}
