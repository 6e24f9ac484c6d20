import { type Command, Option } from 'commander';
import { conclude } from '../print.js';
import { aNumber, namesAmong } from '../support/arguments.js';
import { type Break, breaks } from '../support/broken.js';
import { points, pointsTable } from '../support/points.js';
import { type QueueKind, queueKinds } from '../support/series.js';
import { proveCrash } from './crash.js';

interface Options {
  readonly kills: number;
  readonly at?: readonly string[];
  readonly pointsOnly: boolean;
  readonly queue: QueueKind | 'both';
  readonly seed: string;
  readonly break?: Break;
  readonly points: boolean;
  readonly json: boolean;
}

export function addCrash(program: Command): void {
  program
    .command('crash')
    .description('kills real workers at each numbered point and at random, and compares Amazon with the ledger')
    .option('--kills <number>', 'how many', aNumber(1), 300)
    .option('--at <points>', 'only at these, e.g. send.claim:after,post.accepted', namesAmong(points))
    .option('--points-only', 'none at random moments', false)
    .addOption(new Option('--queue <queue>', 'where the queue is').choices([...queueKinds, 'both']).default('both'))
    .option('--seed <seed>', 'which kills are chosen', '1')
    .addOption(new Option('--break <how>', 'break the workers on purpose: the proof must fail').choices(breaks))
    .option('--points', 'print the table of the points and end', false)
    .option('--json', 'one JSON document', false)
    .action(async (options: Options) => {
      if (options.points) {
        process.stdout.write(pointsTable(points));
        return;
      }
      const verdict = await proveCrash({
        kills: options.kills,
        at: options.at ?? null,
        pointsOnly: options.pointsOnly,
        queues: options.queue === 'both' ? queueKinds : [options.queue],
        seed: options.seed,
        broken: options.break ?? null,
        progress: (text) => process.stderr.write(`${text}\n`),
      });
      conclude(verdict, options);
    });
}
