import { describe, expect, test } from '@jest/globals';
import { anAccount, configFrom, problemsFrom } from './folder.js';

const germany = 'A1PA6795UKMFR9';
const france = 'A13V1IB3VIYZZH';
const { LWA_CLIENT_ID, LWA_CLIENT_SECRET, ...ownPart } = anAccount;
const application = { LWA_CLIENT_ID, LWA_CLIENT_SECRET };
const american = { ...ownPart, LWA_REFRESH_TOKEN: 'Atzr|america', SP_API_REGION: 'na', MARKETPLACES: 'US,CA' };

describe('account files', () => {
  test('give one account each, named by the file, with the application from .env', () => {
    const config = configFrom({
      files: {
        '.env': application,
        'accounts/eu.env': ownPart,
        'accounts/na-2.env': american,
        'accounts/x.env.sample': 'x',
      },
    });

    expect(config.accounts).toMatchObject([
      { name: 'eu', source: 'accounts/eu.env', region: 'eu', clientId: LWA_CLIENT_ID },
      { name: 'na-2', source: 'accounts/na-2.env', region: 'na' },
    ]);
    expect(config.accounts[1]?.marketplaces.map(({ code }) => code)).toEqual(['US', 'CA']);
    expect(config.accounts[0]?.clientSecret.reveal()).toBe(LWA_CLIENT_SECRET);
    expect(config.accounts[1]?.refreshToken.reveal()).toBe('Atzr|america');
  });

  test('win over what stands for all', () => {
    const config = configFrom({
      files: { '.env': application, 'accounts/eu.env': { ...ownPart, LWA_CLIENT_SECRET: 'of-its-own' } },
      environment: { LWA_CLIENT_SECRET: 'for-all' },
    });

    expect(config.accounts[0]?.clientSecret.reveal()).toBe('of-its-own');
  });

  test('may stand in another folder', () => {
    const config = configFrom({ files: { '.env': { ACCOUNTS_DIR: 'sellers' }, 'sellers/a.env': anAccount } });

    expect(config.accounts).toMatchObject([{ name: 'a', source: 'sellers/a.env' }]);
  });

  test.each(['accounts/.env', 'accounts/-a.env', 'accounts/a b.env', `accounts/${'a'.repeat(64)}.env`])(
    'with the name %s are a problem',
    (name) => {
      expect(problemsFrom({ files: { 'accounts/good.env': anAccount, [name]: anAccount } })).toMatchObject([
        { source: name, key: 'file name' },
      ]);
    },
  );

  test('that differ only by case are a problem', () => {
    const problems = problemsFrom({
      files: {
        '.env': application,
        'accounts/EU.env': ownPart,
        'accounts/eu.env': { ...ownPart, LWA_REFRESH_TOKEN: 'b' },
      },
    });

    expect(problems).toMatchObject([{ source: 'accounts/eu.env', problem: 'differs from EU.env only by case' }]);
  });

  test('with the same refresh token are a problem that names both', () => {
    const problems = problemsFrom({ files: { 'accounts/a.env': anAccount, 'accounts/b.env': anAccount } });

    expect(problems).toMatchObject([
      { source: 'accounts/b.env', key: 'LWA_REFRESH_TOKEN', problem: 'is the same as in accounts/a.env' },
    ]);
  });

  test('cannot hold settings of the process', () => {
    expect(problemsFrom({ files: { 'accounts/a.env': { ...anAccount, ROLES: 'send' } } })).toMatchObject([
      { source: 'accounts/a.env', key: 'ROLES', problem: 'is not a key of an account' },
    ]);
  });

  test.each(['LWA_REFRESH_TOKEN', 'SP_API_REGION', 'MARKETPLACES'] as const)(
    'contradict a %s that stands in .env or the environment',
    (key) => {
      const files = { 'accounts/a.env': anAccount };
      const said = { key, problem: expect.stringContaining('although there are account files (accounts/a.env)') };

      expect(problemsFrom({ files: { ...files, '.env': { [key]: anAccount[key] } } })).toMatchObject([said]);
      expect(problemsFrom({ files, environment: { [key]: anAccount[key] } })).toMatchObject([said]);
    },
  );
});

