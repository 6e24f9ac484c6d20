import type { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { DateTime } from 'luxon';
import { PrismaClient } from './generated/client.js';
import { preparedStatements } from './prepared-statements.js';
import { prismaAccounts } from './prisma-accounts.js';
import { prismaAlarmBook } from './prisma-alarm-book.js';
import { prismaFeeds } from './prisma-feeds.js';
import { prismaOperatorActions } from './prisma-operator-actions.js';
import { prismaOrderList } from './prisma-order-list.js';
import { prismaOrders } from './prisma-orders.js';
import { prismaOverview } from './prisma-overview.js';
import { prismaPace } from './prisma-pace.js';
import { prismaReplanning } from './prisma-replanning.js';
import { prismaReports } from './prisma-reports.js';
import { prismaSending } from './prisma-sending.js';
import { prismaSettling } from './prisma-settling.js';
import { prismaSuppressions } from './prisma-suppressions.js';
import { prismaSweeping } from './prisma-sweeping.js';
import { ledgerTrouble, tellingTrouble } from './trouble-in-words.js';
import type { WholeLedger } from './whole-ledger.js';

/** How long a statement may wait for a connection before the ledger counts as gone. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Prisma's own limit of 5 s would break off a large page that waits for somebody else's rows. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Longer than any statement may take. A connection that owes an answer for so long leads nowhere any more. */
const SILENT_AFTER_MS = TRANSACTION_TIMEOUT_MS + 5_000;
/** A transaction whose process says nothing for so long is broken off by the server. */
const FROZEN_AFTER_MS = 10_000;
/** Where nothing is owed, the system asks whether the other side is still there; by default only after two hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The same loss of a connection is told again only after so long. */
const SAME_AGAIN_AFTER_MS = 10_000;

export interface LedgerOptions {
  /** At most so many connections. */
  readonly connections: number;
  /** Trouble on an idle connection (the server restarted): reported, never thrown; the next statement reconnects. */
  onConnectionLost(cause: Error): void;
  readonly silentAfterMs?: number;
}

/**
 * Prisma's adapter reads and writes instants without their offset: right only in a session that speaks UTC and ISO. A process
 * that is frozen in the middle of a transaction must not keep everybody else from its rows for as long. And statements that
 * read a few rows by their indexes are not worth compiling, which takes Postgres up to half a second where it thinks otherwise.
 */
async function prepareSession(client: { query(sql: string): Promise<unknown> }): Promise<void> {
  await client.query(
    `SET TIME ZONE 'UTC'; SET DateStyle TO 'ISO'; SET jit TO off;
     SET idle_in_transaction_session_timeout TO ${FROZEN_AFTER_MS}`,
  );
}

/**
 * A firewall that forgot a connection, or a machine that is gone, tells nobody: the system itself would wait for minutes to
 * hours, and every statement with it. Idle connections are closed by the pool long before.
 */
function giveUpWhenSilent(client: object, afterMs: number): void {
  const { connection } = client as { connection?: { stream?: Socket } };
  const stream = connection?.stream;
  stream?.setTimeout(afterMs, () => {
    stream.destroy(new Error(`no answer from the database within ${afterMs} ms`));
  });
}

/** A server that restarts ends every connection, each with the same words: they are passed on once. */
function onceInAWhile(tell: (cause: Error) => void): (cause: Error) => void {
  let last = { message: '', at: Number.NEGATIVE_INFINITY };
  return (cause) => {
    const now = performance.now();
    if (cause.message === last.message && now - last.at < SAME_AGAIN_AFTER_MS) return;
    last = { message: cause.message, at: now };
    tell(ledgerTrouble(cause));
  };
}

/** The ledger on Postgres. Migrations must have been applied. */
export function openPrismaLedger(databaseUrl: string, options: LedgerOptions): WholeLedger {
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl,
      max: options.connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      onConnect: (client) => {
        // The pool hears its idle clients only, and an 'error' event that nobody hears ends the process.
        client.on('error', () => {});
        giveUpWhenSilent(client, options.silentAfterMs ?? SILENT_AFTER_MS);
        return prepareSession(client);
      },
    },
    { onPoolError: onceInAWhile(options.onConnectionLost), statementNameGenerator: preparedStatements() },
  );
  const db = new PrismaClient({
    adapter,
    // Errors without lines of code.
    errorFormat: 'minimal',
    transactionOptions: { timeout: TRANSACTION_TIMEOUT_MS, maxWait: CONNECT_TIMEOUT_MS },
  });
  return tellingTrouble({
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
    ...prismaOverview(db),
    ...prismaOrderList(db),
    ...prismaAlarmBook(db),
    ...prismaOperatorActions(db),
    ping: async () => {
      await db.$queryRaw`SELECT 1`;
    },
    time: async () => {
      const [row] = await db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      if (row === undefined) throw new Error('the ledger did not tell its time');
      return DateTime.fromJSDate(row.now, { zone: 'utc' });
    },
    close: () => db.$disconnect(),
  });
}
