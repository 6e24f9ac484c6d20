import { PrismaPg } from '@prisma/adapter-pg';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { PrismaClient } from '../../src/ledger/generated/client.js';
import type { ForeignOptions } from './options.js';

/** The worker that people write: a row and a delayed job for each order, and the request in the job's processor. */
const { origin, lwaEndpoint, databaseUrl, redisUrl, accounts } = JSON.parse(process.argv[2] ?? '{}') as ForeignOptions;
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });

for (const { name, refreshToken, clientId, clientSecret, marketplaceId } of accounts) {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  };
  const login = await fetch(lwaEndpoint, { method: 'POST', body: new URLSearchParams(form) });
  const headers = { 'x-amz-access-token': ((await login.json()) as { access_token: string }).access_token };
  const queue = new Queue(`asks-${name}`, { connection });

  const ask = async (orderId: string) => {
    const row = await db.reviewRequest.findUnique({ where: { orderId }, select: { state: true } });
    if (row?.state === 'sent') return;
    const path = `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback`;
    const options = { method: 'POST', headers, signal: AbortSignal.timeout(20_000) };
    const answer = await fetch(`${origin}${path}?marketplaceIds=${marketplaceId}`, options);
    if (answer.status !== 201) throw new Error(`Amazon answered ${answer.status}`);
    await db.reviewRequest.update({ where: { orderId }, data: { state: 'sent' }, select: { orderId: true } });
  };
  const limiter = { max: 1, duration: 1000 };
  new Worker(queue.name, ({ data }) => ask(data.orderId), { connection, limiter }).on('error', () => {});

  const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const search = { lastUpdatedAfter: since, marketplaceIds: marketplaceId, includedData: 'FULFILLMENT,PACKAGES' };
  for (let paginationToken: string | undefined, first = true; first || paginationToken !== undefined; first = false) {
    const query = new URLSearchParams({ ...search, ...(paginationToken !== undefined && { paginationToken }) });
    const page = await (await fetch(`${origin}/orders/2026-01-01/orders?${query}`, { headers })).json();
    for (const { orderId, lastUpdatedTime } of page.orders) {
      if (await db.reviewRequest.findUnique({ where: { orderId }, select: { orderId: true } })) continue;
      const delay = Math.max(0, Date.parse(lastUpdatedTime) + 9 * 86_400_000 - Date.now());
      const retries = { attempts: 5, backoff: { type: 'exponential', delay: 1000 } };
      await queue.add('ask', { orderId }, { jobId: orderId, delay, ...retries, removeOnComplete: true });
      const now = new Date();
      const row = { orderId, account: name, state: 'scheduled', factsAt: now, firstSeenAt: now, changedAt: now };
      await db.reviewRequest.create({ data: row, select: { orderId: true } });
    }
    paginationToken = page.pagination?.nextToken;
  }
}
process.stdout.write(`${JSON.stringify({ event: 'started' })}\n`);
