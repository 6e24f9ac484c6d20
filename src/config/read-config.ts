import { resolve } from 'node:path';
import { Duration } from 'luxon';
import { readAccounts } from './accounts.js';
import type { Config, ConfigProblem, Secret } from './config.js';
import { checkAdminToken, checkEndpoints, checkTimeout, checkWindow } from './contradictions.js';
import { parseEnvText } from './env-file.js';
import { deepFreeze } from './freeze.js';
import type { Key } from './key.js';
import { keys } from './keys.js';
import { environmentLayer, type Layer, makeLayer } from './layer.js';
import { Problems } from './problems.js';
import { readText } from './read-text.js';
import { secret } from './secret.js';
import { type Setting, settingOf, spots } from './setting.js';

export interface ConfigInput {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `.env` is looked for and relative paths of the environment start. */
  readonly cwd: string;
  /** Instead of `.env`; then it must be there. */
  readonly envFile?: string | undefined;
  /** Whether a person watches the log. */
  readonly terminal: boolean;
}

export type ConfigReading =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly ConfigProblem[] };

/** Reads and checks everything before anything starts: a whole configuration, or every problem there is. */
export function readConfig(input: ConfigInput): ConfigReading {
  const problems = new Problems();
  const layers = [environmentLayer(input.environment, input.cwd, problems), fileLayer(input, problems)];
  const setting = <T>(key: Key<T, string>): Setting<T> => settingOf(key, spots(key, layers));
  const optional = <T>(key: Key<T>): Setting<T | null> => settingOf(key, spots(key, layers));

  const claimLease = setting(keys.CLAIM_LEASE);
  const requestTimeout = timeoutWithin(claimLease, setting(keys.REQUEST_TIMEOUT));
  const endpoints = {
    spApi: optional(keys.SP_API_ENDPOINT),
    lwa: optional(keys.LWA_ENDPOINT),
    allowed: setting(keys.ALLOW_CUSTOM_ENDPOINT),
    sandbox: setting(keys.SP_API_SANDBOX),
  };
  const host = setting(keys.HTTP_HOST);
  const adminToken = optional(keys.ADMIN_TOKEN);
  const windowMargin = setting(keys.WINDOW_MARGIN);
  const accountsDir = asPath(setting(keys.ACCOUNTS_DIR), input.cwd);
  const sendMode = setting(keys.SEND_MODE);
  const { accounts, waits } = readAccounts({ accountsDir, sendMode, shared: layers }, input.cwd, problems);

  checkAdminToken(host, adminToken, problems);
  checkTimeout(requestTimeout, claimLease, problems);
  checkWindow(waits, windowMargin, problems);
  checkEndpoints(endpoints, problems);

  const found = problems.all();
  if (found.length > 0) return { kind: 'problems', problems: found };
  const config: Config = {
    databaseUrl: hidden(optional(keys.DATABASE_URL)),
    redisUrl: hidden(optional(keys.REDIS_URL)),
    dataDir: asPath(setting(keys.DATA_DIR), input.cwd).value,
    accountsDir: accountsDir.value,
    sendMode: sendMode.value,
    roles: setting(keys.ROLES).value,
    http: { host: host.value, port: setting(keys.HTTP_PORT).value, adminToken: hidden(adminToken) },
    log: {
      level: setting(keys.LOG_LEVEL).value,
      format: optional(keys.LOG_FORMAT).value ?? (input.terminal ? 'pretty' : 'json'),
    },
    discoverEvery: setting(keys.DISCOVER_EVERY).value,
    sweepEvery: setting(keys.SWEEP_EVERY).value,
    recheckEvery: setting(keys.RECHECK_EVERY).value,
    queueHorizon: setting(keys.QUEUE_HORIZON).value,
    requestTimeout: requestTimeout.value,
    claimLease: claimLease.value,
    settleLooks: setting(keys.SETTLE_LOOKS).value,
    catchUpDays: setting(keys.CATCH_UP_DAYS).value,
    windowMargin: windowMargin.value,
    transitDays: setting(keys.TRANSIT_DAYS).value,
    ledgerGoneExit: setting(keys.LEDGER_GONE_EXIT).value,
    otlpEndpoint: optional(keys.OTEL_EXPORTER_OTLP_ENDPOINT).value,
    alarms: {
      webhookUrl: hidden(optional(keys.ALERT_WEBHOOK_URL)),
      webhookFormat: setting(keys.ALERT_WEBHOOK_FORMAT).value,
      every: setting(keys.ALERT_EVERY).value,
      repeat: setting(keys.ALERT_REPEAT).value,
      digestAt: setting(keys.ALERT_DIGEST_AT).value,
      feedSilentAfter: setting(keys.ALERT_FEED_SILENT_AFTER).value,
      nothingSentAfter: setting(keys.ALERT_NOTHING_SENT_AFTER).value,
      unknownAfter: setting(keys.ALERT_UNKNOWN_AFTER).value,
      deadlineWithin: setting(keys.ALERT_DEADLINE_WITHIN).value,
      deadlineBacklog: setting(keys.ALERT_DEADLINE_BACKLOG).value,
      eligibilityEmptyShare: setting(keys.ALERT_ELIGIBILITY_EMPTY_SHARE).value / 100,
      secretRotationWithin: setting(keys.ALERT_SECRET_ROTATION_WITHIN).value,
      clockSkew: setting(keys.ALERT_CLOCK_SKEW).value,
    },
    amazon: {
      spApiEndpoint: endpoints.spApi.value,
      lwaEndpoint: endpoints.lwa.value,
      sandbox: endpoints.sandbox.value,
    },
    accounts,
  };
  return { kind: 'ok', config: deepFreeze(config) };
}

function fileLayer({ cwd, envFile }: ConfigInput, problems: Problems): Layer {
  const path = resolve(cwd, envFile ?? '.env');
  const where = { source: envFile ?? '.env', folder: resolve(path, '..') };
  const file = readText(path);
  if ('text' in file) return makeLayer(where, parseEnvText(file.text, where.source, problems), problems);
  if (envFile !== undefined || file.trouble !== 'does not exist') {
    problems.add(where.source, 'file', file.trouble, 'name a file that this user may read, e.g. --env-file ./live.env');
  }
  return { ...where, entries: new Map() };
}

/** The default timeout gives way to a short lease; a timeout that was given does not, see {@link checkTimeout}. */
function timeoutWithin(lease: Setting<Duration>, timeout: Setting<Duration>): Setting<Duration> {
  const half = Math.floor(lease.value.toMillis() / 2);
  return timeout.given || timeout.value.toMillis() <= half ? timeout : { ...timeout, value: Duration.fromMillis(half) };
}

/** A relative path in a file starts at that file's folder, any other at `cwd`. */
function asPath(setting: Setting<string>, cwd: string): Setting<string> {
  return { ...setting, value: resolve(setting.given ? setting.folder : cwd, setting.value) };
}

function hidden({ value }: Setting<string | null>): Secret | null {
  return value === null ? null : secret(value);
}
