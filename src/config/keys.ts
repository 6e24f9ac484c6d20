import type { Duration } from 'luxon';
import { type Marketplace, marketplaceByCode, marketplaceById, marketplaces } from '../amazon/marketplaces.js';
import { hostName, postgresUrl, redisUrl, webOrigin, wholeWebUrl } from './addresses.js';
import { alarmKeys } from './alarm-keys.js';
import { calendarDate } from './calendar-date.js';
import type { Role } from './config.js';
import { durationBetween } from './durations.js';
import { frozenSet } from './freeze.js';
import { type Key, key } from './key.js';
import {
  anyText,
  listOf,
  oneOf,
  oneWord,
  type Reader,
  read,
  shown,
  unreadable,
  wholeNumber,
  yesOrNo,
} from './reading.js';
import { ruleKeys } from './rule-keys.js';
import { transitDays, transitDaysText } from './transit-days.js';

const roles = ['discover', 'schedule', 'send', 'settle', 'sweep', 'web'] as const satisfies readonly Role[];

const someRoles: Reader<ReadonlySet<Role>> = (text) => {
  if (text.toLowerCase() === 'all') return read(frozenSet(roles));
  const list = listOf(oneOf(roles))(text);
  return list.ok ? read(frozenSet(list.value)) : list;
};

const settleLooks: Reader<readonly Duration[]> = (text) => {
  const looks = listOf(durationBetween('100ms', '25d'))(text);
  if (!looks.ok) return looks;
  if (looks.value.length < 2) return unreadable('is a single look, and one look alone never decides');
  const ascending = looks.value.every((look, index) => index === 0 || look > (looks.value[index - 1] as Duration));
  return ascending ? looks : unreadable('the looks are not in ascending order');
};

const marketplace: Reader<Marketplace> = (text) => {
  const code = text.toUpperCase();
  if (code === 'GB') return unreadable('"GB" is not a code of Amazon', 'write UK');
  const byId = marketplaceById(code);
  if (byId) return unreadable('is a marketplace id', `write ${byId.code}`);
  const found = marketplaceByCode(code);
  return found
    ? read(found)
    : unreadable(
        `${shown(text)} is not a marketplace`,
        `use ${marketplaces.map((known) => known.code).join(', ')}, e.g. MARKETPLACES=US,CA`,
      );
};

const someMarketplaces: Reader<readonly Marketplace[]> = (text) => {
  const list = listOf(marketplace)(text);
  return list.ok ? read([...new Set(list.value)]) : list;
};

