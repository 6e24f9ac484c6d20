import type { Instant } from '../../src/simulator/instant.js';
import type { OrderStory } from './order-lives.js';
import { type AccountRules, isAllowed, longestGapMs } from './owner.js';

/** Why the owner would not have this order asked, by the true order and the owner's rules; `null`: asks. */
export function refusesToAsk({ life }: OrderStory, { live, planning }: AccountRules): string | null {
  if (!live) return 'a dry run';
  const marketplace = planning.marketplaces.get(life.marketplaceId);
  if (marketplace === undefined) return 'a marketplace that is not configured';
  const { fulfilledBy, exceptSkus, onlySkus, exceptPrograms } = marketplace.filters;
  if (!fulfilledBy.has(life.fulfilledBy)) return `fulfilled by ${life.fulfilledBy}`;
  if (exceptSkus.some((pattern) => beginsAs(life.sku, pattern))) return `except ${life.sku}`;
  if (onlySkus.length > 0 && !onlySkus.some((pattern) => beginsAs(life.sku, pattern))) return `not ${life.sku}`;
  if (life.programs.some((program) => exceptPrograms.has(program))) return `except ${life.programs.join(', ')}`;
  return null;
}

/** The days that the owner wants to wait after the delivery. */
export function waitDays({ life }: OrderStory, { planning }: AccountRules): number {
  const rules = planning.marketplaces.get(life.marketplaceId)?.rules;
  if (rules === undefined) return 0;
  const named = rules.askAfterDaysFor.filter(({ pattern }) => beginsAs(life.sku, pattern));
  return named.length > 0 ? Math.max(...named.map(({ days }) => days)) : rules.askAfterDays;
}

/** A look, two slots and a slow wire may lie between deciding and writing. */
const BETWEEN_MS = 10 * 60_000;

/** Why the owner would not ask at this time; `null`: fine, or the deadline leaves no other. */
export function whyNotAt(
  at: Instant,
  { life }: OrderStory,
  { planning }: AccountRules,
  closesAt: Instant,
): string | null {
  const marketplace = planning.marketplaces.get(life.marketplaceId);
  if (marketplace === undefined) return null;
  const { rules, zone } = marketplace;
  const deadline = closesAt - at < longestGapMs(rules);
  const allowed = [0, BETWEEN_MS / 2, BETWEEN_MS].some((before) => isAllowed(rules, zone, at - before));
  return allowed || deadline ? null : `outside of the owner's hours (${zone})`;
}

/** Patterns here are a beginning and a star. */
function beginsAs(sku: string, pattern: string): boolean {
  return sku.startsWith(pattern.slice(0, -1));
}
