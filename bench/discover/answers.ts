import type { AmazonGateway } from '../../src/amazon/gateway.js';
import { decodeOrdersPage } from '../../src/amazon/orders-answers.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { SimulatedAmazon } from '../../src/simulator/amazon.js';
import type { Reply } from '../../src/simulator/call.js';
import { spApiOperations } from '../../src/simulator/operation.js';
import { simulatedAmazon } from '../../src/simulator/simulated-amazon.js';
import type { UsagePlans } from '../../src/simulator/token-bucket.js';
import { marketplaceId } from '../support/step-context.js';

/** The bodies that Amazon answers, page after page. */
export interface Answers {
  readonly pages: readonly string[];
  readonly orders: number;
}

/** As many pages as there are may be read: what is measured is what comes after the answer. */
const PAGES_PER_SECOND = 1_000;
const unlimited = Object.fromEntries(
  spApiOperations.map((operation) => [operation, { rate: 1e6, burst: 1e6 }]),
) as unknown as UsagePlans;

/** An everyday mix of orders of each account, as a simulated Amazon tells of them. */
export function answersOf(
  accounts: readonly SimulatedAccount[],
  ordersEach: number,
  seed: string,
): Map<string, Answers> {
  const amazon = simulatedAmazon({ accounts, ordersPerAccount: ordersEach, seed, rates: unlimited });
  return new Map(accounts.map((account) => [account.name, allPages(amazon, account)]));
}

function allPages(amazon: SimulatedAmazon, account: SimulatedAccount): Answers {
  const token = JSON.parse(tokenFor(amazon, account)).access_token as string;
  const query = {
    lastUpdatedAfter: new Date(Date.now() - 90 * 86_400_000).toISOString(),
    marketplaceIds: marketplaceId,
    includedData: 'FULFILLMENT,PACKAGES,CANCELLATION',
  };
  const pages: string[] = [];
  let orders = 0;
  for (let next: string | null = ''; next !== null; ) {
    const params = new URLSearchParams({ ...query, ...(next !== '' && { paginationToken: next }) });
    const body = bodyOf(
      amazon.handle({
        method: 'GET',
        path: '/orders/2026-01-01/orders',
        query: params,
        headers: { 'x-amz-access-token': token },
        body: '',
      }),
    );
    const page = JSON.parse(body);
    pages.push(body);
    orders += page.orders.length;
    next = page.pagination?.nextToken ?? null;
  }
  return { pages, orders };
}

function tokenFor(amazon: SimulatedAmazon, { clientId, clientSecret, refreshToken }: SimulatedAccount): string {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return bodyOf(amazon.handle({ method: 'POST', path: '/auth/o2/token', query: new URLSearchParams(), headers, body }));
}

function bodyOf(reply: Reply): string {
  if (reply.kind === 'answer' && reply.status === 200) return reply.body;
  throw new Error(`the simulated Amazon did not answer: ${JSON.stringify(reply)}`);
}

/** Answers from memory as if they had just come over the wire, to be read by the product's own code. */
export function gatewayOf({ pages }: Answers): AmazonGateway {
  const afterToken = new Map<string | null, string>([[null, pages[0] ?? '']]);
  pages.forEach((body, index) => {
    const token = JSON.parse(body).pagination?.nextToken;
    const next = pages[index + 1];
    if (token !== undefined && next !== undefined) afterToken.set(token, next);
  });
  const never = (): never => {
    throw new Error('reading orders asks nothing else');
  };
  return {
    prepare: async () => ({ kind: 'ready' }),
    look: never,
    ask: never,
    getOrder: never,
    searchOrders: async ({ paginationToken }) => {
      const body = afterToken.get(paginationToken);
      if (body === undefined) throw new Error('there is no such page');
      const { outcome, said } = decodeOrdersPage({ status: 200, body }, paginationToken !== null);
      const call = { status: 200, requestId: null, durationMs: 0, amazonTime: null, said };
      return { outcome, call: { ...call, rateLimit: PAGES_PER_SECOND } };
    },
  };
}
