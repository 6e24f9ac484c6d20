import type { ProductPattern } from './asking-rules.js';

const compiled = new Map<ProductPattern, RegExp>();

/** Does the SKU or ASIN fit the pattern? One that is not known fits none. */
export function fits(value: string | null, pattern: ProductPattern): boolean {
  return value !== null && expressionOf(pattern).test(value);
}

export function fitsAny(value: string | null, patterns: readonly ProductPattern[]): boolean {
  return patterns.some((pattern) => fits(value, pattern));
}

/** Patterns come from the owner's env files: few, and the same for every order. */
function expressionOf(pattern: ProductPattern): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  // Runs of stars are one: "a**b" must not make the matching slow.
  const text = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  const expression = new RegExp(`^${text}$`, 'is');
  compiled.set(pattern, expression);
  return expression;
}
