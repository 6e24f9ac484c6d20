import type { Scenario } from '../../test/support/scenario.js';

/** Slow enough that accidents fall into the middle of the work, fast enough that each of them meets some. */
const ORDERS_PER_SECOND = 3;
export const FIRST_ORDERS = 6;

/** New orders, one by one: whenever something breaks there is somebody to ask. */
export class Trickle {
  readonly #scenario: Scenario;
  #timer: NodeJS.Timeout | undefined;
  count: number;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.count = scenario.addDueOrders(FIRST_ORDERS).length;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const account = this.count % 2 === 0 ? 'north' : 'europe';
      // Delivered long ago, changed lately: the next reading of orders finds it.
      this.#scenario.simulator.world.addOrder({ account, touchedAt: '-9m' });
      this.count += 1;
    }, 1_000 / ORDERS_PER_SECOND);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
