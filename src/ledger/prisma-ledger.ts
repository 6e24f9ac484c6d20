import { PrismaPg } from '@prisma/adapter-pg';
import { DateTime } from 'luxon';
import { PrismaClient } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { prismaAccounts } from './prisma-accounts.js';
import { prismaFeeds } from './prisma-feeds.js';
import { prismaOrders } from './prisma-orders.js';
import { prismaPace } from './prisma-pace.js';
import { prismaReplanning } from './prisma-replanning.js';
import { prismaReports } from './prisma-reports.js';
import { prismaSending } from './prisma-sending.js';
import { prismaSettling } from './prisma-settling.js';
import { prismaSuppressions } from './prisma-suppressions.js';
import { prismaSweeping } from './prisma-sweeping.js';
import type { Reports } from './reports.js';

/** How long a statement may wait for a connection before the ledger counts as gone. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Prisma's own limit of 5 s would break off a large page that waits for somebody else's rows. */
const TRANSACTION_TIMEOUT_MS = 60_000;

export interface LedgerOptions {
  /** At most so many connections. */
  readonly connections: number;
  /** Trouble on an idle connection (the server restarted): reported, never thrown; the next statement reconnects. */
  onConnectionLost(cause: Error): void;
}

/** Prisma's adapter reads and writes instants without their offset: right only in a session that speaks UTC and ISO. */
async function speakUtc(client: { query(sql: string): Promise<unknown> }): Promise<void> {
  await client.query(`SET TIME ZONE 'UTC'; SET DateStyle TO 'ISO'`);
}

/** The ledger on Postgres. Migrations must have been applied. */
export function openPrismaLedger(databaseUrl: string, options: LedgerOptions): Ledger & Reports {
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: options.connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      onConnect: speakUtc,
    },
    { onPoolError: options.onConnectionLost },
  );
  const db = new PrismaClient({
    adapter,
    transactionOptions: { timeout: TRANSACTION_TIMEOUT_MS, maxWait: CONNECT_TIMEOUT_MS },
  });
  return {
    ...prismaFeeds(db),
    ...prismaSweeping(db),
    ...prismaOrders(db),
    ...prismaSending(db),
    ...prismaSettling(db),
    ...prismaPace(db),
    ...prismaAccounts(db),
    ...prismaSuppressions(db),
    ...prismaReplanning(db),
    ...prismaReports(db),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    time: async () => {
      const [row] = await db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      if (row === undefined) throw new Error('the ledger did not tell its time');
      return DateTime.fromJSDate(row.now, { zone: 'utc' });
    },
    close: () => db.$disconnect(),
  };
}
