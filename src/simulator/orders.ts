import type { GetOrderResponse, SearchOrdersResponse } from '@sp-api-sdk/orders-api-2026-01-01';
import { type Answer, json } from './answer.js';
import type { Call } from './call.js';
import { days, type Instant, toIso } from './instant.js';
import { type IncludedData, orderFacts, personalData } from './order-facts.js';
import { hasCome, lastUpdatedAt, statusAt } from './order-life.js';
import { invalidInput, notFound } from './refusals.js';
import { parseIncludedData, parseSearchQuery, type SearchQuery } from './search-query.js';
import type { OrderRecord } from './truth.js';

/** One read of the orders, fixed when its first page was asked for. Its page tokens point into it. */
interface Read {
  readonly account: string;
  readonly fingerprint: string;
  readonly found: readonly OrderRecord[];
  readonly upTo: Instant;
}

interface Page {
  readonly read: Read;
  readonly from: number;
  readonly expiresAt: Instant;
}

export interface OrdersOptions {
  /** Caps `maxResultsPerPage`, to force several pages out of few orders. */
  readonly pageSize: number;
  /** How far the newest orders shown lie behind now. */
  readonly searchLagMs: number;
}

/** `GET /orders/2026-01-01/orders`. */
export class OrderSearch {
  readonly #options: OrdersOptions;
  readonly #pages = new Map<string, Page>();

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  search(call: Call, params: URLSearchParams): Answer {
    const parsed = parseSearchQuery(params, call.now);
    if (parsed.kind === 'invalid') return invalidInput(parsed.message);
    const { query } = parsed;
    countPersonalData(call, query.included);

    const page = query.paginationToken === null ? this.#firstPage(call, query) : this.#nextPage(call, query);
    if (!page) return invalidInput('The paginationToken is invalid, has expired, or came with other parameters.');
    const { read, from } = page;
    const to = from + Math.min(query.pageSize, this.#options.pageSize);
    const body: SearchOrdersResponse = {
      orders: read.found.slice(from, to).map(({ life }) => orderFacts(life, call.now, query.included)),
      ...(to < read.found.length && { pagination: { nextToken: this.#token(call, read, to) } }),
      [query.by === 'created' ? 'createdBefore' : 'lastUpdatedBefore']: toIso(read.upTo),
    };
    return json(200, body);
  }

  #firstPage(call: Call, query: SearchQuery): Pick<Page, 'read' | 'from'> {
    const upTo = query.before ?? call.now - this.#options.searchLagMs;
    const found = call.world
      .ordersOf(call.account)
      .flatMap((record) => {
        const { life } = record;
        if (!hasCome(life.createdAt, call.now) || !isWanted(record, query, call.now)) return [];
        const at = query.by === 'created' ? life.createdAt : lastUpdatedAt(life, call.now);
        return at >= query.after && at <= upTo ? [{ record, at }] : [];
      })
      .sort((a, b) => a.at - b.at)
      .map(({ record }) => record);
    return { read: { account: call.account.name, fingerprint: query.fingerprint, found, upTo }, from: 0 };
  }

  #nextPage(call: Call, query: SearchQuery): Pick<Page, 'read' | 'from'> | null {
    const event = { operation: 'searchOrders', moment: 'before', orderId: null } as const;
    if (call.faults.draw(['page-token-expired'], { ...event, account: call.account.name, now: call.now })) return null;
    const page = this.#pages.get(query.paginationToken ?? '');
    if (!page || page.expiresAt <= call.now) return null;
    const { account, fingerprint } = page.read;
    return account === call.account.name && fingerprint === query.fingerprint ? page : null;
  }

  #token(call: Call, read: Read, from: number): string {
    for (const [token, { expiresAt }] of this.#pages) {
      // Insertion order is expiry order, unless the clock stepped back.
      if (expiresAt > call.now) break;
      this.#pages.delete(token);
    }
    const token = call.random.text(32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
    this.#pages.set(token, { read, from, expiresAt: call.now + days(1) });
    return token;
  }
}

/** `GET /orders/2026-01-01/orders/{orderId}`. */
export function getOrder(call: Call, orderId: string, params: URLSearchParams): Answer {
  const included = parseIncludedData(params);
  if (!included) return invalidInput('includedData must contain Amazon\u2019s names of data sets only.');
  countPersonalData(call, included);
  const record = call.world.visibleOrder(call.account, orderId, call.now);
  if (!record) return notFound(`Order ${orderId}`);

  const body: GetOrderResponse = { order: orderFacts(record.life, call.now, included) };
  return json(200, body);
}

function isWanted({ life }: OrderRecord, query: SearchQuery, now: Instant): boolean {
  return (
    (query.marketplaceIds === null || query.marketplaceIds.has(life.marketplaceId)) &&
    (query.fulfilledBy === null || query.fulfilledBy.has(life.fulfilledBy)) &&
    (query.statuses === null || query.statuses.has(statusAt(life, now)))
  );
}

function countPersonalData(call: Call, included: ReadonlySet<IncludedData>): void {
  if ([...included].some((set) => personalData.has(set))) call.world.tally(call.account).personalDataRequests += 1;
}
