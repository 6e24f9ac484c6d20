import fc from 'fast-check';
import type { State } from '../../../src/policy/review-request.js';
import type { Order } from './order.js';
import type { Reference } from './reference.js';
import { orderIds } from './world.js';

export interface Aim {
  readonly nth: number;
  readonly blind: boolean;
}

/** Mostly at an order for which the call is meant, because a blind walk gets nowhere; now and then at any. */
export const anyAim: fc.Arbitrary<Aim> = fc.record({
  nth: fc.nat({ max: 5 }),
  blind: fc.constantFrom(false, false, false, false, true),
});

export function aimAt(
  { nth, blind }: Aim,
  { orders }: Reference,
  states: readonly State[],
  also = (_order: Order) => true,
): string {
  const meant = orderIds.filter((orderId) => {
    const order = orders.get(orderId);
    return order !== undefined && states.includes(order.state) && also(order);
  });
  const choice = blind || meant.length === 0 ? orderIds : meant;
  return choice[nth % choice.length] ?? orderIds[0];
}
