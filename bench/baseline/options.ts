import type { SimulatedAccount } from '../../src/simulator/account.js';

/** What the other worker is told, as its only argument. */
export interface ForeignOptions {
  readonly origin: string;
  readonly lwaEndpoint: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly accounts: readonly (SimulatedAccount & { readonly marketplaceId: string })[];
}
