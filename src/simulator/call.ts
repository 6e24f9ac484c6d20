import type { SimulatedAccount } from './account.js';
import type { FaultBoard } from './fault-board.js';
import type { Instant } from './instant.js';
import type { SeededRandom } from './seeded-random.js';
import type { World } from './world.js';

/** A request as it reaches Amazon. */
export interface AmazonRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Empty when there is none. */
  readonly body: string;
}

/** What comes back over the wire. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly delayMs: number;
    }
  /** The connection is cut without an answer. */
  | { readonly kind: 'cut'; readonly delayMs: number }
  /** Nothing, until the caller gives up. */
  | { readonly kind: 'silence' };

/** One authorised call under way. */
export interface Call {
  readonly account: SimulatedAccount;
  readonly now: Instant;
  readonly world: World;
  readonly faults: FaultBoard;
  readonly random: SeededRandom;
}

/** The one marketplace a solicitation names, or `null` when it names none or several. */
export function onlyMarketplace(query: URLSearchParams): string | null {
  const ids = listOf(query, 'marketplaceIds');
  return ids.length === 1 ? (ids[0] as string) : null;
}

/** Arrays travel comma-separated. */
export function listOf(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}
