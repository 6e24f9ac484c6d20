import type { OrderFilters } from './asking-rules.js';
import type { OrderFacts } from './order.js';
import { fitsAny } from './product-pattern.js';

/** The rule of the owner that keeps an order out. */
export type FilterReason =
  | 'fulfilled-by'
  | 'only-skus'
  | 'except-skus'
  | 'only-asins'
  | 'except-asins'
  | 'except-programs';

/**
 * Whether the owner's filters keep the order out. Each filter stands for itself, so their order changes only which of
 * several is named.
 */
export function excludedBy(facts: OrderFacts, filters: OrderFilters): FilterReason | null {
  const { items, programs, fulfilledBy } = facts;
  if (fulfilledBy !== null && !filters.fulfilledBy.has(fulfilledBy)) return 'fulfilled-by';
  if (items.some(({ sku }) => fitsAny(sku, filters.exceptSkus))) return 'except-skus';
  if (items.some(({ asin }) => fitsAny(asin, filters.exceptAsins))) return 'except-asins';
  if (programs.some((program) => filters.exceptPrograms.has(program))) return 'except-programs';
  // An item that Amazon does not name is not known to be among the wanted ones.
  if (
    filters.onlySkus.length > 0 &&
    !allFit(
      items.map(({ sku }) => sku),
      filters.onlySkus,
    )
  )
    return 'only-skus';
  if (
    filters.onlyAsins.length > 0 &&
    !allFit(
      items.map(({ asin }) => asin),
      filters.onlyAsins,
    )
  )
    return 'only-asins';
  return null;
}

function allFit(values: readonly (string | null)[], patterns: readonly string[]): boolean {
  return values.length > 0 && values.every((value) => fitsAny(value, patterns));
}
