import type { Command } from 'commander';
import { systemClock } from '../../src/clock.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
import { conclude, type Measured } from '../support/figures.js';
import { addSizes, type CommonOptions, type Sizes, sizesOf } from '../support/options.js';
import { type BenchPostgres, withPostgres } from '../support/postgres.js';
import { withRedis } from '../support/redis.js';
import { accountsNamed } from '../support/rig.js';
import { marketplaceId } from '../support/step-context.js';
import { type Answers, answersOf } from './answers.js';
import { type Reading, reader } from './ours.js';
import { copySeconds, rowsOf, upsertSeconds } from './peers.js';

const sizes = {
  orders: [100_000, 3_000, 'orders of all accounts together'],
  accounts: [10, 3, 'accounts they belong to'],
  upserts: [5_000, 300, 'of the orders are upserted by Prisma one by one'],
} as const satisfies Sizes;

type Given = CommonOptions & Partial<Record<keyof typeof sizes, number>> & { quick?: boolean };

/** `npm run bench -- discover`. */
export function addDiscover(program: Command): void {
  const command = program
    .command('discover')
    .description('orders into the ledger per second, from answers in memory, beside a raw COPY of the same rows');
  addSizes(command, sizes).action(async (given: Given) => {
    conclude(await measure({ ...sizesOf(sizes, given), seed: given.seed }), given);
  });
}

interface DiscoverOptions {
  readonly orders: number;
  readonly accounts: number;
  readonly upserts: number;
  readonly seed: string;
}

async function measure({ orders, accounts: count, upserts, seed }: DiscoverOptions): Promise<Measured> {
  const accounts = accountsNamed('account', count);
  const answers = answersOf(accounts, Math.ceil(orders / count), seed);
  return withPostgres(async (postgres) => {
    const url = await postgres.freshDatabase('ledger');
    const { first, again } = await discovered(postgres, url, answers);
    const rows = await rowsOf(url);
    const copy = await copySeconds(postgres, rows, 'ledger');
    const bareCopy = await copySeconds(postgres, rows, 'bare table');
    const upserted = await upsertSeconds(postgres, url, upserts);

    const shown = [...answers.values()].reduce((sum, one) => sum + one.orders, 0);
    const inLedger = rowCount(rows);
    if (inLedger !== shown || first.fresh !== shown)
      throw new Error(`${shown} orders were shown, ${first.fresh} taken for new, ${inLedger} are in the ledger`);
    const perSecond = {
      first: shown / first.seconds,
      again: shown / again.seconds,
      copy: shown / copy,
      bareCopy: shown / bareCopy,
      upsert: Math.min(upserts, shown) / upserted,
    };
    return {
      name: 'discover',
      ratio: perSecond.first / perSecond.copy,
      ratioOf: 'orders/s first time / rows/s of a raw COPY of the same rows into an empty ledger',
      figures: {
        orders: shown,
        accounts: count,
        unchangedTheSecondTime: again.unchanged,
        firstPerSecond: perSecond.first,
        unchangedPerSecond: perSecond.again,
        copyPerSecond: perSecond.copy,
        bareCopyPerSecond: perSecond.bareCopy,
        prismaUpsertPerSecond: perSecond.upsert,
        ownCpuMsPerOrder: cpuMs(first.ownCpuSeconds, shown),
        ownCpuMsPerUnchanged: cpuMs(again.ownCpuSeconds, shown),
        postgresCpuMsPerOrder: cpuMs(first.postgresCpuSeconds, shown),
        postgresCpuMsPerUnchanged: cpuMs(again.postgresCpuSeconds, shown),
      },
      table: [
        ['way into the ledger', 'orders/s', 'of the first time'],
        ['askonce, first time', perSecond.first, 1],
        ['askonce, again unchanged', perSecond.again, perSecond.again / perSecond.first],
        ['raw COPY, same table', perSecond.copy, perSecond.copy / perSecond.first],
        ['raw COPY, bare table', perSecond.bareCopy, perSecond.bareCopy / perSecond.first],
        ['Prisma upsert, row by row', perSecond.upsert, perSecond.upsert / perSecond.first],
      ],
    };
  });
}

function cpuMs(seconds: number | null, orders: number): number | null {
  return seconds === null ? null : (1000 * seconds) / orders;
}

/** Seconds for all orders, when they are new and when they are known. */
async function discovered(postgres: BenchPostgres, url: string, answers: ReadonlyMap<string, Answers>) {
  return withRedis(async (redis) => {
    const ledger = openPrismaLedger(url, { connections: 10, onConnectionLost: () => {} });
    const wakeUps = await openWakeUps({ kind: 'redis', url: redis.url }, { clock: systemClock, onError: () => {} });
    try {
      const rows = [...answers.keys()].map((name) => ({ name, region: 'na', marketplaceIds: [marketplaceId] }));
      await ledger.registerAccounts(rows, systemClock.now());
      const read = reader(ledger, wakeUps, answers);
      return { first: await withCpu(read, postgres), again: await withCpu(read, postgres) };
    } finally {
      await wakeUps.close();
      await ledger.close();
    }
  });
}

/** The processor seconds of this process, and of Postgres, beside the reading that took them. */
async function withCpu(read: () => Promise<Reading>, postgres: BenchPostgres) {
  const before = await postgres.cpuSeconds();
  const own = process.cpuUsage();
  const reading = await read();
  const { user, system } = process.cpuUsage(own);
  const after = await postgres.cpuSeconds();
  return {
    ...reading,
    ownCpuSeconds: (user + system) / 1e6,
    postgresCpuSeconds: before === null || after === null ? null : after - before,
  };
}

/** COPY writes one line for each row, and no line break within. */
function rowCount(rows: readonly Buffer[]): number {
  return rows.reduce((sum, piece) => sum + piece.filter((byte) => byte === 10).length, 0);
}
