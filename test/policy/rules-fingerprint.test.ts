import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Duration } from 'luxon';
import type { AskingRules, OrderFilters } from '../../src/policy/asking-rules.js';
import { noFilters } from '../../src/policy/asking-rules.js';
import type { PlanningRules } from '../../src/policy/plan.js';
import { fingerprintOf } from '../../src/policy/rules-fingerprint.js';
import { aRule, GERMANY, hours, planningRules } from '../support/builders.js';
import { anyOwnersCase, FRANCE, turnedRound } from './any-rules.js';

test('equal rules have equal fingerprints, in whatever order they are listed', () => {
  const property = fc.property(anyOwnersCase, ({ rules }) => {
    expect(fingerprintOf(turnedRound(rules))).toBe(fingerprintOf(rules));
  });

  fc.assert(property, { numRuns: 2_500 });
});

const rule = aRule({
  askAfterDaysFor: [{ pattern: 'TEA-*', days: 21 }],
  hours: hours('09:00-12:00,14:00-20:00'),
  weekdays: new Set([1, 2, 3]),
});
const filters: OrderFilters = { ...noFilters, onlySkus: ['TEA-*'] };
const asking = (changed: Partial<AskingRules>): PlanningRules =>
  planningRules({ rule: { ...rule, ...changed }, filters });
const filtering = (changed: Partial<OrderFilters>): PlanningRules =>
  planningRules({ rule, filters: { ...filters, ...changed } });
const others = (changed: Partial<PlanningRules>): PlanningRules => ({
  ...planningRules({ rule, filters }),
  ...changed,
});
const german = { zone: 'Europe/Berlin', rules: rule, filters };

const changes: readonly (readonly [string, PlanningRules])[] = [
  ['the wait', asking({ askAfterDays: 8 })],
  ['the days of a wait for a product', asking({ askAfterDaysFor: [{ pattern: 'TEA-*', days: 22 }] })],
  ['the product of a wait', asking({ askAfterDaysFor: [{ pattern: 'TEA-', days: 21 }] })],
  ['a wait for a product, taken away', asking({ askAfterDaysFor: [] })],
  [
    'a wait for another product, added',
    asking({ askAfterDaysFor: [...rule.askAfterDaysFor, { pattern: '*', days: 5 }] }),
  ],
  ['the beginning of the hours', asking({ hours: hours('10:00-12:00,14:00-20:00') })],
  ['the end of the hours', asking({ hours: hours('09:00-12:00,14:00-21:00') })],
  ['the spans of the hours, put together otherwise', asking({ hours: hours('09:00-20:00,14:00-12:00') })],
  ['the weekdays', asking({ weekdays: new Set([1, 2, 4]) })],
  ['who fulfils', filtering({ fulfilledBy: new Set(['AMAZON']) })],
  ['the wanted SKUs', filtering({ onlySkus: ['TEA-1'] })],
  ['the wanted SKUs, now excluded', filtering({ onlySkus: [], exceptSkus: ['TEA-*'] })],
  ['the wanted SKUs, now ASINs', filtering({ onlySkus: [], onlyAsins: ['TEA-*'] })],
  ['the excluded SKUs', filtering({ exceptSkus: ['TEA-*'] })],
  ['the excluded ASINs', filtering({ exceptAsins: ['TEA-*'] })],
  ['two wanted SKUs for one with a comma', filtering({ onlySkus: ['TEA-*', 'CUP'] })],
  ['one wanted SKU with a comma for two', filtering({ onlySkus: ['TEA-*,CUP'] })],
  ['the excluded programs', filtering({ exceptPrograms: new Set(['AMAZON_BUSINESS']) })],
  ['the time zone', planningRules({ rule, filters, zone: 'Europe/London' })],
  ['the days in transit', others({ transitDays: { ...planningRules().transitDays, STANDARD: 5 } })],
  ['the margin', others({ windowMargin: Duration.fromObject({ hours: 2 }) })],
  [
    'a second marketplace',
    others({
      marketplaces: new Map([
        [GERMANY, german],
        [FRANCE, german],
      ]),
    }),
  ],
  ['another marketplace', others({ marketplaces: new Map([[FRANCE, german]]) })],
  ['no marketplace', others({ marketplaces: new Map() })],
];

test.each(changes)('another fingerprint follows from a change of %s', (_name, changed) => {
  expect(fingerprintOf(changed)).not.toBe(fingerprintOf(planningRules({ rule, filters })));
});

test('no two of these changes have the same fingerprint', () => {
  expect(new Set(changes.map(([, changed]) => fingerprintOf(changed))).size).toBe(changes.length);
});

test('how often to look again is no rule about who is asked when', () => {
  const often = planningRules({ recheckEvery: Duration.fromObject({ hours: 1 }) });

  expect(fingerprintOf(often)).toBe(fingerprintOf(planningRules()));
});

test('the same margin in other units is the same rule', () => {
  const minutes = planningRules({ windowMargin: Duration.fromObject({ minutes: 60 }) });

  expect(fingerprintOf(minutes)).toBe(fingerprintOf(planningRules()));
});
