import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../src/config/config.js';
import { noFilters } from '../../src/policy/asking-rules.js';
import { configFrom, env, problemsFrom } from './folder.js';

const germany = 'A1PA6795UKMFR9';

function one(config: Config) {
  const rules = config.accounts[0]?.rules[germany];
  if (!rules) throw new Error('no rules for Germany');
  return rules;
}

test('everything but the account has a default', () => {
  const config = configFrom(env({}));

  expect(config.databaseUrl).toBeNull();
  expect(config.redisUrl).toBeNull();
  expect(config.dataDir).toMatch(/\/data$/);
  expect(config.accountsDir).toMatch(/\/accounts$/);
  expect(config.sendMode).toBe('dry-run');
  expect([...config.roles]).toEqual(['discover', 'schedule', 'send', 'settle', 'sweep', 'web']);
  expect(config.http).toEqual({ host: '127.0.0.1', port: 8686, adminToken: null });
  expect(config.log).toEqual({ level: 'info', format: 'json' });
  expect(config.discoverEvery.as('minutes')).toBe(5);
  expect(config.sweepEvery.as('seconds')).toBe(30);
  expect(config.recheckEvery.as('hours')).toBe(24);
  expect(config.queueHorizon.as('hours')).toBe(1);
  expect(config.requestTimeout.as('seconds')).toBe(20);
  expect(config.claimLease.as('minutes')).toBe(2);
  expect(config.settleLooks.map((look) => look.as('minutes'))).toEqual([15, 24 * 60]);
  expect(config.catchUpDays).toBe(30);
  expect(config.windowMargin.as('hours')).toBe(1);
  expect(config.transitDays).toEqual({
    SAME_DAY: 0,
    NEXT_DAY: 1,
    SECOND_DAY: 2,
    PRIORITY: 2,
    EXPEDITED: 3,
    STANDARD: 4,
    SCHEDULED: 4,
    FREE_ECONOMY: 6,
    UNKNOWN: 4,
  });
  expect(config.amazon).toEqual({ spApiEndpoint: null, lwaEndpoint: null, sandbox: false });
  expect(one(config)).toEqual({
    askAfterDays: 7,
    askAfterDaysFor: [],
    hours: [{ from: 540, until: 1200 }],
    weekdays: new Set([1, 2, 3, 4, 5, 6, 7]),
  });
  expect(config.accounts[0]?.filters[germany]).toEqual(noFilters);
  expect(config.accounts[0]?.caps[germany]).toEqual({ maxPerDay: null, catchUpPerDay: null });
});

test('the log is pretty on a terminal, unless told otherwise', () => {
  expect(configFrom({ ...env({}), terminal: true }).log.format).toBe('pretty');
  expect(configFrom({ ...env({ LOG_FORMAT: 'json' }), terminal: true }).log.format).toBe('json');
});

