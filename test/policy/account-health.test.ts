import { describe, expect, test } from '@jest/globals';
import { type AccountTroubleSeen, judgeTrouble } from '../../src/policy/account-health.js';
import type { AccountTrouble } from '../../src/policy/outcome.js';
import { at } from '../support/builders.js';

const now = at('2026-03-01T12:00:00Z');
const fifteenMinutesAgo = now.minus({ minutes: 15 });

/** An account that has failed for long enough, while nine others work. */
function trouble(seen: Partial<AccountTroubleSeen>): AccountTroubleSeen {
  return { trouble: 'denied', failures: 5, failingSince: fifteenMinutesAgo, accountsFailing: 1, accounts: 10, ...seen };
}

function judged(seen: Partial<AccountTroubleSeen>): string {
  const verdict = judgeTrouble(trouble(seen), 0, now);
  return verdict.kind === 'pause' ? `pause the ${verdict.scope}` : verdict.kind;
}

describe('what Amazon says outright', () => {
  test.each<[string, AccountTrouble, string]>([
    ['a refused refresh token', 'revoked', 'pause the account'],
    ['a refused client', 'bad-client', 'pause the application'],
  ])('%s pauses at the first failure, whatever the other accounts do', (_name, kind, expected) => {
    const first = { trouble: kind, failures: 1, failingSince: now };

    expect(judged(first)).toBe(expected);
    expect(judged({ ...first, accountsFailing: 10 })).toBe(expected);
  });
});

describe('a refusal that may pass', () => {
  test.each<[string, AccountTrouble, string]>([
    ['denied access', 'denied', 'pause the account'],
    ['a refused access token', 'token-expired', 'pause the account'],
    ['an expired secret', 'secret-expired', 'pause the application'],
  ])('%s pauses once it has lasted', (_name, kind, expected) => {
    expect(judged({ trouble: kind })).toBe(expected);
  });

  test.each<[string, Partial<AccountTroubleSeen>, string]>([
    ['the fifth failure, fifteen minutes after the first', {}, 'pause the account'],
    ['only four failures', { failures: 4 }, 'cool-down'],
    ['a millisecond less than fifteen minutes', { failingSince: fifteenMinutesAgo.plus(1) }, 'cool-down'],
    ['many failures at once', { failures: 1000, failingSince: now }, 'cool-down'],
  ])('%s', (_name, seen, expected) => {
    expect(judged(seen)).toBe(expected);
  });

  test.each<[string, AccountTrouble]>([
    ['denied access', 'denied'],
    ['a refused access token', 'token-expired'],
  ])('%s of many accounts at once is an outage: nobody is paused', (_name, kind) => {
    expect(judged({ trouble: kind, failures: 1000, accountsFailing: 10 })).toBe('cool-down');
  });

  test('an expired secret of many accounts at once pauses the application: its accounts fail together', () => {
    const verdict = judged({ trouble: 'secret-expired', failures: 1000, accountsFailing: 10 });

    expect(verdict).toBe('pause the application');
  });

  test.each([
    ['the only account there is', 1, 1, 'pause the account'],
    ['one of two', 1, 2, 'pause the account'],
    ['both of two', 2, 2, 'cool-down'],
    ['one of three', 1, 3, 'pause the account'],
    ['two of three', 2, 3, 'cool-down'],
    ['half of them', 5, 10, 'cool-down'],
    ['fewer than half', 4, 10, 'pause the account'],
  ])('%s fails', (_name, accountsFailing, accounts, expected) => {
    expect(judged({ accountsFailing, accounts })).toBe(expected);
  });
});

test('a token service that does not answer never pauses anybody', () => {
  const verdict = judged({ trouble: 'token-unavailable', failures: 1000, failingSince: now.minus({ days: 30 }) });

  expect(verdict).toBe('cool-down');
});

test('a cool-down grows with the failures in a row', () => {
  const first = judgeTrouble(trouble({ failures: 1 }), 0, now);
  const third = judgeTrouble(trouble({ failures: 3 }), 0, now);

  expect(first).toEqual({ kind: 'cool-down', until: now.plus({ seconds: 1 }) });
  expect(third).toEqual({ kind: 'cool-down', until: now.plus({ seconds: 4 }) });
});

test('a pause says what a person has to do', () => {
  const reasons = (['revoked', 'bad-client', 'denied', 'token-expired', 'secret-expired'] as const).map((kind) => {
    const verdict = judgeTrouble(trouble({ trouble: kind }), 0, now);
    return verdict.kind === 'pause' ? verdict.reason : '';
  });

  expect(reasons).toEqual([
    expect.stringContaining('authorise the application again'),
    expect.stringContaining('check or rotate the secret'),
    expect.stringContaining('check the Buyer Solicitation role'),
    expect.stringContaining('check the Buyer Solicitation role'),
    expect.stringContaining('rotate it'),
  ]);
});
