import { type Command, Option } from 'commander';
import { conclude } from '../print.js';
import { aNumber, namesAmong } from '../support/arguments.js';
import { type Break, breaks } from '../support/broken.js';
import { pointsTable } from '../support/points.js';
import { type QueueKind, queueKinds } from '../support/series.js';
import { proveRaces, racePoints } from './races.js';

interface Options {
  readonly races: number;
  readonly at?: readonly string[];
  readonly workers?: number;
  readonly queue: QueueKind | 'both';
  readonly seed: string;
  readonly break?: Break;
  readonly points: boolean;
  readonly json: boolean;
}

/** With the queue on Postgres, too, five workers need more than the hundred connections of a server. */
const numbersOfWorkers: Readonly<Record<QueueKind | 'both', readonly number[]>> = {
  redis: [2, 3, 5, 8],
  postgres: [2, 3],
  // In turn: those on Redis are 2, 5 and 8.
  both: [2, 3, 5, 2, 8, 3],
};

export function addRaces(program: Command): void {
  program
    .command('races')
    .description('stops workers for longer than their lease, lets others go on, and compares Amazon with the ledger')
    .option('--races <number>', 'how many', aNumber(1), 100)
    .option('--at <points>', 'only at these, e.g. send.claim:after,post.answered', namesAmong(racePoints))
    .option('--workers <number>', 'on one ledger; default: 2 to 8, on a ledger each', aNumber(2))
    .addOption(new Option('--queue <queue>', 'where the queue is').choices([...queueKinds, 'both']).default('both'))
    .option('--seed <seed>', 'which stops are chosen', '1')
    .addOption(new Option('--break <how>', 'break the workers on purpose: the proof must fail').choices(breaks))
    .option('--points', 'print the table of the points and end', false)
    .option('--json', 'one JSON document', false)
    .action(async (options: Options) => {
      if (options.points) {
        process.stdout.write(pointsTable(racePoints));
        return;
      }
      const verdict = await proveRaces({
        races: options.races,
        at: options.at ?? null,
        workers: options.workers === undefined ? numbersOfWorkers[options.queue] : [options.workers],
        queues: options.queue === 'both' ? queueKinds : [options.queue],
        seed: options.seed,
        broken: options.break ?? null,
        progress: (text) => process.stderr.write(`${text}\n`),
      });
      conclude(verdict, options);
    });
}