test.each([
  ['500ms', 500],
  ['2s', 2_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1D', 86_400_000],
])('the duration %s is %d milliseconds', (text, ms) => {
  expect(configFrom(env({ RECHECK_EVERY: text })).recheckEvery.toMillis()).toBe(ms);
});

test.each([
  ['09:00-20:00', [[540, 1200]]],
  ['00:00-24:00', [[0, 1440]]],
  ['20:00-02:00', [[1200, 120]]],
  ['22:00-24:00', [[1320, 1440]]],
  ['22:00-00:00', [[1320, 0]]],
  [
    '9:00-12:30, 14:00-20:00',
    [
      [540, 750],
      [840, 1200],
    ],
  ],
])('the hours %s are read', (text, expected) => {
  const spans = one(configFrom(env({ ASK_HOURS: text }))).hours;

  expect(spans.map(({ from, until }) => [from, until])).toEqual(expected);
});

test.each([
  ['mon-sun', [1, 2, 3, 4, 5, 6, 7]],
  ['mon,wed,fri', [1, 3, 5]],
  ['sat-mon', [1, 6, 7]],
  ['sun-sat', [1, 2, 3, 4, 5, 6, 7]],
  ['Tue', [2]],
  ['thursday-friday,sun', [4, 5, 7]],
])('the weekdays %s are read', (text, expected) => {
  expect([...one(configFrom(env({ ASK_WEEKDAYS: text }))).weekdays]).toEqual(expected);
});

test('transit days overlay the defaults', () => {
  const { transitDays } = configFrom(env({ TRANSIT_DAYS: 'STANDARD:5, free_economy:8' }));

  expect(transitDays).toMatchObject({ STANDARD: 5, FREE_ECONOMY: 8, EXPEDITED: 3, UNKNOWN: 4 });
});

test('roles are a list or all', () => {
  expect([...configFrom(env({ ROLES: 'send,settle' })).roles]).toEqual(['send', 'settle']);
  expect(configFrom(env({ ROLES: 'all' })).roles.size).toBe(6);
});

test('a marketplace may be written in small letters and is taken once', () => {
  const config = configFrom(env({ MARKETPLACES: 'de, DE,uk' }));

  expect(config.accounts[0]?.marketplaces.map(({ code }) => code)).toEqual(['DE', 'UK']);
});

test('the default request timeout gives way to a short lease', () => {
  expect(configFrom(env({ CLAIM_LEASE: '10s' })).requestTimeout.as('seconds')).toBe(5);
});

test('addresses are kept as they are, behind a wrapper', () => {
  const config = configFrom(
    env({ DATABASE_URL: 'postgresql://u@/db?host=/var/run/postgresql', REDIS_URL: 'rediss://:pw@cache:6380/1' }),
  );

  expect(config.databaseUrl?.reveal()).toBe('postgresql://u@/db?host=/var/run/postgresql');
  expect(config.redisUrl?.reveal()).toBe('rediss://:pw@cache:6380/1');
});

test('an origin loses its trailing slash', () => {
  const { amazon } = configFrom(
    env({ SP_API_ENDPOINT: 'http://localhost:9090/', LWA_ENDPOINT: 'http://[::1]:9090/auth/o2/token' }),
  );

  expect(amazon).toEqual({
    spApiEndpoint: 'http://localhost:9090',
    lwaEndpoint: 'http://[::1]:9090/auth/o2/token',
    sandbox: false,
  });
});

describe('a wrong value is refused with its key and an example:', () => {
  test.each([
    ['SEND_MODE', 'yes'],
    ['ROLES', 'send,cook'],
    ['ROLES', 'send,,settle'],
    ['HTTP_PORT', '65536'],
    ['HTTP_PORT', '80.5'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['DISCOVER_EVERY', '5'],
    ['DISCOVER_EVERY', '-5m'],
    ['DISCOVER_EVERY', '5 minutes'],
    ['SWEEP_EVERY', '0s'],
    ['SWEEP_EVERY', '99ms'],
    ['RECHECK_EVERY', '8d'],
    ['CLAIM_LEASE', '0s'],
    ['SETTLE_LOOKS', '15m'],
    ['SETTLE_LOOKS', '24h,15m'],
    ['SETTLE_LOOKS', '15m,15m'],
    ['CATCH_UP_DAYS', '0'],
    ['CATCH_UP_DAYS', '731'],
    ['WINDOW_MARGIN', '11d'],
    ['TRANSIT_DAYS', 'SLOW:5'],
    ['TRANSIT_DAYS', 'STANDARD:31'],
    ['TRANSIT_DAYS', 'STANDARD'],
    ['TRANSIT_DAYS', 'STANDARD:1,STANDARD:2'],
    ['TRANSIT_DAYS', 'constructor:1'],
    ['SP_API_SANDBOX', 'maybe'],
    ['ADMIN_TOKEN', 'too-short'],
    ['DATABASE_URL', 'mysql://localhost/askonce'],
    ['DATABASE_URL', 'postgres://u:p/w@host/db'],
    ['REDIS_URL', 'http://localhost'],
    ['SP_API_ENDPOINT', 'localhost:9090'],
    ['SP_API_ENDPOINT', 'http://127.0.0.1:9090/orders'],
    ['SP_API_ENDPOINT', 'http://me:pw@127.0.0.1:9090'],
    ['LWA_ENDPOINT', 'ftp://127.0.0.1/token'],
    ['SP_API_REGION', 'us-east-1'],
    ['MARKETPLACES', 'DE,XX'],
    ['MARKETPLACES', 'DE,GB'],
    ['MARKETPLACES', 'A1PA6795UKMFR9'],
    ['ASK_AFTER_DAYS', '4'],
    ['ASK_AFTER_DAYS', '30'],
    ['ASK_AFTER_DAYS', '7.5'],
    ['ASK_HOURS', '9-17'],
    ['ASK_HOURS', '09:00-09:00'],
    ['ASK_HOURS', '24:00-08:00'],
    ['ASK_HOURS', '09:00-24:01'],
    ['ASK_HOURS', '09:60-12:00'],
    ['ASK_WEEKDAYS', 'mon-'],
    ['ASK_WEEKDAYS', 'someday'],
    ['ASK_WEEKDAYS', 'mon-wed-fri'],
    ['LWA_CLIENT_ID', 'two words'],
  ])('%s=%s', (key, value) => {
    const problems = problemsFrom(env({ [key]: value }));

    expect(problems.map((problem) => [problem.source, problem.key])).toContainEqual(['.env', key]);
    for (const { problem, remedy } of problems) expect([problem, remedy]).not.toContain('');
  });
});

test('GB is answered with UK', () => {
  expect(problemsFrom(env({ MARKETPLACES: 'GB' }))[0]?.remedy).toBe('write UK');
});
