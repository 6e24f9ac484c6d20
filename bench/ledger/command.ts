import type { Command } from 'commander';
import { conclude, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { type Spread, spreadOf } from '../support/percentiles.js';
import { withPostgres } from '../support/postgres.js';
import { type Operation, operationsOn } from './operations.js';
import { type FilledStage, withStage } from './stage.js';

const sizes = {
  orders: [10_000_000, 40_000, 'orders, one in ten of them open'],
  beside: [100_000, 10_000, 'orders of the ledger that is measured beside it'],
  accounts: [100, 10, 'accounts they belong to'],
  samples: [300, 20, 'measurements of each operation, on either ledger; a smaller one runs out of due orders'],
  budget: [60, 5, 'seconds after which no more is measured of an operation'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean };

/** A first statement of its kind is compiled, and reads what nothing has read yet. */
const WARM_UPS = 3;

/** `npm run bench -- ledger`. */
export function addLedger(program: Command): void {
  const command = program
    .command('ledger')
    .description('what sweeping, asking and leafing cost in a large ledger, and how that grows');
  addSizes(command, sizes).action(async (given: Given) => {
    const { orders, beside, accounts, samples, budget } = sizesOf(sizes, given);
    const measured = await withPostgres((postgres) =>
      withStage({ postgres, orders, accounts, seed: given.seed }, (large) =>
        withStage({ postgres, orders: beside, accounts, seed: given.seed }, async (small) =>
          measuredOf(large, small, await compare(large, small, { samples, budgetMs: budget * 1000 })),
        ),
      ),
    );
    conclude(measured, given);
  });
}

interface Comparison {
  readonly operation: string;
  readonly samples: number;
  readonly large: Spread;
  readonly small: Spread;
}

interface Comparisons {
  readonly operations: readonly Comparison[];
  /** Orders that a sweep rang for on average: nearly the same on both, as it should be. */
  readonly rungPerSweep: { readonly large: number; readonly small: number };
}

/** In turns, so that whatever else the machine does meets both. */
async function compare(
  large: FilledStage,
  small: FilledStage,
  { samples, budgetMs }: { readonly samples: number; readonly budgetMs: number },
): Promise<Comparisons> {
  const on = { large: operationsOn(large), small: operationsOn(small) };
  const comparisons: Comparison[] = [];
  for (const [operation, onLarge] of Object.entries(on.large.byName)) {
    const pair: [Operation, Operation] = [onLarge, on.small.byName[operation] as Operation];
    for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) for (const each of pair) await each();
    const took: [number[], number[]] = [[], []];
    const begun = performance.now();
    while (took[0].length < samples && performance.now() - begun < budgetMs) {
      took[0].push(await pair[0]());
      took[1].push(await pair[1]());
    }
    comparisons.push({ operation, samples: took[0].length, large: spreadOf(took[0]), small: spreadOf(took[1]) });
  }
  const sweeps = WARM_UPS + (comparisons.find(({ operation }) => operation === 'sweep')?.samples ?? 0);
  return {
    operations: comparisons,
    rungPerSweep: { large: on.large.rung() / sweeps, small: on.small.rung() / sweeps },
  };
}

function measuredOf(large: FilledStage, small: FilledStage, compared: Comparisons): Measured {
  const { operations: comparisons, rungPerSweep } = compared;
  const growths = comparisons.map((each) => each.large.p99 / each.small.p99);
  const [most, least] = [large.plan.orders, small.plan.orders].map((orders) => orders.toLocaleString('en'));
  return {
    name: 'ledger',
    ratio: Math.max(...growths),
    ratioOf: `p99 at ${most} orders / p99 at ${least} orders, of the operation that grows most`,
    figures: {
      orders: large.plan.orders,
      open: large.plan.open,
      beside: small.plan.orders,
      bytesPerOrder: large.bytesPerOrder,
      bytesPerOrderBeside: small.bytesPerOrder,
      attemptBytesPerOrder: large.attemptBytesPerOrder,
      loadSeconds: large.loadSeconds,
      rungPerSweep: rungPerSweep.large,
      rungPerSweepBeside: rungPerSweep.small,
      operations: comparisons.map(({ operation, samples, ...each }) => ({
        operation,
        samples,
        medianMs: each.large.median,
        p99Ms: each.large.p99,
        medianMsBeside: each.small.median,
        p99MsBeside: each.small.p99,
        growthOfP99: each.large.p99 / each.small.p99,
      })),
    },
    table: [
      ['operation', 'median ms', 'p99 ms', `median ms at ${least}`, `p99 ms at ${least}`, 'growth of p99', 'samples'],
      ...comparisons.map((each, index) => [
        ...[each.operation, each.large.median, each.large.p99, each.small.median, each.small.p99],
        ...[growths[index] ?? null, each.samples],
      ]),
      ['bytes per order', large.bytesPerOrder, null, small.bytesPerOrder, null, null, null],
      ['its attempts', large.attemptBytesPerOrder, null, small.attemptBytesPerOrder, null, null, null],
    ],
  };
}
