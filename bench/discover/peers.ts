import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../src/ledger/generated/client.js';
import { copyIn, copyOut } from '../support/copy.js';
import { type BenchPostgres, withClient } from '../support/postgres.js';

/** Every row of the ledger as COPY writes and reads it. */
export function rowsOf(databaseUrl: string): Promise<Buffer[]> {
  return withClient(databaseUrl, (client) => copyOut(client, 'COPY review_request TO STDOUT'));
}

/** Seconds that COPY takes for the same rows: into an empty ledger, and into a table without index, CHECK or trigger. */
export async function copySeconds(
  postgres: BenchPostgres,
  rows: readonly Buffer[],
  into: 'ledger' | 'bare table',
): Promise<number> {
  const url = await postgres.freshDatabase('ledger');
  return withClient(url, async (client) => {
    const table = into === 'ledger' ? 'review_request' : 'bare';
    if (into === 'bare table') await client.query('CREATE TABLE bare (LIKE review_request)');
    const begun = performance.now();
    await copyIn(client, `COPY ${table} FROM STDIN`, rows);
    return (performance.now() - begun) / 1000;
  });
}

/** Seconds that Prisma takes to upsert so many of the same rows into an empty ledger, one after the other. */
export async function upsertSeconds(postgres: BenchPostgres, from: string, count: number): Promise<number> {
  const source = open(from);
  const target = open(await postgres.freshDatabase('ledger'));
  try {
    const rows = await source.reviewRequest.findMany({ take: count });
    const begun = performance.now();
    for (const row of rows)
      await target.reviewRequest.upsert({ where: { orderId: row.orderId }, create: row, update: row });
    return (performance.now() - begun) / 1000;
  } finally {
    await Promise.all([source.$disconnect(), target.$disconnect()]);
  }
}

function open(connectionString: string): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString, options: '-c TimeZone=UTC' }) });
}
