import { DateTime } from 'luxon';
import type pg from 'pg';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { fillLedger, type LedgerPlan } from '../support/ledger-rows.js';
import { type BenchPostgres, withClient } from '../support/postgres.js';
import { accountsNamed } from '../support/rig.js';
import { marketplaceId } from '../support/step-context.js';
import type { Stage } from './operations.js';

export interface StageOptions {
  readonly postgres: BenchPostgres;
  readonly orders: number;
  readonly accounts: number;
  readonly seed: string;
}

export interface FilledStage extends Stage {
  readonly loadSeconds: number;
  /** With all indexes, TOAST and free space. */
  readonly bytesPerOrder: number;
  /** Of its attempts, likewise. */
  readonly attemptBytesPerOrder: number;
}

/** Due when the measurement begins. */
const DUE = 100;
/** However large the ledger, orders come due as often, so that a sweep has as much to do. */
const DUE_EVERY_MS = 2_000;

/** A ledger filled with so many orders, one in ten of them open. */
export async function withStage<T>(options: StageOptions, use: (stage: FilledStage) => Promise<T>): Promise<T> {
  const { postgres, orders, accounts, seed } = options;
  const plan: LedgerPlan = {
    orders,
    open: Math.floor(orders / 10),
    due: Math.min(DUE, Math.floor(orders / 100)),
    dueEveryMs: DUE_EVERY_MS,
    withAttempts: true,
    accounts: accountsNamed('account', accounts).map(({ name }) => name),
    seed,
    now: DateTime.utc(),
  };
  const url = await postgres.freshDatabase('ledger');
  return withClient(url, async (client) => {
    const ledger = openPrismaLedger(url, { connections: 10, onConnectionLost: () => {} });
    try {
      const rows = plan.accounts.map((name) => ({ name, region: 'na', marketplaceIds: [marketplaceId] }));
      await ledger.registerAccounts(rows, plan.now);
      const begun = performance.now();
      await fillLedger(client, plan);
      await ledger.recount();
      await ledger.addUpTallies();
      const loadSeconds = (performance.now() - begun) / 1000;
      return await use({
        ...{ plan, ledger, client, loadSeconds },
        bytesPerOrder: await bytesPerOrder(client, 'review_request', orders),
        attemptBytesPerOrder: await bytesPerOrder(client, 'attempt', orders),
      });
    } finally {
      await ledger.close();
    }
  });
}

async function bytesPerOrder(client: pg.Client, table: string, orders: number): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_total_relation_size($1::regclass) AS bytes', [
    table,
  ]);
  return Number(rows[0]?.bytes) / orders;
}
