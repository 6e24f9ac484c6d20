import type { Command } from 'commander';
import { conclude, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { withPostgres } from '../support/postgres.js';
import { measureOurs, type Ours } from './ours.js';
import { measureTheirs, type Theirs } from './theirs.js';

const sizes = {
  orders: [1_000_000, 5_000, 'open orders, due within thirty days'],
  due: [10_000, 100, 'of them are due already'],
  accounts: [300, 10, 'accounts they belong to'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean; recovery?: boolean };

const MIB = 1024 * 1024;

/** `npm run bench -- queue`. */
export function addQueue(program: Command): void {
  const command = program
    .command('queue')
    .description('memory and time of a queue with a horizon, beside one delayed job per order; and its recovery')
    .option('--recovery', 'lose the queue, too, which takes more than a minute to mend (default; not with --quick)')
    .option('--no-recovery', 'leave that out');
  addSizes(command, sizes).action(async (given: Given) => {
    const { orders, due, accounts } = sizesOf(sizes, given);
    const ours = await withPostgres((postgres) =>
      measureOurs({
        postgres,
        orders,
        due,
        accounts,
        seed: given.seed,
        recover: given.recovery ?? given.quick !== true,
      }),
    );
    const theirs = await measureTheirs(orders, given.seed);
    conclude(measured({ orders, due, accounts }, ours, theirs), given);
  });
}

function measured(
  given: { readonly orders: number; readonly due: number; readonly accounts: number },
  ours: Ours,
  theirs: Theirs,
): Measured {
  const { recovery } = ours;
  return {
    name: 'queue',
    ratio: ours.bytes / theirs.bytes,
    ratioOf: 'memory of the queue with a horizon / memory of one delayed job per order',
    figures: {
      ...given,
      wakeUps: ours.wakeUps,
      mib: ours.bytes / MIB,
      seconds: ours.seconds,
      mibOneJobPerOrder: theirs.bytes / MIB,
      secondsOneJobPerOrder: theirs.seconds,
      dueAtTheLoss: recovery?.due ?? null,
      silentAfterTheLoss: recovery?.silent ?? null,
      recoveryMedianSeconds: recovery?.medianSeconds ?? null,
      recoverySeconds: recovery?.allSeconds ?? null,
    },
    table: [
      ['queue', 'jobs', 'MiB', 'seconds to fill', 'all due ring again after s', 'silent for good'],
      [
        'askonce, one hour ahead',
        ours.wakeUps,
        ours.bytes / MIB,
        ours.seconds,
        recovery?.allSeconds ?? null,
        recovery?.silent ?? null,
      ],
      ['one delayed job per order', given.orders, theirs.bytes / MIB, theirs.seconds, 'never', given.orders],
    ],
  };
}
