import type { Instant } from './instant.js';

/** Amazon's operations that the simulator knows, and the token service. */
export const spApiOperations = ['searchOrders', 'getOrder', 'getSolicitationActions', 'createSolicitation'] as const;
export const operations = [...spApiOperations, 'token'] as const;

export type SpApiOperation = (typeof spApiOperations)[number];
export type Operation = (typeof operations)[number];

export type Route =
  | { readonly kind: 'token' }
  | { readonly kind: 'searchOrders' }
  | { readonly kind: 'getOrder'; readonly orderId: string }
  | { readonly kind: 'getSolicitationActions'; readonly orderId: string }
  | { readonly kind: 'createSolicitation'; readonly orderId: string };

/** A metered request as it came, and the status it was answered with; `null`: it was not answered. */
export interface Arrival {
  readonly at: Instant;
  readonly account: string;
  readonly operation: SpApiOperation;
  readonly status: number | null;
}

/** The operation behind a method and a path, `null` when Amazon has none there. */
export function routeOf(method: string, path: string): Route | null {
  if (method === 'POST' && path === '/auth/o2/token') return { kind: 'token' };
  if (method === 'GET' && path === '/orders/2026-01-01/orders') return { kind: 'searchOrders' };

  const match = /^\/(orders\/2026-01-01|solicitations\/v1)\/orders\/([^/]+)(\/.*)?$/.exec(path);
  const orderId = match?.[2];
  if (!match || orderId === undefined) return null;
  const [, api, , rest] = match;
  if (method === 'GET' && rest === undefined) {
    return { kind: api === 'solicitations/v1' ? 'getSolicitationActions' : 'getOrder', orderId };
  }
  if (method === 'POST' && api === 'solicitations/v1' && rest === '/solicitations/productReviewAndSellerFeedback') {
    return { kind: 'createSolicitation', orderId };
  }
  return null;
}
