import { FulfillmentStatus } from '@sp-api-sdk/orders-api-2026-01-01';
import { listOf } from './call.js';
import { type Instant, isoInstant } from './instant.js';
import { type IncludedData, includedDataSets } from './order-facts.js';

/** A search that keeps all of Amazon's rules for its parameters (model of the Orders API 2026-01-01). */
export interface SearchQuery {
  readonly by: 'created' | 'lastUpdated';
  readonly after: Instant;
  /** `null`: up to the newest that Amazon shows. */
  readonly before: Instant | null;
  readonly statuses: ReadonlySet<string> | null;
  readonly marketplaceIds: ReadonlySet<string> | null;
  readonly fulfilledBy: ReadonlySet<string> | null;
  readonly pageSize: number;
  readonly included: ReadonlySet<IncludedData>;
  readonly paginationToken: string | null;
  /** Everything that must not change from page to page. */
  readonly fingerprint: string;
}

export type ParsedQuery =
  | { readonly kind: 'query'; readonly query: SearchQuery }
  | { readonly kind: 'invalid'; readonly message: string };

const minutesBehind = 2;

export function parseSearchQuery(params: URLSearchParams, now: Instant): ParsedQuery {
  const problems: string[] = [];
  const instant = (name: string): Instant | null => {
    const text = params.get(name);
    if (text === null) return null;
    const parsed = isoInstant(text);
    if (parsed === null) problems.push(`${name} must be an ISO 8601 date and time`);
    return parsed;
  };
  const some = (name: string, allowed: readonly string[] | null, most = Number.POSITIVE_INFINITY) => {
    const values = listOf(params, name);
    const unknown = values.filter((value) => allowed !== null && !allowed.includes(value));
    if (unknown.length > 0) problems.push(`${name} must not contain ${unknown.join(', ')}`);
    if (values.length > most) problems.push(`${name} takes at most ${most} values`);
    return values.length === 0 ? null : new Set(values);
  };

  const byCreation = params.has('createdAfter');
  if (byCreation === params.has('lastUpdatedAfter')) {
    problems.push('exactly one of createdAfter and lastUpdatedAfter must be given');
  }
  const [family, other] = byCreation ? ['created', 'lastUpdated'] : ['lastUpdated', 'created'];
  if (params.has(`${other}Before`)) problems.push(`${other}Before must not be given with ${family}After`);
  const after = instant(`${family}After`);
  const before = instant(`${family}Before`);
  if (after !== null && before !== null && before < after)
    problems.push(`${family}Before must not be before ${family}After`);
  if (before !== null && before > now - minutesBehind * 60_000) {
    problems.push(`${family}Before must be at least two minutes before the time of the request`);
  }

  const pageText = params.get('maxResultsPerPage');
  const pageSize = pageText === null ? 100 : Number(pageText);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 100) {
    problems.push('maxResultsPerPage must be a whole number from 1 to 100');
  }
  const statuses = some('fulfillmentStatuses', Object.values(FulfillmentStatus));
  const marketplaceIds = some('marketplaceIds', null, 50);
  const fulfilledBy = some('fulfilledBy', ['MERCHANT', 'AMAZON']);
  const included = some('includedData', includedDataSets);

  if (problems.length > 0 || after === null) return { kind: 'invalid', message: `${problems.join('; ')}.` };
  return {
    kind: 'query',
    query: {
      by: byCreation ? 'created' : 'lastUpdated',
      after,
      before,
      statuses,
      marketplaceIds,
      fulfilledBy,
      pageSize,
      included: (included ?? new Set()) as ReadonlySet<IncludedData>,
      paginationToken: params.get('paginationToken'),
      fingerprint: fingerprint(params),
    },
  };
}

export function parseIncludedData(params: URLSearchParams): ReadonlySet<IncludedData> | null {
  const values = listOf(params, 'includedData');
  return values.every((value) => includedDataSets.some((set) => set === value))
    ? new Set(values as IncludedData[])
    : null;
}

function fingerprint(params: URLSearchParams): string {
  const mayChange = ['maxResultsPerPage', 'includedData', 'paginationToken'];
  return [...params]
    .filter(([name]) => !mayChange.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
}
