import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Duration } from 'luxon';
import { type AfterAnswer, type Asked, afterAnswer } from '../../src/policy/answer.js';
import type { AccountTrouble, AskOutcome } from '../../src/policy/outcome.js';
import { at } from '../support/builders.js';

const closesAt = at('2026-03-31T12:00:00Z');
const openStill = closesAt.minus({ days: 10 });
const lastMillisecond = closesAt.minus(1);

const kinds = {
  accepted: { kind: 'accepted' },
  'already-requested': { kind: 'already-requested' },
  'not-available': { kind: 'not-available' },
  'outside-window': { kind: 'outside-window' },
  throttled: { kind: 'throttled' },
  'not-sent': { kind: 'not-sent', cause: 'connection-refused' },
  'account-trouble': { kind: 'account-trouble', trouble: 'denied' },
  rejected: { kind: 'rejected', status: 400 },
  unknown: { kind: 'unknown', cause: 'timeout' },
} as const satisfies { [K in AskOutcome['kind']]: Extract<AskOutcome, { kind: K }> };

function answered(outcome: AskOutcome, now = openStill, asked: Partial<Asked> = {}): AfterAnswer {
  const intent = { intentAt: now.minus({ seconds: 1 }), closesAt, posts: 1, earlierDoubt: false, ...asked };
  const rules = {
    looks: [Duration.fromObject({ minutes: 15 }), Duration.fromObject({ hours: 24 })],
    recheckEvery: Duration.fromObject({ hours: 24 }),
    retryAt: now.plus({ seconds: 10 }),
  };
  return afterAnswer(outcome, intent, rules, now);
}

/** The state and how we know, or why. */
function inShort(after: AfterAnswer): string {
  return `${after.state}, ${after.state === 'sent' ? after.knownBy : after.reason}`;
}

test.each<[keyof typeof kinds, { open: string; closed: string; openDoubted: string; closedDoubted: string }]>([
  ['accepted', always('sent, accepted')],
  ['already-requested', doubted('refused, asked-elsewhere', 'sent, already-asked')],
  ['not-available', doubted('scheduled, not-available', 'sent, already-asked')],
  ['outside-window', closing('scheduled, outside-window', 'expired, window-closed')],
  ['throttled', always('scheduled, throttled')],
  ['not-sent', always('scheduled, not-sent')],
  ['account-trouble', always('scheduled, account-trouble')],
  ['rejected', always('scheduled, rejected')],
  ['unknown', always('unknown, answer-lost')],
])('%s', (kind, expected) => {
  const outcome = kinds[kind];

  const states = {
    open: inShort(answered(outcome, lastMillisecond)),
    closed: inShort(answered(outcome, closesAt)),
    openDoubted: inShort(answered(outcome, lastMillisecond, { earlierDoubt: true })),
    closedDoubted: inShort(answered(outcome, closesAt, { earlierDoubt: true })),
  };

  expect(states).toEqual(expected);
});

function always(state: string) {
  return { open: state, closed: state, openDoubted: state, closedDoubted: state };
}

function doubted(without: string, withDoubt: string) {
  return { open: without, closed: without, openDoubted: withDoubt, closedDoubted: withDoubt };
}

function closing(before: string, after: string) {
  return { open: before, closed: after, openDoubted: before, closedDoubted: after };
}

describe('when it is looked at again', () => {
  test.each<[string, AskOutcome, string]>([
    ['after a refusal of the order: in RECHECK_EVERY', kinds['not-available'], 'P1D'],
    ['after a request that Amazon does not understand: in RECHECK_EVERY', kinds.rejected, 'P1D'],
    ['outside the window: in RECHECK_EVERY', kinds['outside-window'], 'P1D'],
    ['throttled: as soon as the pace allows', kinds.throttled, 'PT10S'],
    ['not sent: soon', kinds['not-sent'], 'PT10S'],
    ['trouble with the account: soon', kinds['account-trouble'], 'PT10S'],
    ['an answer that got lost: at the first look after the request', kinds.unknown, 'PT14M59S'],
  ])('%s', (_name, outcome, expected) => {
    const after = answered(outcome);

    expect('lookAt' in after ? after.lookAt.toISO() : null).toBe(openStill.plus(Duration.fromISO(expected)).toISO());
  });

  test('an answer that got lost just before the end is looked into at the end', () => {
    const after = answered(kinds.unknown, closesAt.minus({ minutes: 2 }));

    expect(after).toEqual({ state: 'unknown', reason: 'answer-lost', lookAt: closesAt });
  });
});

describe('whether the request counts as one that reached Amazon', () => {
  test.each<[string, AskOutcome, boolean]>([
    ['throttled', kinds.throttled, true],
    ['a refusal of the order', kinds['not-available'], true],
    ['a refusal of the request', kinds.rejected, true],
    ['no connection', kinds['not-sent'], false],
    ['access denied', { kind: 'account-trouble', trouble: 'denied' }, true],
    ['an access token refused', { kind: 'account-trouble', trouble: 'token-expired' }, true],
    ['an expired secret', { kind: 'account-trouble', trouble: 'secret-expired' }, true],
    ['no token, because the token service is down', { kind: 'account-trouble', trouble: 'token-unavailable' }, false],
    ['no token, because the refresh token is refused', { kind: 'account-trouble', trouble: 'revoked' }, false],
    ['no token, because the client is refused', { kind: 'account-trouble', trouble: 'bad-client' }, false],
  ])('%s', (_name, outcome, reached) => {
    expect(answered(outcome)).toMatchObject({ state: 'scheduled', reachedAmazon: reached });
  });
});

const troubles: readonly AccountTrouble[] = [
  'token-unavailable',
  'denied',
  'token-expired',
  'secret-expired',
  'revoked',
  'bad-client',
];

const anyOutcome: fc.Arbitrary<AskOutcome> = fc.oneof(
  fc.constantFrom<AskOutcome>(...Object.values(kinds)),
  fc.record({ kind: fc.constant('account-trouble' as const), trouble: fc.constantFrom(...troubles) }),
  fc.record({ kind: fc.constant('rejected' as const), status: fc.constantFrom(400, 404, 413, 415) }),
);

const anyCase = fc.record({
  outcome: anyOutcome,
  earlierDoubt: fc.boolean(),
  minutesBeforeClose: fc.integer({ min: -2_000, max: 40_000 }),
});

test('an answer that got lost never frees the order for another request', () => {
  const property = fc.property(anyCase, ({ earlierDoubt, minutesBeforeClose }) => {
    const after = answered(kinds.unknown, closesAt.minus({ minutes: minutesBeforeClose }), { earlierDoubt });

    expect(after.state).toBe('unknown');
  });

  fc.assert(property, { numRuns: 10_000 });
});

test('nothing counts as sent but what Amazon accepted or says was asked already', () => {
  const property = fc.property(anyCase, ({ outcome, earlierDoubt, minutesBeforeClose }) => {
    const after = answered(outcome, closesAt.minus({ minutes: minutesBeforeClose }), { earlierDoubt });

    const proven =
      outcome.kind === 'accepted' ||
      (earlierDoubt && (outcome.kind === 'already-requested' || outcome.kind === 'not-available'));
    expect(after.state === 'sent').toBe(proven);
  });

  fc.assert(property, { numRuns: 10_000 });
});
