import type { Command } from 'commander';
import { conclude, type Figures, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { dueOrders } from '../support/orders.js';
import { type BenchPostgres, withPostgres } from '../support/postgres.js';
import { accountsNamed, type Rig, withRig } from '../support/rig.js';
import { makePlain, ours, theirs } from './contestants.js';
import { backlogSeconds, type Contestant, type Outcome, playStory } from './story.js';

const sizes = {
  accounts: [20, 3, 'accounts, each with a backlog'],
  seconds: [120, 30, 'of faults, a kill and the loss of Redis'],
  everyFault: [50, 4, 'POSTs, of which one loses its answer'],
  drain: [300, 90, 'seconds at most to recover in afterwards'],
  latency: [20, 20, 'milliseconds that every answer of Amazon takes'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean };
type Options = Record<keyof typeof sizes, number> & { readonly seed: string; readonly postgres: BenchPostgres };

/** Days become seconds, so that one can wait until every doubt is settled. */
const shortTimes = {
  SWEEP_EVERY: '5s',
  RECHECK_EVERY: '5s',
  REQUEST_TIMEOUT: '5s',
  CLAIM_LEASE: '12s',
  SETTLE_LOOKS: '2s,5s',
};

/** `npm run bench -- baseline`. */
export function addBaseline(program: Command): void {
  const command = program
    .command('baseline')
    .description('askonce beside the worker that people write in forty lines: same Amazon, same faults');
  addSizes(command, sizes).action(async (given: Given) => {
    const some = { ...sizesOf(sizes, given), seed: given.seed };
    const measured = await withPostgres(async (postgres) => {
      const options = { ...some, postgres };
      const askonce = await play(options, async (rig) => ours(rig));
      const other = await play(options, async (rig, accounts) => {
        const url = await postgres.freshDatabase('ledger');
        await makePlain(url);
        return theirs(rig, url, accounts);
      });
      return measuredOf(some, askonce, other);
    });
    conclude(measured, given);
  });
}

type Accounts = ReturnType<typeof accountsNamed>;

async function play(
  { postgres, accounts: count, seconds, drain, everyFault, latency, seed }: Options,
  contestant: (rig: Rig, accounts: Accounts) => Promise<Contestant>,
): Promise<Outcome> {
  const simulator = { seed, latencyMs: latency };
  return withRig({ postgres, simulator, settings: shortTimes }, async (rig) => {
    const accounts = accountsNamed('account', count);
    await rig.addAccounts(accounts);
    await rig.amazon.addOrders(dueOrders(accounts, Math.ceil(backlogSeconds(seconds)) + 5));
    return playStory(rig, await contestant(rig, accounts), { accounts, seconds, drain, everyFault, seed });
  });
}

function measuredOf(sizes: Figures, askonce: Outcome, other: Outcome): Measured {
  return {
    name: 'baseline',
    ratio: askonce.acceptedPerSecond / other.acceptedPerSecond,
    ratioOf: "askonce's accepted requests per second / the other worker's",
    figures: { ...sizes, askonce: figuresOf(askonce), other: figuresOf(other) },
    table: [
      ['worker', 'accepted/s', 'orders', 'accepted', 'doubles', 'lost', 'still open', 'POSTs', '429', 'seconds'],
      ['askonce', ...rowOf(askonce)],
      ['forty lines', ...rowOf(other)],
    ],
  };
}

function rowOf({ acceptedPerSecond, orders, accepted, doubles, lost, open, posts, throttled, seconds }: Outcome) {
  return [acceptedPerSecond, orders, accepted, doubles, lost, open, posts, throttled, seconds];
}

function figuresOf({ acceptedPerSecond, orders, accepted, doubles, lost, open, posts, throttled }: Outcome): Figures {
  return { acceptedPerSecond, orders, accepted, doubles, lost, open, posts, throttled };
}
