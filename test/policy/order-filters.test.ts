import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noFilters, type OrderFilters, type WaitFor } from '../../src/policy/asking-rules.js';
import { nothingSeen } from '../../src/policy/evidence.js';
import type { OrderFacts, OrderItem } from '../../src/policy/order.js';
import { excludedBy } from '../../src/policy/order-filters.js';
import { plan } from '../../src/policy/plan.js';
import { anOrder, aRule, at, planningRules } from '../support/builders.js';
import { anyOwnersCase, turnedRound } from './any-rules.js';

const tea = { sku: 'TEA-1', asin: 'B000000001' };
const cup = { sku: 'CUP-1', asin: 'B000000002' };
const nameless = { sku: null, asin: null };

function excluded(items: readonly OrderItem[], filters: Partial<OrderFilters>, facts: Partial<OrderFacts> = {}) {
  return excludedBy(anOrder({ items, ...facts }), { ...noFilters, ...filters });
}

test('without filters nobody is excluded', () => {
  expect([[tea], [tea, cup], [nameless], []].map((items) => excluded(items, {}))).toEqual([null, null, null, null]);
});

describe('an order is excluded', () => {
  test.each<[string, readonly OrderItem[], Partial<OrderFilters>, string | null]>([
    ['by one excluded SKU among several', [cup, tea], { exceptSkus: ['TEA-*'] }, 'except-skus'],
    ['by one excluded ASIN among several', [cup, tea], { exceptAsins: ['B000000001'] }, 'except-asins'],
    ['by a SKU in another case', [tea], { exceptSkus: ['tea-1'] }, 'except-skus'],
    ['by any of several patterns', [tea], { exceptSkus: ['CUP-*', '*-1'] }, 'except-skus'],
    ['not by patterns of other products', [tea, cup], { exceptSkus: ['POT-*'], exceptAsins: ['B9*'] }, null],
    ['not by a SKU pattern that fits its ASIN', [tea], { exceptSkus: ['B00*'] }, null],
    ['not by an ASIN pattern that fits its SKU', [tea], { exceptAsins: ['TEA-*'] }, null],
    ['not by a product that Amazon does not name', [nameless], { exceptSkus: ['*'], exceptAsins: ['*'] }, null],
    ['by a named product beside a nameless one', [nameless, tea], { exceptSkus: ['*'] }, 'except-skus'],
    ['not where it has no product at all', [], { exceptSkus: ['*'], exceptAsins: ['*'] }, null],

    ['unless all its SKUs are wanted', [tea, cup], { onlySkus: ['TEA-*'] }, 'only-skus'],
    ['unless all its ASINs are wanted', [tea, cup], { onlyAsins: ['B000000001'] }, 'only-asins'],
    ['not where each SKU fits some pattern', [tea, cup], { onlySkus: ['TEA-*', 'cup-*'] }, null],
    ['not where each ASIN fits some pattern', [tea, cup], { onlyAsins: ['*1', '*2'] }, null],
    ['where a product is nameless and only some are wanted', [tea, nameless], { onlySkus: ['*'] }, 'only-skus'],
    ['where it has no product and only some are wanted', [], { onlyAsins: ['*'] }, 'only-asins'],
    ['where its SKUs are wanted and its ASINs are not', [tea], { onlySkus: ['*'], onlyAsins: ['B9*'] }, 'only-asins'],

    ['by what is excluded, wanted or not', [tea], { onlySkus: ['TEA-*'], exceptSkus: ['*-1'] }, 'except-skus'],
  ])('%s', (_name, items, filters, expected) => {
    expect(excluded(items, filters)).toBe(expected);
  });

  test.each<[string, Partial<OrderFacts>, Partial<OrderFilters>, string | null]>([
    ['by who fulfilled it', { fulfilledBy: 'MERCHANT' }, { fulfilledBy: new Set(['AMAZON']) }, 'fulfilled-by'],
    [
      'not by who fulfilled it, if that is wanted',
      { fulfilledBy: 'AMAZON' },
      { fulfilledBy: new Set(['AMAZON']) },
      null,
    ],
    ['not where nobody knows who fulfilled it', { fulfilledBy: null }, { fulfilledBy: new Set(['AMAZON']) }, null],
    [
      'by one of its programs',
      { programs: ['PRIME', 'AMAZON_BUSINESS'] },
      { exceptPrograms: new Set(['AMAZON_BUSINESS']) },
      'except-programs',
    ],
    ['not by programs it is not in', { programs: ['PRIME'] }, { exceptPrograms: new Set(['AMAZON_BUSINESS']) }, null],
    ['not where it is in no program', { programs: [] }, { exceptPrograms: new Set(['AMAZON_BUSINESS']) }, null],
  ])('%s', (_name, facts, filters, expected) => {
    expect(excluded([tea], filters, facts)).toBe(expected);
  });
});

describe('the wait after delivery', () => {
  const delivered = at('2026-03-05T12:00:00Z');

  function daysWaited(items: readonly OrderItem[], askAfterDaysFor: readonly WaitFor[], askAfterDays = 7): number {
    const facts = anOrder({ items, promisedFrom: delivered, promisedBy: delivered });
    const rules = planningRules({ rule: aRule({ askAfterDays, askAfterDaysFor }) });
    const result = plan(facts, nothingSeen, rules, delivered);
    if (result.kind !== 'scheduled') throw new Error(`the order is ${result.kind}`);
    return result.askAt.diff(delivered).as('days');
  }

  test.each<[string, readonly OrderItem[], readonly WaitFor[], number]>([
    ['is the general one without patterns', [tea], [], 7],
    ['is the one for its SKU', [tea], [{ pattern: 'TEA-*', days: 21 }], 21],
    ['is the one for its ASIN', [tea], [{ pattern: 'b000000001', days: 14 }], 14],
    ['is the general one for other products', [cup], [{ pattern: 'TEA-*', days: 21 }], 7],
    ['may be shorter than the general one', [tea], [{ pattern: 'TEA-*', days: 5 }], 5],
    [
      'is the longest of the patterns that name one product',
      [tea],
      [
        { pattern: 'TEA-*', days: 10 },
        { pattern: 'B00*', days: 21 },
        { pattern: '*', days: 5 },
      ],
      21,
    ],
    [
      'is the longest of its products',
      [tea, cup],
      [
        { pattern: 'TEA-*', days: 9 },
        { pattern: 'CUP-*', days: 12 },
      ],
      12,
    ],
    [
      'is the general one where that is the longest: a product no pattern names',
      [tea, cup],
      [{ pattern: 'TEA-*', days: 5 }],
      7,
    ],
    ['is the general one for a product without a name', [nameless], [{ pattern: '*', days: 21 }], 7],
    ['is the longest with a product without a name beside it', [nameless, tea], [{ pattern: 'TEA-1', days: 21 }], 21],
    ['is the general one where there is no product', [], [{ pattern: '*', days: 21 }], 7],
  ])('%s', (_name, items, waits, expected) => {
    expect(daysWaited(items, waits)).toBe(expected);
  });
});

test('the order in which rules and products are listed changes neither the decision nor the time', () => {
  const property = fc.property(anyOwnersCase, ({ facts, seen, rules, now }) => {
    const itemsTurned = { ...facts, items: facts.items.toReversed(), programs: facts.programs.toReversed() };

    const result = plan(facts, seen, rules, now);
    const turned = plan(itemsTurned, seen, turnedRound(rules), now);

    expect(JSON.stringify(turned)).toBe(JSON.stringify(result));
  });

  fc.assert(property, { numRuns: 10_000 });
});
