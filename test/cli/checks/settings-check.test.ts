import { expect, test } from '@jest/globals';
import { DateTime, Duration } from 'luxon';
import { clockChecks } from '../../../src/cli/checks/clock-check.js';
import { settingsChecks } from '../../../src/cli/checks/settings-check.js';
import type { Config } from '../../../src/config/config.js';
import { readConfig } from '../../../src/config/read-config.js';

const now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });

function configured(environment: Readonly<Record<string, string>>): Config {
  const account = {
    LWA_CLIENT_ID: 'client',
    LWA_CLIENT_SECRET: 'secret',
    LWA_REFRESH_TOKEN: 'Atzr|token',
    SP_API_REGION: 'na',
    MARKETPLACES: 'US',
    LWA_SECRET_ROTATED_ON: '2026-03-01',
    ALERT_WEBHOOK_URL: 'https://hooks.example.com/x',
  };
  const reading = readConfig({ environment: { ...account, ...environment }, cwd: '/nowhere', terminal: false });
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

const found = (environment: Readonly<Record<string, string>>) =>
  settingsChecks(configured(environment), now)
    .filter(({ kind }) => kind !== 'ok')
    .map(({ name, kind }) => `${kind} ${name}`);

test('sound settings leave nothing to say', () => {
  expect(found({})).toEqual([]);
});

test.each([
  [
    'simulated Amazon, live',
    { SEND_MODE: 'live', SP_API_ENDPOINT: 'http://127.0.0.1:9', LWA_ENDPOINT: 'http://127.0.0.1:9/t' },
    'note settings: endpoints',
  ],
  [
    'an endpoint that is not Amazon',
    { ALLOW_CUSTOM_ENDPOINT: 'yes', SP_API_ENDPOINT: 'https://a.example', LWA_ENDPOINT: 'https://a.example/t' },
    'note settings: endpoints',
  ],
  ['the sandbox', { SP_API_SANDBOX: 'yes' }, 'note settings: endpoints'],
  [
    'a token of few characters on the network',
    { HTTP_HOST: '0.0.0.0', ADMIN_TOKEN: 'abababababababab' },
    'failed settings: ADMIN_TOKEN',
  ],
  ['the same on this machine', { ADMIN_TOKEN: 'abababababababab' }, 'note settings: ADMIN_TOKEN'],
  ['a lease of seconds', { CLAIM_LEASE: '3s' }, 'note settings: CLAIM_LEASE'],
  ['a lease of an hour', { CLAIM_LEASE: '1h' }, 'note settings: CLAIM_LEASE'],
  ['a log of everything', { LOG_LEVEL: 'trace' }, 'note settings: LOG_LEVEL'],
  ['a log of errors alone', { LOG_LEVEL: 'error' }, 'note settings: LOG_LEVEL'],
  ['alarms that nobody hears', { ALERT_WEBHOOK_URL: '' }, 'note settings: alarms'],
  ['a secret with two weeks to live', { LWA_SECRET_ROTATED_ON: '2025-10-05' }, 'failed default: client secret'],
  ['a secret that is over', { LWA_SECRET_ROTATED_ON: '2025-09-01' }, 'failed default: client secret'],
  ['a secret of unknown age', { LWA_SECRET_ROTATED_ON: '' }, 'note settings: client secret'],
])('%s is told', (_name, environment, expected) => {
  expect(found(environment)).toEqual([expected]);
});

test.each([
  ['all agree', { amazonAheadMs: 900, ledgerAheadMs: -900 }, ['ok', 'ok']],
  ['this machine is behind', { amazonAheadMs: 70_000, ledgerAheadMs: 70_000 }, ['failed', 'ok']],
  ['the ledger is ahead', { amazonAheadMs: 0, ledgerAheadMs: 70_000 }, ['ok', 'failed']],
  ['no ledger was heard', { amazonAheadMs: 0, ledgerAheadMs: null }, ['ok']],
  ['no Amazon was heard', { amazonAheadMs: null, ledgerAheadMs: 0 }, ['note']],
])('clocks: %s', (_name, readings, kinds) => {
  expect(clockChecks(readings, Duration.fromObject({ minutes: 1 })).map(({ kind }) => kind)).toEqual(kinds);
});
