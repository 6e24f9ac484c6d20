import type { PlanningRules } from './plan.js';

/** The rules as one text: equal texts plan alike. Sets and maps are written in one order. */
export function fingerprintOf(rules: PlanningRules): string {
  const marketplaces = [...rules.marketplaces]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { zone, rules: asking, filters }]) => [id, zone, plain(asking), plain(filters)]);
  return JSON.stringify([marketplaces, plain(rules.transitDays), rules.windowMargin.toMillis()]);
}

function plain(value: object): unknown {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, held]) => [key, held instanceof Set ? [...held].sort() : held]);
}
