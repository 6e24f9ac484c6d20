import type { AmazonGateway, Answer } from '../amazon/gateway.js';
import type { Operation } from '../policy/usage-plan.js';

/** Sees each call to Amazon with its answer. It makes the call exactly once and answers what the call answered. */
export type WatchCall = <T extends { readonly kind: string }>(
  operation: Operation,
  call: () => Promise<Answer<T>>,
) => Promise<Answer<T>>;

/** The same gateway, seen by somebody. Getting a token ready is not seen. */
export function watchedGateway(gateway: AmazonGateway, watch: WatchCall): AmazonGateway {
  return {
    prepare: () => gateway.prepare(),
    look: (order) => watch('getSolicitationActions', () => gateway.look(order)),
    ask: (order, mayStillSend) => watch('createSolicitation', () => gateway.ask(order, mayStillSend)),
    searchOrders: (query) => watch('searchOrders', () => gateway.searchOrders(query)),
    getOrder: (orderId) => watch('getOrder', () => gateway.getOrder(orderId)),
  };
}
