import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OrdersPage } from '../../../src/amazon/gateway.js';
import { anOrder, at, GERMANY } from '../builders.js';
import { openStage } from '../steps.js';
import { page } from '../steps-amazon.js';
import { hostileText } from './foreign-text.js';
import { hostileProperty } from './property.js';

/** Amazon's burst of `searchOrders`: as many calls as one turn may make where no rate was learnt. */
const MOST_CALLS = 20;

const tokens = fc.oneof(
  fc.constant('the-same'),
  fc.constant(null),
  hostileText.filter((text) => text !== ''),
);
const pages: fc.Arbitrary<OrdersPage> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(tokens, fc.boolean(), fc.option(fc.constantFrom(at('2000-01-01T00:00:00Z'), at('2026-03-20T11:58:00Z'))))
      .map(([nextToken, empty, readThrough]) => page(empty ? [] : [anOrder(), anOrder()], { nextToken, readThrough })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<OrdersPage>(
      { kind: 'token-expired' },
      { kind: 'throttled' },
      { kind: 'no-answer', cause: 'unreadable-body' },
    ),
  },
);

export const discovering = [
  hostileProperty(
    'discovery ends its turn, whatever page follows whatever page',
    3,
    fc.array(pages, { minLength: 1, maxLength: 4 }),
    async (script) => {
      const stage = await openStage();
      // For ever: after its last page the script begins again.
      for (let number = 0; number < 3 * MOST_CALLS; number += 1)
        stage.amazon.pages(script[number % script.length] as OrdersPage);

      const again = await stage.discover();

      const calls = stage.amazon.calls.searches.length;
      assert.ok(calls <= MOST_CALLS, `${calls} calls in one turn`);
      const [feed] = await stage.ledger.feeds('tea', [GERMANY]);
      const ended = feed?.read === null && again === undefined;
      assert.ok(ended || (again !== undefined && again.again >= stage.now()), 'neither done nor to go on');
    },
  ),
];
