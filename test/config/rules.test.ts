import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccountConfig } from '../../src/config/config.js';
import { keys } from '../../src/config/keys.js';
import { anAccount, configFrom, env, problemsFrom } from './folder.js';

const germany = 'A1PA6795UKMFR9';
const france = 'A13V1IB3VIYZZH';
const italy = 'APJ6JRA9NG5V4';
const { LWA_CLIENT_ID, LWA_CLIENT_SECRET, ...ownPart } = anAccount;
const application = { LWA_CLIENT_ID, LWA_CLIENT_SECRET };

/** The one account of the situation. */
function account(situation: Parameters<typeof configFrom>[0]): AccountConfig {
  const [only, ...others] = configFrom(situation).accounts;
  if (only === undefined || others.length > 0) throw new Error('expected one account');
  return only;
}

function filters(rules: Readonly<Record<string, string>>) {
  return account(env(rules)).filters[germany];
}

describe('products', () => {
  test('may be named by SKU, whatever it is made of', () => {
    expect(filters({ ONLY_SKUS: "'TEA 1:b, (50%) [x] #*,ä_ö'", EXCEPT_SKUS: 'a' })).toMatchObject({
      onlySkus: ['TEA 1:b', '(50%) [x] #*', 'ä_ö'],
      exceptSkus: ['a'],
    });
  });

  test('may be named by ASIN, in small letters too', () => {
    expect(filters({ ONLY_ASINS: 'b00abc1234, B07*,*1*', EXCEPT_ASINS: '0306406152' })).toMatchObject({
      onlyAsins: ['B00ABC1234', 'B07*', '*1*'],
      exceptAsins: ['0306406152'],
    });
  });

  test('named twice count once, and some stars in a row are one', () => {
    expect(filters({ ONLY_SKUS: 'a**b,A*B,c', EXCEPT_ASINS: 'B0**,b0*' })).toMatchObject({
      onlySkus: ['a*b', 'c'],
      exceptAsins: ['B0*'],
    });
  });

  test('may wait longer or shorter, a colon in the SKU or not', () => {
    const { rules } = account(env({ ASK_AFTER_DAYS_FOR: 'SUPP-*:21, a:b : 5,B00ABC1234:29,supp-*:21' }));

    expect(rules[germany]?.askAfterDaysFor).toEqual([
      { pattern: 'SUPP-*', days: 21 },
      { pattern: 'a:b', days: 5 },
      { pattern: 'B00ABC1234', days: 29 },
    ]);
  });

  const pattern = fc
    .string({ unit: fc.constantFrom(...'aZ09*:-_. #"\'\\()[]{}|^$ä=+'), minLength: 1, maxLength: 40 })
    .map((text) => text.trim().replace(/\*+/g, '*'))
    .filter((text) => text !== '' && text !== '*');
  const byProduct = { selector: (text: string) => text.toLowerCase() };

  test('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { ...byProduct, minLength: 1, maxLength: 6 }), (patterns) => {
        expect(keys.ONLY_SKUS.read(patterns.join(' , '))).toEqual({ ok: true, value: patterns });
      }),
    );
  });

  test('and their days are read back as they were written', () => {
    const waits = fc.uniqueArray(fc.record({ pattern, days: fc.integer({ min: 5, max: 29 }) }), {
      selector: ({ pattern: text }) => text.toLowerCase(),
      minLength: 1,
      maxLength: 6,
    });

    fc.assert(
      fc.property(waits, (list) => {
        const text = list.map((wait) => `${wait.pattern}:${wait.days}`).join(',');
        expect(keys.ASK_AFTER_DAYS_FOR.read(text)).toEqual({ ok: true, value: list });
      }),
    );
  });
});

test('who ships, and the programs, are read in any case', () => {
  expect(filters({ FULFILLED_BY: 'merchant', EXCEPT_PROGRAMS: 'amazon_business, Prime' })).toMatchObject({
    fulfilledBy: new Set(['MERCHANT']),
    exceptPrograms: new Set(['AMAZON_BUSINESS', 'PRIME']),
  });
  expect(filters({ FULFILLED_BY: 'AMAZON, merchant' })?.fulfilledBy).toEqual(new Set(['AMAZON', 'MERCHANT']));
});

