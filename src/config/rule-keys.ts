import { hourSpans, weekdays } from './asking-hours.js';
import { frozenSet } from './freeze.js';
import { key } from './key.js';
import { asinPatterns, skuPatterns, waitsByProduct } from './product-patterns.js';
import { programs, somePrograms } from './programs.js';
import { listOf, oneOf, type Reader, read, wholeNumber } from './reading.js';
import { timeZone } from './time-zone.js';

const fulfillers: Reader<ReadonlySet<'AMAZON' | 'MERCHANT'>> = (text) => {
  const list = listOf(oneOf(['AMAZON', 'MERCHANT']))(text);
  return list.ok ? read(frozenSet(list.value)) : list;
};

const perDay = wholeNumber(1, 100_000);

const anyRule = { place: 'account-or-all', narrowing: 'possible' } as const;
const inBothLists = 'The same pattern in the `ONLY_` and in the `EXCEPT_` list is refused.';
const oldestFirst =
  'The nearest deadlines go first, the others wait for the next day. Narrowed, it counts that marketplace alone; the other marketplaces of the account share the general one.';

/** What the owner decides: who is asked, and when. */
export const ruleKeys = {
  ASK_AFTER_DAYS: key('ASK_AFTER_DAYS', '7', wholeNumber(5, 29), '7', 'days after delivery, 5 to 29', {
    ...anyRule,
    details: "With WINDOW_MARGIN it must stay below the 30 days of Amazon's window.",
  }),
  ASK_AFTER_DAYS_FOR: key(
    'ASK_AFTER_DAYS_FOR',
    null,
    waitsByProduct,
    'SUPP-*:21,B00ABC1234:14',
    "other days after delivery, 5 to 29, for some SKUs or ASINs; `*` is any characters; the longest wait of an order's items wins",
    {
      ...anyRule,
      withoutIt: 'ASK_AFTER_DAYS for every product',
      details:
        'Each entry is a pattern, a colon and days; the last colon counts, so a SKU may hold some. An item that no pattern fits waits ASK_AFTER_DAYS. The same pattern twice with different days is refused.',
    },
  ),
  ASK_HOURS: key(
    'ASK_HOURS',
    '09:00-20:00',
    hourSpans,
    '09:00-12:00,14:00-20:00',
    "spans of the day in the marketplace's time zone; 00:00-24:00 is any time, 20:00-02:00 reaches over midnight; the deadline wins",
    anyRule,
  ),
  ASK_WEEKDAYS: key(
    'ASK_WEEKDAYS',
    'mon-sun',
    weekdays,
    'mon-fri',
    "days of the week in the marketplace's time zone, e.g. mon,wed,fri or sat-mon; the deadline wins",
    anyRule,
  ),
  TIME_ZONE: key(
    'TIME_ZONE',
    null,
    timeZone,
    'America/Los_Angeles',
    "the IANA time zone of one marketplace's hours, weekdays and days",
    {
      place: 'account-or-all',
      narrowing: 'required',
      withoutIt: "the marketplace's own",
      details:
        "Replaces the zone in the table of marketplaces above. Amazon's window knows no zone and does not move with it.",
    },
  ),
  FULFILLED_BY: key(
    'FULFILLED_BY',
    'AMAZON,MERCHANT',
    fulfillers,
    'AMAZON',
    'ask for orders shipped by AMAZON, by the MERCHANT, or both',
    anyRule,
  ),
  ONLY_SKUS: key(
    'ONLY_SKUS',
    null,
    skuPatterns,
    'TEA-*,CUP-1',
    'ask only where every item of the order fits one of these SKUs; `*` is any characters',
    { ...anyRule, withoutIt: 'any product', details: inBothLists },
  ),
  EXCEPT_SKUS: key(
    'EXCEPT_SKUS',
    null,
    skuPatterns,
    'SAMPLE-*,GIFT 2',
    'leave the whole order out where one item fits one of these SKUs; `*` is any characters',
    { ...anyRule, withoutIt: 'none', details: inBothLists },
  ),
  ONLY_ASINS: key(
    'ONLY_ASINS',
    null,
    asinPatterns,
    'B00ABC1234,B07*',
    'ask only where every item of the order fits one of these ASINs of 10 characters; `*` is any characters',
    { ...anyRule, withoutIt: 'any product', details: inBothLists },
  ),
  EXCEPT_ASINS: key(
    'EXCEPT_ASINS',
    null,
    asinPatterns,
    'B00XYZ9876,B09*',
    'leave the whole order out where one item fits one of these ASINs of 10 characters; `*` is any characters',
    { ...anyRule, withoutIt: 'none', details: inBothLists },
  ),
  EXCEPT_PROGRAMS: key(
    'EXCEPT_PROGRAMS',
    null,
    somePrograms,
    'AMAZON_BUSINESS',
    'leave out orders of these programs of Amazon, or with an item of one',
    { ...anyRule, withoutIt: 'none', details: `There are ${programs.join(', ')}.` },
  ),
  MAX_PER_DAY: key(
    'MAX_PER_DAY',
    null,
    perDay,
    '500',
    "at most so many requests of the account in one day of the marketplace's time zone, 1 to 100000",
    { ...anyRule, withoutIt: 'no limit', details: oldestFirst },
  ),
  CATCH_UP_PER_DAY: key(
    'CATCH_UP_PER_DAY',
    null,
    perDay,
    '200',
    'at most so many requests a day, 1 to 100000, for orders that were due already when they were first seen; MAX_PER_DAY counts them, too',
    { ...anyRule, withoutIt: 'no limit of its own', details: oldestFirst },
  ),
} as const;
