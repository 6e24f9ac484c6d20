import type { ProductPattern, WaitFor } from '../policy/asking-rules.js';
import { anyText, listOf, type Reader, type Reading, read, shown, unreadable, wholeNumber } from './reading.js';

/** The same for patterns that mean the same: they know no case, see {@link ProductPattern}. */
export function caseless(pattern: ProductPattern): string {
  return pattern.toLowerCase();
}

/** A SKU may hold nearly anything, spaces and colons too; a comma would end it. Some stars in a row are one. */
const skuPattern: Reader<ProductPattern> = (text) => {
  const pattern = text.replace(/\*+/g, '*');
  return pattern === '*' ? unreadable('a pattern of nothing but * fits every product') : anyText(pattern);
};

const ASIN_LENGTH = 10;

const asinPattern: Reader<ProductPattern> = (text) => {
  const pattern = skuPattern(text.toUpperCase());
  if (!pattern.ok) return pattern;
  if (!/^[A-Z0-9*]+$/.test(pattern.value)) return unreadable(`${shown(text)} is not made of letters, digits and *`);
  const length = pattern.value.replaceAll('*', '').length;
  if (length > ASIN_LENGTH) return unreadable(`${shown(text)} is longer than the ${ASIN_LENGTH} characters of an ASIN`);
  if (length < ASIN_LENGTH && !pattern.value.includes('*')) {
    return unreadable(`${shown(text)} has not the ${ASIN_LENGTH} characters of an ASIN, and no *`);
  }
  return pattern;
};

export const skuPatterns = listOfPatterns(skuPattern);
export const asinPatterns = listOfPatterns(asinPattern);

function listOfPatterns(pattern: Reader<ProductPattern>): Reader<readonly ProductPattern[]> {
  return (text) => {
    const list = listOf(pattern)(text);
    return list.ok ? read(firstOfEach(list.value, caseless)) : list;
  };
}

const waitFor: Reader<WaitFor> = (text): Reading<WaitFor> => {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return unreadable(`${shown(text)} has no :days behind the pattern`);
  const product = text.slice(0, colon).trim();
  if (product === '') return unreadable(`${shown(text)} has no SKU or ASIN before its :`);
  const pattern = skuPattern(product);
  if (!pattern.ok) return unreadable(pattern.problem, 'for every product write ASK_AFTER_DAYS, e.g. ASK_AFTER_DAYS=14');
  const days = wholeNumber(5, 29)(text.slice(colon + 1).trim());
  return days.ok ? read({ pattern: pattern.value, days: days.value }) : days;
};

/** `SUPP-*:21,B00ABC1234:14`: the last colon of an entry ends its pattern. */
export const waitsByProduct: Reader<readonly WaitFor[]> = (text) => {
  const list = listOf(waitFor)(text);
  if (!list.ok) return list;
  const waits = firstOfEach(list.value, ({ pattern, days }) => `${caseless(pattern)}:${days}`);
  const onePerProduct = new Set(firstOfEach(waits, ({ pattern }) => caseless(pattern)));
  const twice = waits.find((wait) => !onePerProduct.has(wait));
  return twice === undefined ? read(waits) : unreadable(`${shown(twice.pattern)} is given twice, with different days`);
};

/** Lists may be long: never each entry against each. */
function firstOfEach<T>(values: readonly T[], kindOf: (value: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const value of values) {
    const kind = kindOf(value);
    if (!first.has(kind)) first.set(kind, value);
  }
  return [...first.values()];
}
