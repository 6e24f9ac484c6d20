import { type Command, Option } from 'commander';
import { conclude } from '../print.js';
import { aNumber } from '../support/arguments.js';
import { type QueueKind, queueKinds } from '../support/series.js';
import { proveStops } from './stops.js';

interface Options {
  readonly times: number;
  readonly queue: QueueKind | 'both';
  readonly seed: string;
  readonly json: boolean;
}

export function addStops(program: Command): void {
  program
    .command('stops')
    .description(
      'asks a worker under load to stop, at any moment, and looks at its exit status, its time and the ledger',
    )
    .option('--times <number>', 'how often, over both queues', aNumber(1), 100)
    .addOption(new Option('--queue <queue>', 'where the queue is').choices([...queueKinds, 'both']).default('both'))
    .option('--seed <seed>', 'chooses the moments', '1')
    .option('--json', 'one JSON document', false)
    .action(async (options: Options) => {
      const verdict = await proveStops({
        times: options.times,
        queues: options.queue === 'both' ? queueKinds : [options.queue],
        seed: options.seed,
        progress: (text) => process.stderr.write(`${text}\n`),
      });
      conclude(verdict, options);
    });
}
