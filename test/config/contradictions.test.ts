import { expect, test } from '@jest/globals';
import { configFrom, env, problemsFrom } from './folder.js';

const here = { SP_API_ENDPOINT: 'http://127.0.0.1:9090', LWA_ENDPOINT: 'http://localhost:9090/token' };
const there = { SP_API_ENDPOINT: 'https://proxy.example', LWA_ENDPOINT: 'https://proxy.example/token' };

test.each([
  ['pages on every address', { HTTP_HOST: '0.0.0.0' }, 'HTTP_HOST', 'there is no ADMIN_TOKEN'],
  ['pages on a name', { HTTP_HOST: 'askonce.internal' }, 'HTTP_HOST', 'there is no ADMIN_TOKEN'],
  ['a long timeout', { REQUEST_TIMEOUT: '120s' }, 'REQUEST_TIMEOUT', '(2m)'],
  [
    'a long timeout and a short lease',
    { REQUEST_TIMEOUT: '10s', CLAIM_LEASE: '10s' },
    'REQUEST_TIMEOUT',
    'CLAIM_LEASE (10s)',
  ],
  ['no time left in the window', { ASK_AFTER_DAYS: '29', WINDOW_MARGIN: '1d' }, 'ASK_AFTER_DAYS', '30 days'],
  ['the same, narrowed', { ASK_AFTER_DAYS__DE: '29', WINDOW_MARGIN: '2d' }, 'ASK_AFTER_DAYS__DE', '30 days'],
  [
    'the same for some products',
    { ASK_AFTER_DAYS_FOR: 'A:9,B:29', WINDOW_MARGIN: '1d' },
    'ASK_AFTER_DAYS_FOR',
    '29 days and a WINDOW_MARGIN of 1d',
  ],
  [
    'the same product wanted and not, by SKU',
    { ONLY_SKUS: 'a-*,b', EXCEPT_SKUS: 'c,A-**' },
    'EXCEPT_SKUS',
    '"A-*" also stands in ONLY_SKUS',
  ],
  [
    'the same, by ASIN and in one marketplace',
    { ONLY_ASINS: 'B0*', EXCEPT_ASINS__FR: 'b0*' },
    'EXCEPT_ASINS__FR',
    '"B0*" also stands in ONLY_ASINS',
  ],
  ['only one endpoint', { SP_API_ENDPOINT: here.SP_API_ENDPOINT }, 'SP_API_ENDPOINT', 'real access token'],
  ['only the other', { LWA_ENDPOINT: here.LWA_ENDPOINT }, 'LWA_ENDPOINT', 'real client secret'],
  ['an endpoint in the sandbox', { ...here, SP_API_SANDBOX: 'yes' }, 'SP_API_SANDBOX', 'contradicts SP_API_ENDPOINT'],
  [
    'an endpoint elsewhere',
    { ...there, LWA_ENDPOINT: here.LWA_ENDPOINT },
    'SP_API_ENDPOINT',
    'credentials would be sent',
  ],
  [
    'clear text elsewhere, even with consent',
    { ...there, LWA_ENDPOINT: 'http://proxy.example/token', ALLOW_CUSTOM_ENDPOINT: 'yes' },
    'LWA_ENDPOINT',
    'clear text',
  ],
])('%s is a problem', (_name, keys, key, problem) => {
  expect(problemsFrom(env(keys))).toMatchObject([{ source: '.env', key, problem: expect.stringContaining(problem) }]);
});

test.each([
  ['pages elsewhere with a token', { HTTP_HOST: '0.0.0.0', ADMIN_TOKEN: 'correct-horse-battery' }],
  ['pages on this machine only', { HTTP_HOST: '127.8.8.8' }],
  ['pages on the IPv6 loopback', { HTTP_HOST: '[::1]' }],
  ['a timeout of half the lease', { REQUEST_TIMEOUT: '60s' }],
  ['29 days and the usual margin', { ASK_AFTER_DAYS: '29', WINDOW_MARGIN: '23h' }],
  ['29 days for some products', { ASK_AFTER_DAYS_FOR: 'A:29', WINDOW_MARGIN: '23h' }],
  ['products wanted but for some', { ONLY_SKUS: 'TEA-*', EXCEPT_SKUS: 'TEA-1', EXCEPT_ASINS: 'TEA*' }],
  ['wanted here and not there', { ONLY_SKUS__DE: 'TEA-*', EXCEPT_SKUS__FR: 'TEA-*' }],
  ['both endpoints on this machine', here],
  ['both endpoints elsewhere, with consent', { ...there, ALLOW_CUSTOM_ENDPOINT: 'yes' }],
  ['the sandbox', { SP_API_SANDBOX: 'yes' }],
])('%s is fine', (_name, keys) => {
  expect(configFrom(env(keys)).accounts).toHaveLength(1);
});

test('nothing is concluded from a value that could not be read', () => {
  expect(problemsFrom(env({ REQUEST_TIMEOUT: '90s', CLAIM_LEASE: 'long' }))).toMatchObject([{ key: 'CLAIM_LEASE' }]);
  expect(problemsFrom(env({ HTTP_HOST: '0.0.0.0', ADMIN_TOKEN: 'short' }))).toMatchObject([{ key: 'ADMIN_TOKEN' }]);
  expect(problemsFrom(env({ ONLY_SKUS: 'A,*', EXCEPT_SKUS: 'A' }))).toMatchObject([{ key: 'ONLY_SKUS' }]);
  expect(problemsFrom(env({ ...there, ALLOW_CUSTOM_ENDPOINT: 'perhaps' }))).toMatchObject([
    { key: 'ALLOW_CUSTOM_ENDPOINT' },
  ]);
});
