import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import { withClient } from '../support/postgres.js';
import type { Rig } from '../support/rig.js';
import { marketplaceId } from '../support/step-context.js';
import type { ForeignOptions } from './options.js';
import type { Contestant } from './story.js';

const fortyLines = fileURLToPath(new URL('./forty-lines.js', import.meta.url));

export function ours(rig: Rig): Contestant {
  return {
    start: () => rig.startWorker(),
    known: () => rig.ordersInLedger(),
    open: () =>
      countIn(rig.databaseUrl, 'SELECT count(*)::int AS count FROM review_request WHERE next_look_at IS NOT NULL'),
  };
}

export function theirs(rig: Rig, databaseUrl: string, accounts: readonly SimulatedAccount[]): Contestant {
  const { origin, lwaEndpoint } = rig.amazon;
  const options: ForeignOptions = {
    ...{ origin, lwaEndpoint, databaseUrl, redisUrl: rig.redis.url },
    accounts: accounts.map((account) => ({ ...account, marketplaceId })),
  };
  const start = async () => {
    const worker = rig.startProcess([fortyLines, JSON.stringify(options)]);
    await worker.waitForLog('started');
    return worker;
  };
  const open = async () => {
    const counts = accounts.map(async ({ name }) => {
      const queue = new Queue(`asks-${name}`, { connection: rig.redis.client });
      return queue.count().finally(() => queue.close());
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  };
  const known = () => countIn(databaseUrl, 'SELECT count(*)::int AS count FROM review_request');
  return { start, known, open };
}

/** Prisma's row without what askonce's ledger guards it with: only the order id is unique. */
export async function makePlain(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`
      CREATE TABLE plain (LIKE review_request INCLUDING DEFAULTS);
      DROP TABLE review_request CASCADE;
      ALTER TABLE plain RENAME TO review_request;
      ALTER TABLE review_request ADD PRIMARY KEY (order_id)`);
  });
}

async function countIn(databaseUrl: string, sql: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(sql);
    return rows[0]?.count ?? 0;
  });
}
