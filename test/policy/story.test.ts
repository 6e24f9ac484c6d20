import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from 'luxon';
import type { AskOutcome, LookOutcome } from '../../src/policy/outcome.js';
import { returningReasons, states } from '../../src/policy/review-request.js';
import { type ToldAttempt, type ToldOrder, tellStory } from '../../src/policy/story.js';
import { aDelivery, at } from '../support/builders.js';

const begins = at('2026-03-06T12:00:00Z');
const anyInstant: fc.Arbitrary<DateTime> = fc
  .integer({ min: 0, max: 60 * 24 * 60 })
  .map((minutes) => begins.plus({ minutes }));
const perhaps = fc.option(anyInstant);

const looks: LookOutcome['kind'][] = ['offered', 'gone', 'throttled', 'account-trouble', 'rejected', 'no-answer'];
const answers: AskOutcome['kind'][] = [
  ...(['accepted', 'already-requested', 'not-available', 'outside-window', 'throttled'] as const),
  ...(['not-sent', 'account-trouble', 'rejected', 'unknown'] as const),
];
const held = ['not-offered', 'throttled', 'not-sent', 'dry-run', 'max-per-day', 'catch-up-per-day', 'answer-lost'];
const ended = ['window-closed', 'never-shipped', 'never-delivered', 'fate-unknown', 'asked-elsewhere', 'suppressed'];
const anyReason = fc.option(
  fc.constantFrom(...returningReasons, ...held, ...ended, 'not-shipped', 'not-delivered', 'of-a-newer-version'),
);
const anyRule = fc.option(fc.constantFrom('wait-after-delivery', 'window-opens', 'asking-hours', 'deadline', 'other'));

const outcomes: Readonly<Record<ToldAttempt['kind'], readonly string[]>> = {
  order: [...states, 'not-found', 'unreadable', 'no-answer', 'account-trouble'],
  look: looks,
  claim: ['sending'],
  answer: answers,
  settle: [...looks, 'late-answer'],
  decision: states,
};

const anyAttempt: fc.Arbitrary<ToldAttempt> = fc
  .constantFrom(...(Object.keys(outcomes) as ToldAttempt['kind'][]))
  .chain((kind) =>
    fc.record({
      at: anyInstant,
      kind: fc.constant(kind),
      outcome: fc.constantFrom(...outcomes[kind], 'of-a-newer-version'),
      status: fc.option(fc.constantFrom(200, 201, 403, 429, 500)),
      requestId: fc.option(fc.constant('amzn-1')),
      detail: fc.option(
        fc.oneof(
          anyReason.map((reason) => reason ?? 'first'),
          anyReason.map((reason) => `rules-changed: ${reason ?? 'asking-hours'}`),
          fc.constantFrom('timeout', 'denied', 'worker-1', 'status-503', 'look-again', 'createdTime: missing or wrong'),
        ),
      ),
    }),
  );

const anyOrder: fc.Arbitrary<ToldOrder> = fc.record({
  account: fc.constant('tea'),
  state: fc.constantFrom(...states),
  reason: anyReason,
  rule: anyRule,
  fulfilledBy: fc.constantFrom('AMAZON', 'MERCHANT', null),
  seen: fc.record({ shippedSeenAt: perhaps, undeliveredAt: perhaps }),
  delivery: fc.option(
    fc
      .constantFrom('package-delivered' as const, 'promised' as const, 'transit-estimate' as const)
      .map((evidence) => aDelivery({ evidence })),
  ),
  opensAt: perhaps,
  closesAt: perhaps,
  askAt: perhaps,
  nextLookAt: perhaps,
  firstSeenAt: fc.constant(begins),
  factsAt: anyInstant,
  sentAt: perhaps,
  knownBy: fc.constantFrom('accepted', 'inferred', 'already-asked', null),
});

const anyPlace = fc.constantFrom(
  { marketplace: 'DE', zone: 'Europe/Berlin' },
  { marketplace: 'IN', zone: 'Asia/Kolkata' },
  null,
);

test('every order in every state has a story of whole sentences, in the order of time, with a line for each attempt', () => {
  const property = fc.property(anyOrder, fc.array(anyAttempt, { maxLength: 8 }), anyPlace, (order, attempts, place) => {
    const story = tellStory(order, attempts, place);

    const times = story.map((line) => line.at.toMillis());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const events = story.map(({ event }) => event);
    expect(events[0]).toBe('seen');
    expect(events.at(-1)).toBe(order.state);
    expect(events).toEqual(expect.arrayContaining(attempts.map(({ kind, outcome }) => `${kind}-${outcome}`)));
    expect(story).toHaveLength(2 + attempts.length + (order.delivery === null ? 0 : 1));
    for (const { text } of story) {
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(text).not.toMatch(/undefined|null|NaN|Invalid|\[object|\.\.|\s\s|\s[.,:]/);
    }
  });

  fc.assert(property, { numRuns: 5_000 });
});

test('an order whose window closed while a daily cap held it says which cap', () => {
  const closed = at('2026-04-04T11:00:00Z');
  const order: ToldOrder = {
    ...{ account: 'tea', state: 'expired', reason: 'window-closed', rule: null, fulfilledBy: 'AMAZON' },
    ...{ seen: { shippedSeenAt: null, undeliveredAt: null }, delivery: null, nextLookAt: null },
    ...{
      opensAt: begins,
      closesAt: closed,
      askAt: null,
      firstSeenAt: begins,
      factsAt: begins,
      sentAt: null,
      knownBy: null,
    },
  };
  const expired = { kind: 'decision', outcome: 'expired', status: null, requestId: null } as const;

  const story = tellStory(order, [{ ...expired, at: closed, detail: 'max-per-day' }], null);

  expect(story.find(({ event }) => event === 'decision-expired')).toMatchObject({
    text: expect.stringContaining('max-per-day'),
    rule: 'MAX_PER_DAY',
  });
});