describe('a wrong rule is refused with file, key and example:', () => {
  test.each([
    ['ASK_AFTER_DAYS', '30', 'is not a whole number from 5 to 29', 'ASK_AFTER_DAYS=7'],
    ['ASK_HOURS', '9-17', 'is not a span such as 09:00-20:00', 'ASK_HOURS=09:00'],
    ['ASK_HOURS', '09:00-09:00', 'is empty', 'ASK_HOURS=00:00-24:00'],
    ['ASK_WEEKDAYS', 'mon,someday', 'is not a weekday', 'ASK_WEEKDAYS=mon-fri'],
    ['FULFILLED_BY', 'FBA', '"FBA" is none of AMAZON, MERCHANT', 'FULFILLED_BY=AMAZON'],
    ['FULFILLED_BY', 'AMAZON,', 'an entry of the list is empty', 'FULFILLED_BY=AMAZON'],
    ['ONLY_SKUS', 'TEA,,CUP', 'an entry of the list is empty', 'ONLY_SKUS=TEA-*,CUP-1'],
    ['ONLY_SKUS', '*', 'nothing but *', 'ONLY_SKUS=TEA-*,CUP-1'],
    ['EXCEPT_SKUS', 'TEA,**', 'nothing but *', 'EXCEPT_SKUS=SAMPLE-*'],
    ['EXCEPT_SKUS', 'a\tb', 'control character', 'EXCEPT_SKUS=SAMPLE-*'],
    ['ONLY_ASINS', 'B00ABC123', 'has not the 10 characters', 'ONLY_ASINS=B00ABC1234'],
    ['ONLY_ASINS', 'B00ABC12345', 'is longer than the 10 characters', 'ONLY_ASINS=B00ABC1234'],
    ['ONLY_ASINS', 'B00ABC*12345', 'is longer than the 10 characters', 'ONLY_ASINS=B00ABC1234'],
    ['EXCEPT_ASINS', 'B00-BC1234', 'is not made of letters, digits and *', 'EXCEPT_ASINS=B00XYZ9876'],
    ['EXCEPT_ASINS', '*', 'nothing but *', 'EXCEPT_ASINS=B00XYZ9876'],
    ['ASK_AFTER_DAYS_FOR', 'TEA', '"TEA" has no :days', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', ':21', 'has no SKU or ASIN', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', 'TEA:', 'is not a whole number from 5 to 29', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', 'TEA:4', '"4" is not a whole number from 5 to 29', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', 'TEA:30', '"30" is not a whole number from 5 to 29', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', 'TEA:7.5', 'is not a whole number', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['ASK_AFTER_DAYS_FOR', '*:9', 'nothing but *', 'ASK_AFTER_DAYS=14'],
    ['ASK_AFTER_DAYS_FOR', 'TEA:9,tea:8', '"tea" is given twice, with different days', 'ASK_AFTER_DAYS_FOR=SUPP-*:21'],
    ['EXCEPT_PROGRAMS', 'AMAZON_BUSINES', 'is not a program of Amazon', 'did you mean AMAZON_BUSINESS?'],
    ['EXCEPT_PROGRAMS', 'B2B', '"B2B" is not a program of Amazon', 'AMAZON_BUSINESS, AMAZON_EASY_SHIP'],
    ['MAX_PER_DAY', '0', 'is not a whole number from 1 to 100000', 'MAX_PER_DAY=500'],
    ['MAX_PER_DAY', '100001', 'is not a whole number from 1 to 100000', 'MAX_PER_DAY=500'],
    ['CATCH_UP_PER_DAY', 'many', 'is not a whole number from 1 to 100000', 'CATCH_UP_PER_DAY=200'],
    ['CATCH_UP_PER_DAY', '-1', 'is not a whole number from 1 to 100000', 'CATCH_UP_PER_DAY=200'],
  ])('%s=%s', (key, value, problem, example) => {
    const said = { problem: expect.stringContaining(problem) };

    expect(problemsFrom({ files: { 'accounts/a.env': { ...anAccount, [key]: value } } })).toEqual([
      { ...said, source: 'accounts/a.env', key, remedy: expect.stringContaining(example) },
    ]);
    expect(problemsFrom(env({ [`${key}__DE`]: value }))).toMatchObject([
      { ...said, source: '.env', key: `${key}__DE` },
    ]);
    expect(problemsFrom({ ...env({}), environment: { [key]: value } })).toMatchObject([
      { ...said, source: 'environment', key },
    ]);
  });

  test.each([
    ['Europe/Berln', 'is not a time zone', 'did you mean Europe/Berlin?'],
    ['Berlin', 'is not a time zone', 'e.g. Europe/Berlin or America/Los_Angeles'],
    ['+02:00', 'is not a time zone', 'e.g. Europe/Berlin or America/Los_Angeles'],
    ['EST', '"EST" is not written as Area/City', 'e.g. Europe/Berlin or America/Los_Angeles'],
  ])('TIME_ZONE__DE=%s', (value, problem, remedy) => {
    const said = { problem: expect.stringContaining(problem), remedy: expect.stringContaining(remedy) };

    expect(problemsFrom({ files: { 'accounts/a.env': { ...anAccount, TIME_ZONE__DE: value } } })).toEqual([
      { ...said, source: 'accounts/a.env', key: 'TIME_ZONE__DE' },
    ]);
  });
});

describe('narrowed to a marketplace', () => {
  test('a list replaces the general one, and the file comes before .env', () => {
    const { rules, filters: narrowed } = account({
      files: {
        '.env': { ...application, EXCEPT_SKUS__FR: 'of-env', ONLY_ASINS__DE: 'B07*', FULFILLED_BY: 'MERCHANT' },
        'accounts/a.env': {
          ...ownPart,
          EXCEPT_SKUS: 'of-file',
          ASK_AFTER_DAYS_FOR: 'A:9',
          ASK_AFTER_DAYS_FOR__DE: 'B:8',
          EXCEPT_PROGRAMS__DE: 'PRIME',
        },
      },
    });

    expect(narrowed).toEqual({
      [germany]: {
        fulfilledBy: new Set(['MERCHANT']),
        onlySkus: [],
        exceptSkus: ['of-file'],
        onlyAsins: ['B07*'],
        exceptAsins: [],
        exceptPrograms: new Set(['PRIME']),
      },
      [france]: {
        fulfilledBy: new Set(['MERCHANT']),
        onlySkus: [],
        exceptSkus: ['of-file'],
        onlyAsins: [],
        exceptAsins: [],
        exceptPrograms: new Set(),
      },
    });
    expect(rules[germany]?.askAfterDaysFor).toEqual([{ pattern: 'B', days: 8 }]);
    expect(rules[france]?.askAfterDaysFor).toEqual([{ pattern: 'A', days: 9 }]);
  });

  test('lists of two places can contradict each other, and both are named', () => {
    const files = {
      '.env': { ...application, ONLY_SKUS: 'TEA-*' },
      'accounts/a.env': { ...ownPart, EXCEPT_SKUS__DE: 'tea-*' },
    };

    expect(problemsFrom({ files })).toEqual([
      {
        source: 'accounts/a.env',
        key: 'EXCEPT_SKUS__DE',
        problem: '"tea-*" also stands in ONLY_SKUS (.env)',
        remedy: 'keep it in one of the two lists',
      },
    ]);
  });

  test('a time zone replaces that of the marketplace', () => {
    const american = { ...anAccount, SP_API_REGION: 'na', MARKETPLACES: 'US,CA' };
    const files = {
      '.env': { TIME_ZONE__US: 'america/los_angeles', TIME_ZONE__CA: 'UTC' },
      'accounts/a.env': { ...american, TIME_ZONE__CA: 'America/Vancouver' },
    };

    expect(account({ files }).marketplaces).toEqual([
      { code: 'US', id: 'ATVPDKIKX0DER', region: 'na', zone: 'America/Los_Angeles' },
      { code: 'CA', id: 'A2EUQ1WTGCTBG2', region: 'na', zone: 'America/Vancouver' },
    ]);
    expect(account(env({})).marketplaces.map(({ zone }) => zone)).toEqual(['Europe/Berlin', 'Europe/Paris']);
  });

  test('a time zone of a marketplace where nobody sells is a problem', () => {
    expect(problemsFrom(env({ TIME_ZONE__US: 'America/Los_Angeles' }))).toMatchObject([
      { key: 'TIME_ZONE__US', problem: 'US is not among the MARKETPLACES of the account' },
    ]);
  });
});

describe('a daily cap', () => {
  const three = { ...anAccount, MARKETPLACES: 'DE,FR,IT' };

  test('is shared by all marketplaces of the account', () => {
    const together = { limit: 500, marketplaceIds: [germany, france, italy] };
    const { caps } = account({ files: { '.env': { ...three, MAX_PER_DAY: '500' } } });

    for (const id of together.marketplaceIds) expect(caps[id]).toEqual({ maxPerDay: together, catchUpPerDay: null });
  });

  test('that is narrowed counts its marketplace alone, and the others share the general one', () => {
    const { caps } = account({
      files: { '.env': { ...three, MAX_PER_DAY: '9', MAX_PER_DAY__DE: '9', CATCH_UP_PER_DAY__IT: '3' } },
    });
    const others = { limit: 9, marketplaceIds: [france, italy] };

    expect(caps).toEqual({
      [germany]: { maxPerDay: { limit: 9, marketplaceIds: [germany] }, catchUpPerDay: null },
      [france]: { maxPerDay: others, catchUpPerDay: null },
      [italy]: { maxPerDay: others, catchUpPerDay: { limit: 3, marketplaceIds: [italy] } },
    });
  });

  test('of the file comes before one of .env that is narrowed', () => {
    const { caps } = account({
      files: {
        '.env': { MAX_PER_DAY__DE: '1', CATCH_UP_PER_DAY: '2' },
        'accounts/a.env': { ...three, MAX_PER_DAY: '7' },
      },
    });

    expect(caps[germany]).toEqual({
      maxPerDay: { limit: 7, marketplaceIds: [germany, france, italy] },
      catchUpPerDay: { limit: 2, marketplaceIds: [germany, france, italy] },
    });
  });

  test('for all accounts counts each account by itself', () => {
    const american = { ...ownPart, LWA_REFRESH_TOKEN: 'b', SP_API_REGION: 'na', MARKETPLACES: 'US' };
    const { accounts } = configFrom({
      files: { '.env': { ...application, MAX_PER_DAY: '5' }, 'accounts/a.env': ownPart, 'accounts/b.env': american },
    });

    expect(accounts.map(({ caps }) => Object.values(caps)[0]?.maxPerDay?.marketplaceIds)).toEqual([
      [germany, france],
      ['ATVPDKIKX0DER'],
    ]);
  });
});

describe('SEND_MODE of an account', () => {
  type Modes = { readonly SEND_MODE?: string };
  const modes = (all: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>) => ({
    files: { '.env': all, 'accounts/a.env': { ...anAccount, ...own } },
  });

  test.each<[Modes, Modes, string]>([
    [{}, {}, 'dry-run'],
    [{ SEND_MODE: 'live' }, {}, 'live'],
    [{ SEND_MODE: 'live' }, { SEND_MODE: 'live' }, 'live'],
    [{ SEND_MODE: 'live' }, { SEND_MODE: 'dry-run' }, 'dry-run'],
    [{ SEND_MODE: 'dry-run' }, { SEND_MODE: 'dry-run' }, 'dry-run'],
  ])('with %j for all and %j of its own', (all, own, expected) => {
    const config = configFrom(modes(all, own));

    expect(config.accounts[0]?.sendMode).toBe(expected);
    expect(config.sendMode).toBe(all.SEND_MODE ?? 'dry-run');
  });

  test('is that of .env where the account stands there', () => {
    expect(configFrom(env({ SEND_MODE: 'live' })).accounts[0]?.sendMode).toBe('live');
  });

  test.each([
    [{}, {}, '.env'],
    [{ SEND_MODE: 'dry-run' }, {}, '.env'],
    [{ SEND_MODE: 'live' }, { SEND_MODE: 'dry-run' }, 'the environment'],
  ])('cannot be live while it is not with %j in .env and %j in the environment', (all, environment, where) => {
    expect(problemsFrom({ ...modes(all, { SEND_MODE: 'live' }), environment })).toEqual([
      {
        source: 'accounts/a.env',
        key: 'SEND_MODE',
        problem: 'is live, and for all accounts it is dry-run',
        remedy: `set SEND_MODE=live in ${where}; an account can only be stricter`,
      },
    ]);
  });

  test('is not blamed for a value of .env that could not be read', () => {
    expect(problemsFrom(modes({ SEND_MODE: 'on' }, { SEND_MODE: 'live' }))).toMatchObject([{ source: '.env' }]);
  });

  test('cannot be narrowed to a marketplace', () => {
    expect(problemsFrom(modes({ SEND_MODE: 'live' }, { SEND_MODE__DE: 'dry-run' }))).toMatchObject([
      { key: 'SEND_MODE__DE', problem: 'cannot be narrowed to a marketplace' },
    ]);
  });
});
