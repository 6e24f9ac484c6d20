import { days, type Instant } from './instant.js';
import { hasCome, type OrderLife, statusAt } from './order-life.js';

/** Why Amazon would, or would not, take a review request now. */
export type Standing = 'open' | 'already-requested' | 'outside-window' | 'not-available';

/** 5 to 30 days after the true delivery, as Amazon's refusal says. The start is inside, the end outside. */
export function trueWindow(life: OrderLife): { readonly opensAt: Instant; readonly closesAt: Instant } | null {
  if (life.deliveredAt === null) return null;
  return { opensAt: life.deliveredAt + days(5), closesAt: life.deliveredAt + days(30) };
}

/**
 * What Amazon does with replacements, orders from other channels and orders that have not shipped is not documented beyond
 * the status; here they are never available.
 */
export function standing(life: OrderLife, acceptedAt: Instant | null, now: Instant): Standing {
  if (life.salesChannel !== 'AMAZON' || life.replaces !== null || statusAt(life, now) !== 'SHIPPED') {
    return 'not-available';
  }
  if (hasCome(acceptedAt, now) || hasCome(life.askedElsewhereAt, now)) return 'already-requested';
  const window = trueWindow(life);
  return window && now >= window.opensAt && now < window.closesAt ? 'open' : 'outside-window';
}