describe('the account without a file', () => {
  test('is called default', () => {
    expect(configFrom({ files: { '.env': anAccount } }).accounts).toMatchObject([{ name: 'default', source: '.env' }]);
  });

  test('is reported with all it lacks', () => {
    const problems = problemsFrom({ files: { '.env': { LWA_REFRESH_TOKEN: 'x' } } });

    expect(problems.map(({ key, problem }) => `${key} ${problem}`)).toEqual([
      'LWA_CLIENT_ID is missing',
      'LWA_CLIENT_SECRET is missing',
      'SP_API_REGION is missing',
      'MARKETPLACES is missing',
    ]);
  });

  test('is one problem with the remedy when there is none at all', () => {
    expect(problemsFrom({ files: { '.env': application } })).toMatchObject([
      {
        source: '.env',
        key: 'ACCOUNTS_DIR',
        problem: expect.stringContaining('there is no selling partner account'),
        remedy: 'copy accounts/example.env.sample to accounts/main.env and fill it in',
      },
    ]);
  });

  test('is no excuse for an ACCOUNTS_DIR that does not exist', () => {
    expect(problemsFrom({ files: { '.env': { ...anAccount, ACCOUNTS_DIR: './nowhere' } } })).toMatchObject([
      { key: 'ACCOUNTS_DIR', problem: 'the folder does not exist' },
    ]);
    expect(problemsFrom({ files: { '.env': { ...anAccount, ACCOUNTS_DIR: './.env' } } })).toMatchObject([
      { key: 'ACCOUNTS_DIR', problem: 'the folder cannot be read (ENOTDIR)' },
    ]);
  });
});

test('a marketplace of another region is refused with the region it belongs to', () => {
  expect(problemsFrom({ files: { '.env': { ...anAccount, MARKETPLACES: 'DE,JP' } } })).toMatchObject([
    { key: 'MARKETPLACES', problem: 'JP belongs to the region fe, the account is in eu' },
  ]);
});

describe('rules', () => {
  test('come from the file before .env, and narrowed before general within each', () => {
    const { accounts } = configFrom({
      files: {
        '.env': {
          ...application,
          ASK_AFTER_DAYS: '6',
          ASK_AFTER_DAYS__DE: '8',
          ASK_WEEKDAYS: 'mon',
          ASK_WEEKDAYS__FR: 'tue',
        },
        'accounts/a.env': { ...ownPart, ASK_AFTER_DAYS: '10', ASK_HOURS__FR: '10:00-11:00' },
      },
      environment: { ASK_WEEKDAYS: 'wed' },
    });

    expect(accounts[0]?.rules).toEqual({
      [germany]: {
        askAfterDays: 10,
        askAfterDaysFor: [],
        hours: [{ from: 540, until: 1200 }],
        weekdays: new Set([3]),
      },
      [france]: { askAfterDays: 10, askAfterDaysFor: [], hours: [{ from: 600, until: 660 }], weekdays: new Set([2]) },
    });
  });

  test('may be narrowed in the account of .env', () => {
    const { accounts } = configFrom({ files: { '.env': { ...anAccount, ASK_AFTER_DAYS__DE: '14' } } });

    expect(accounts[0]?.rules[germany]?.askAfterDays).toBe(14);
    expect(accounts[0]?.rules[france]?.askAfterDays).toBe(7);
  });

  test.each([
    ['ASK_AFTER_DAYS__XX', 'names no marketplace of Amazon behind __', 'ASK_AFTER_DAYS__DE=7'],
    ['ASK_AFTER_DAYS__GB', 'names no marketplace of Amazon behind __', 'write ASK_AFTER_DAYS__UK'],
    ['ASK_AFTER_DAYS__de', 'names no marketplace of Amazon behind __', 'write ASK_AFTER_DAYS__DE'],
    ['ASK_AFTER_DAYS__IT', 'IT is not among the MARKETPLACES of the account', 'add IT to MARKETPLACES'],
  ])('narrowed by %s are a problem', (key, problem, remedy) => {
    for (const file of ['accounts/a.env', '.env']) {
      expect(problemsFrom({ files: { [file]: { ...anAccount, [key]: '9' } } })).toMatchObject([
        { source: file, problem, remedy: expect.stringContaining(remedy) },
      ]);
    }
    expect(problemsFrom({ files: { '.env': anAccount }, environment: { [key]: '9' } })).toMatchObject([{ problem }]);
  });

  test('narrowed for all accounts need one account that sells there', () => {
    const files = { 'accounts/eu.env': anAccount, 'accounts/na.env': { ...application, ...american } };

    expect(configFrom({ files: { ...files, '.env': { ASK_HOURS__US: '08:00-09:00' } } }).accounts).toHaveLength(2);
    expect(problemsFrom({ files: { ...files, '.env': { ASK_HOURS__JP: '08:00-09:00' } } })).toMatchObject([
      { source: '.env', key: 'ASK_HOURS__JP', problem: 'JP is not among the MARKETPLACES of any account' },
    ]);
  });
});
