import type { PlanningRules } from './plan.js';

/** The rules as one text: equal texts plan alike. In none of the rules' lists does the order matter, so all are sorted. */
export function fingerprintOf({ marketplaces, transitDays, windowMargin }: PlanningRules): string {
  return JSON.stringify(sorted([Object.fromEntries(marketplaces), transitDays, windowMargin.toMillis()]));
}

function sorted(value: unknown): unknown {
  if (value instanceof Set || Array.isArray(value)) {
    return [...value].map((each) => JSON.stringify(sorted(each))).sort();
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, held]) => [key, sorted(held)]);
}
