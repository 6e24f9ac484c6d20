import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config/read-config.js';
import { secretsOf } from '../src/config/secrets-of.js';
import { createLog, type Log } from '../src/log.js';
import { Redaction } from '../src/redaction.js';
import { Canaries } from './support/canaries.js';

function logged(write: (log: Log) => void, format: 'json' | 'pretty' = 'json', redaction = new Redaction()): string {
  let text = '';
  const destination = { write: (lines: string) => (text += lines) };
  write(createLog({ level: 'debug', format, destination, redaction }));
  return text;
}

test('a line is one JSON object with its level, time and event', () => {
  const line = logged((log) => log.info('asked', { orderId: '902-1-1', at: new Date(0) }));

  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/Z$/),
    event: 'asked',
    orderId: '902-1-1',
    at: '1970-01-01T00:00:00.000Z',
  });
});

test('lines for people are written by the time the call returns', () => {
  expect(logged((log) => log.warn('throttled', { account: 'tea' }), 'pretty')).toMatch(/WARN.*throttled[\s\S]*tea/);
});

const canaries = new Canaries();
const environment = {
  LWA_CLIENT_ID: 'client',
  LWA_CLIENT_SECRET: canaries.add('client secret', (word) => `plain.${word}`),
  LWA_REFRESH_TOKEN: canaries.add('refresh token', (word) => `plain|${word}`),
  SP_API_REGION: 'na',
  MARKETPLACES: 'US',
  ADMIN_TOKEN: canaries.add('ADMIN_TOKEN', (word) => `admin.${word}.admin`),
  DATABASE_URL: `postgres://askonce:${encodeURIComponent(canaries.add('database password', (word) => `${word}/+@ü`))}@db/askonce`,
  REDIS_URL: `redis://:${canaries.add('Redis password', (word) => word)}@redis:6379`,
  ALERT_WEBHOOK_URL: `https://hooks.example.com/services/${canaries.add('webhook', (word) => word)}?key=${canaries.add('its key', (word) => word)}`,
};
const learnt = {
  access: `Atza|${canaries.add('access token', (word) => word)}`,
  refresh: `Atzr|${canaries.add('another refresh token', (word) => word)}`,
  secret: `amzn1.oa2-cs.v1.${canaries.add('another client secret', (word) => word)}`,
};

function redactionOf(): Redaction {
  const reading = readConfig({ environment, cwd: '/nowhere', terminal: false });
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  const redaction = new Redaction();
  redaction.learn(secretsOf(reading.config));
  return redaction;
}

/** Each secret in each place where one has been seen to turn up. */
function everywhere(secret: string): Record<string, unknown> {
  const error = new Error(`connect failed: ${secret}`, { cause: new Error(secret) });
  return {
    text: `it said "${secret}", and again ${secret}.`,
    address: `https://user:${encodeURIComponent(secret)}@host/path?x=${encodeURIComponent(secret)}`,
    header: `Authorization: Bearer ${secret}`,
    json: JSON.stringify({ secret }),
    deep: { list: [{ inner: [secret, { more: { and: { more: secret } } }] }] },
    error,
    [`key ${secret}`]: 1,
    toJson: { toJSON: () => ({ secret, text: secret }) },
    password: secret,
  };
}

test.each(['json', 'pretty'] as const)('no secret shows in a %s log, wherever it stands', (format) => {
  const secrets = [
    ...Object.values(environment)
      .slice(1)
      .filter((value) => value.length > 4),
    ...Object.values(learnt),
  ];
  const passwords = [
    decodeURIComponent(new URL(environment.DATABASE_URL).password),
    new URL(environment.REDIS_URL).password,
  ];
  const paths = [new URL(environment.ALERT_WEBHOOK_URL).pathname + new URL(environment.ALERT_WEBHOOK_URL).search];
  const text = logged(
    (log) => {
      for (const secret of [...secrets, ...passwords, ...paths]) log.error('unhandled', everywhere(secret));
    },
    format,
    redactionOf(),
  );

  expect(canaries.in(text)).toEqual([]);
  expect(text).toContain('[secret]');
});

test('without redaction the same search does find them', () => {
  const bare = JSON.stringify(everywhere(environment.ADMIN_TOKEN));

  expect(canaries.in(bare)).toEqual(['ADMIN_TOKEN']);
});

test('what is no secret stays as it is', () => {
  const facts = {
    orderId: '902-1234567-1234567',
    account: 'tea',
    url: 'http://127.0.0.1:8686',
    tokenFailures: 3,
    none: null,
  };

  expect(redactionOf().facts(facts)).toEqual(facts);
});
