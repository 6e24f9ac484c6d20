import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keys } from '../../src/config/keys.js';
import { describeProblems } from '../../src/config/problems.js';
import { readConfig } from '../../src/config/read-config.js';
import { secret } from '../../src/config/secret.js';
import { anAccount, configFrom, env, inFolder } from './folder.js';

test('a secret shows itself to reveal() only', () => {
  const hidden = secret('swordfish');

  expect(hidden.reveal()).toBe('swordfish');
  for (const text of [`${hidden}`, JSON.stringify({ hidden }), inspect({ hidden }, { depth: 9, showHidden: true })]) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('swordfish');
  }
});

test('a printed configuration holds no secret', () => {
  const config = configFrom(
    env({ ADMIN_TOKEN: 'correct-horse-battery', DATABASE_URL: 'postgres://me:hunter22@db/askonce' }),
  );

  for (const text of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })]) {
    expect(text).not.toMatch(/battery|hunter22|swordfish|opensesame/);
  }
});

test('the configuration cannot be changed', () => {
  const config = configFrom(env({ EXCEPT_SKUS: 'a', MAX_PER_DAY: '5' }));
  const account = config.accounts[0];
  const rules = account?.rules.A1PA6795UKMFR9;
  const filters = account?.filters.A1PA6795UKMFR9;
  const cap = account?.caps.A1PA6795UKMFR9?.maxPerDay;

  for (const part of [rules, filters, cap]) expect(part).toBeDefined();
  for (const part of [config, config.http, config.accounts, account, account?.marketplaces[0]]) {
    expect(() => Object.assign(part as object, { extra: 1 })).toThrow(TypeError);
  }
  for (const part of [rules, rules?.hours[0], filters, filters?.exceptSkus, cap, cap?.marketplaceIds]) {
    expect(() => Object.assign(part as object, { extra: 1 })).toThrow(TypeError);
  }
  expect(() => (config.roles as Set<string>).add('cook')).toThrow(TypeError);
  expect(() => (rules?.weekdays as Set<number> | undefined)?.clear()).toThrow(TypeError);
  expect(() => (filters?.fulfilledBy as Set<string> | undefined)?.clear()).toThrow(TypeError);
  expect(() => (filters?.exceptPrograms as Set<string> | undefined)?.add('PRIME')).toThrow(TypeError);
});

const keysOfSecrets = ['LWA_CLIENT_SECRET', 'LWA_REFRESH_TOKEN', 'ADMIN_TOKEN', 'DATABASE_URL', 'REDIS_URL'];
/** Shapes in which a secret ends up in an env file by a slip of the hand. */
const slips: readonly ((key: string, value: string) => string)[] = [
  (key, value) => `${key}=${value}`,
  (key, value) => `${key}='${value}`,
  (key, value) => `${key}="${value}" x`,
  (key, value) => `${key} ${value}`,
  (key, value) => `${key}: ${value}`,
  (_key, value) => value,
  (_key, value) => `${value}=`,
  (key, value) => `${key}_FILE=${value}`,
  (key, value) => `${key}=${value}\nSP_API_REGION=${value}\nMARKETPLACES=DE,${value}`,
  (key, value) => `${key}=${value}\nSEND_MODE=${value}\n${key}_FILE=./${value}`,
  (_key, value) => `SP_API_ENDPOINT=https://user:${value}@example.com/`,
  (_key, value) => `LWA_ENDPOINT=https://user:${value}@example.com/token#x`,
  (key, value) => `${key}=postgres://user:${value}@/@example.com:port/`,
];

test('problems never show a secret, wherever it was pasted', () => {
  const secrets = fc
    .stringMatching(/^[a-z0-9][A-Za-z0-9+/|._-]{9,40}$/)
    .map((text) => `zq${text}`)
    // What dotenv strips from a value would not be the secret any more.
    .filter((text) => !text.endsWith('.'));

  fc.assert(
    fc.property(secrets, fc.constantFrom(...keysOfSecrets), fc.constantFrom(...slips), (value, key, slip) => {
      const { [key as keyof typeof anAccount]: _replaced, ...others } = anAccount;
      const lines = Object.entries(others)
        .filter(([name]) => !['SP_API_REGION', 'MARKETPLACES'].includes(name))
        .map(([name, text]) => `${name}=${text}`);
      const file = [...lines, slip(key, value), 'NONSENSE=1'].join('\n');

      const reading = inFolder({ files: { '.env': file } }, readConfig);

      if (reading.kind === 'ok') throw new Error('NONSENSE was accepted');
      expect(describeProblems(reading.problems)).not.toContain(value);
      expect(describeProblems(reading.problems)).not.toMatch(/swordfish|opensesame/);
    }),
    { numRuns: 300 },
  );
});

test('a long value under a wrong key is not shown, whether it is a secret or not', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9][A-Za-z0-9+/|._-]{15,40}$/),
      fc.constantFrom(...Object.values(keys)),
      (value, { name }) => {
        const reading = inFolder(env({ [name]: value, NONSENSE: '1' }), readConfig);

        expect(reading.kind === 'problems' && describeProblems(reading.problems)).not.toContain(value);
      },
    ),
  );
});