const processKeys = {
  DATABASE_URL: key('DATABASE_URL', null, postgresUrl, 'postgres://askonce@db:5432/askonce', 'the ledger', {
    withoutIt: 'embedded Postgres in DATA_DIR',
    mayBeInFile: true,
  }),
  REDIS_URL: key('REDIS_URL', null, redisUrl, 'redis://redis:6379', 'the queue on Redis; of a Redis Cluster any node', {
    withoutIt: "the queue in the ledger's Postgres",
    mayBeInFile: true,
  }),
  DATA_DIR: key('DATA_DIR', './data', anyText, './data', 'folder of the embedded Postgres'),
  ACCOUNTS_DIR: key('ACCOUNTS_DIR', './accounts', anyText, './accounts', 'one env file per selling partner account'),
  SEND_MODE: key(
    'SEND_MODE',
    'dry-run',
    oneOf(['dry-run', 'live']),
    'live',
    "`live` really asks; `dry-run` does everything but that and changes no order's fate",
    {
      place: 'process-or-stricter',
      details: "An account's file may say `dry-run` while this is `live`, not the other way round.",
    },
  ),
  ROLES: key('ROLES', 'all', someRoles, 'discover,send', `which of ${roles.join(', ')} this process runs`),
  HTTP_HOST: key('HTTP_HOST', '127.0.0.1', hostName, '127.0.0.1', 'where health, metrics and pages are served'),
  HTTP_PORT: key('HTTP_PORT', '8686', wholeNumber(0, 65535), '8686', '0 is any free port, printed in the log'),
  ADMIN_TOKEN: key(
    'ADMIN_TOKEN',
    null,
    oneWord(16),
    'at-least-16-random-characters',
    'opens everything but /healthz; required when HTTP_HOST is not loopback',
    { withoutIt: 'nobody is asked for a token', mayBeInFile: true },
  ),
  LOG_LEVEL: key(
    'LOG_LEVEL',
    'info',
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
    'info',
    'what is logged: trace, debug, info, warn, error or fatal',
  ),
  LOG_FORMAT: key('LOG_FORMAT', null, oneOf(['json', 'pretty']), 'json', '`json` or `pretty`', {
    withoutIt: 'json; pretty on a terminal',
  }),
  DISCOVER_EVERY: key('DISCOVER_EVERY', '5m', durationBetween('100ms', '1d'), '5m', 'how often orders are read'),
  SWEEP_EVERY: key('SWEEP_EVERY', '30s', durationBetween('100ms', '1h'), '30s', 'how often due orders are rung for'),
  RECHECK_EVERY: key(
    'RECHECK_EVERY',
    '24h',
    durationBetween('100ms', '7d'),
    '24h',
    'how soon an order is looked at again when Amazon said "not yet"',
  ),
  QUEUE_HORIZON: key(
    'QUEUE_HORIZON',
    '1h',
    durationBetween('1s', '7d'),
    '1h',
    'how far ahead the queue is filled; less where many accounts have backlogs, as one sweep hands out some 30,000 wake-ups',
  ),
  REQUEST_TIMEOUT: key(
    'REQUEST_TIMEOUT',
    '20s',
    durationBetween('100ms', '2m'),
    '20s',
    'the whole of one call to Amazon; shorter than CLAIM_LEASE',
    { withoutIt: '20s, or half of CLAIM_LEASE where that is shorter' },
  ),
  CLAIM_LEASE: key(
    'CLAIM_LEASE',
    '2m',
    durationBetween('200ms', '1h'),
    '2m',
    'how long a process may hold the right to ask for one order',
  ),
  SETTLE_LOOKS: key(
    'SETTLE_LOOKS',
    '15m,24h',
    settleLooks,
    '15m,24h',
    'when to look what became of a request whose answer was lost; at least two, counted from the request',
  ),
  CATCH_UP_DAYS: key(
    'CATCH_UP_DAYS',
    '30',
    wholeNumber(1, 730),
    '30',
    'how far back the first reading of orders goes; Amazon keeps two years',
  ),
  WINDOW_MARGIN: key(
    'WINDOW_MARGIN',
    '1h',
    durationBetween('0s', '10d'),
    '1h',
    "how long before the end of Amazon's window the last request goes out",
  ),
  TRANSIT_DAYS: key(
    'TRANSIT_DAYS',
    transitDaysText,
    transitDays,
    'STANDARD:5,FREE_ECONOMY:8',
    'days from shipping to delivery by service level, where Amazon tells nothing better; what is not named keeps its default',
  ),
  LEDGER_GONE_EXIT: key(
    'LEDGER_GONE_EXIT',
    '10m',
    durationBetween('1s', '1d'),
    '10m',
    'after so long without the ledger the process ends with status 1, so that whoever supervises it notices',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: key(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    null,
    wholeWebUrl,
    'http://127.0.0.1:4318',
    'OpenTelemetry collector (OTLP over HTTP) that gets traces of queue and pages',
    { withoutIt: 'no traces' },
  ),
} as const;

const amazonKeys = {
  SP_API_ENDPOINT: key(
    'SP_API_ENDPOINT',
    null,
    webOrigin,
    'http://127.0.0.1:9090',
    'another host in place of SP-API: scheme, host and port only; needs LWA_ENDPOINT',
    { withoutIt: "Amazon's own for the region" },
  ),
  LWA_ENDPOINT: key(
    'LWA_ENDPOINT',
    null,
    wholeWebUrl,
    'http://127.0.0.1:9090/auth/o2/token',
    "the whole URL of another token service in place of Amazon's; needs SP_API_ENDPOINT",
    { withoutIt: "Amazon's own" },
  ),
  ALLOW_CUSTOM_ENDPOINT: key(
    'ALLOW_CUSTOM_ENDPOINT',
    'no',
    yesOrNo,
    'yes',
    'consent to send credentials to an endpoint that is neither Amazon nor on this machine',
  ),
  SP_API_SANDBOX: key('SP_API_SANDBOX', 'no', yesOrNo, 'yes', "Amazon's static sandbox in place of production"),
} as const;

const accountKeys = {
  LWA_CLIENT_ID: key(
    'LWA_CLIENT_ID',
    null,
    oneWord(1),
    'amzn1.application-oa2-client.0123456789abcdef',
    'client id of the SP-API application',
    { place: 'account-or-all', mayBeInFile: true },
  ),
  LWA_CLIENT_SECRET: key(
    'LWA_CLIENT_SECRET',
    null,
    oneWord(1),
    'amzn1.oa2-cs.v1.0123456789abcdef',
    'client secret of the SP-API application; Amazon wants a new one every 180 days',
    { place: 'account-or-all', mayBeInFile: true },
  ),
  LWA_SECRET_ROTATED_ON: key(
    'LWA_SECRET_ROTATED_ON',
    null,
    calendarDate,
    '2026-11-01',
    'the day (UTC) the client secret was made; 180 days later Amazon refuses it',
    { place: 'account-or-all', withoutIt: 'no alarm before the secret expires' },
  ),
  LWA_REFRESH_TOKEN: key(
    'LWA_REFRESH_TOKEN',
    null,
    oneWord(1),
    'Atzr|IwEBIA...',
    "the selling partner's authorisation of that application",
    { place: 'account', mayBeInFile: true },
  ),
  SP_API_REGION: key(
    'SP_API_REGION',
    null,
    oneOf(['na', 'eu', 'fe']),
    'eu',
    '`na` (Americas), `eu` (Europe, Middle East, Africa, India) or `fe` (Far East)',
    { place: 'account' },
  ),
  MARKETPLACES: key(
    'MARKETPLACES',
    null,
    someMarketplaces,
    'DE,FR,UK',
    "Amazon's country codes of the region; UK, not GB",
    { place: 'account' },
  ),
} as const;

/** The keys as the documentation groups them. */
export const keyGroups = {
  process: processKeys,
  alarms: alarmKeys,
  amazon: amazonKeys,
  account: accountKeys,
  rules: ruleKeys,
} as const satisfies Record<string, Readonly<Record<string, Key>>>;

/**
 * Every key askonce knows, in the order of the documentation. The only place for defaults, bounds and examples: the
 * reader, the check for unknown keys and the documentation are made from it.
 */
export const keys = { ...processKeys, ...alarmKeys, ...amazonKeys, ...accountKeys, ...ruleKeys } as const;
