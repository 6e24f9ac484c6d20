import type { Clock } from '../clock.js';
import type { SimulatedAccount } from './account.js';
import type { FaultInput } from './fault.js';
import type { Arrival } from './operation.js';
import type { OrderMix } from './order-maker.js';
import type { UsagePlans } from './token-bucket.js';

/** Everything may be left out. */
export interface SimulatorOptions {
  /** Default: `defaultAccounts`. */
  readonly accounts?: readonly SimulatedAccount[];
  /** Orders made for each account at the start; default 0. */
  readonly ordersPerAccount?: number;
  /** Which situations they are in; default: an everyday mix of all. */
  readonly mix?: OrderMix;
  /** The same seed gives the same orders, tokens and strikes of faults; default 1. */
  readonly seed?: number | string;
  /** Instead of Amazon's own usage plans, per operation. */
  readonly rates?: Partial<UsagePlans>;
  /** At most this many orders on a page, whatever is asked for; default 100. */
  readonly pageSize?: number;
  /** Searches show nothing younger than this; default 120 as at Amazon. */
  readonly searchLagSeconds?: number;
  /** Default 3600, as at Amazon. */
  readonly tokenLifeSeconds?: number;
  /** Every answer comes this much later; default 0. */
  readonly latencyMs?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Is told of every metered request of a known account, in the order of their coming. */
  readonly onArrival?: (arrival: Arrival) => void;
  readonly faults?: readonly FaultInput[];
  /** Default: the wall clock. */
  readonly clock?: Clock;
}
