import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { NewOrder } from '../../src/simulator/new-order.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';

const DAY_MS = 86_400_000;

/** Orders that were delivered ten days ago and wait for their request. */
export function dueOrders(accounts: readonly SimulatedAccount[], each: number): NewOrder[] {
  return accounts.flatMap(({ name }) => Array.from({ length: each }, () => ({ account: name })));
}

export interface DuePlan {
  /** Orders of each account. */
  readonly asksEach: number;
  /** Their ask times lie within so long. */
  readonly seconds: number;
  readonly seed: string;
}

/**
 * Each account's orders come due one after the other, at instants of chance within spans of the same length: none has to wait for
 * another one's sake. Shipped by Amazon, their delivery is reckoned four days after shipping, and they are asked five days later.
 */
export function ordersDueFrom(
  firstAskAt: number,
  accounts: readonly string[],
  { asksEach, seconds, seed }: DuePlan,
): NewOrder[] {
  const random = new SeededRandom(`${seed}/due`);
  const spanMs = (seconds * 1000) / asksEach;
  return accounts.flatMap((account) =>
    Array.from({ length: asksEach }, (_, index) => {
      const askAt = firstAskAt + Math.round((index + random.between(0, 0.5)) * spanMs);
      const shippedAt = askAt - 9 * DAY_MS;
      return {
        account,
        createdAt: iso(shippedAt - DAY_MS),
        shippedAt: iso(shippedAt),
        deliveredAt: iso(shippedAt + 3 * DAY_MS),
      };
    }),
  );
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
