import { systemClock } from '../clock.js';
import { defaultAccounts } from './account.js';
import { SimulatedAmazon } from './amazon.js';
import type { SimulatorOptions } from './options.js';
import { SeededRandom } from './seeded-random.js';
import { amazonUsagePlans } from './token-bucket.js';
import { World } from './world.js';

/** A simulated Amazon with its accounts and first orders, for use in this process; `host` and `port` do not matter. */
export function simulatedAmazon(options: SimulatorOptions = {}): SimulatedAmazon {
  const random = new SeededRandom(options.seed ?? 1);
  const world = new World(options.clock ?? systemClock, random.fork('orders'));
  const amazon = new SimulatedAmazon(world, random, {
    usagePlans: { ...amazonUsagePlans, ...options.rates },
    tokenLifeSeconds: options.tokenLifeSeconds ?? 3600,
    latencyMs: options.latencyMs ?? 0,
    onArrival: options.onArrival ?? (() => {}),
    pageSize: options.pageSize ?? 100,
    searchLagMs: (options.searchLagSeconds ?? 120) * 1000,
  });
  for (const account of options.accounts ?? defaultAccounts) {
    world.addAccount(account);
    // A seller's second authorisation shows the orders that its first one brought.
    if (account.sameSellerAs === undefined) world.makeOrders(account.name, options.ordersPerAccount ?? 0, options.mix);
  }
  amazon.faults.add(...(options.faults ?? []));
  return amazon;
}
