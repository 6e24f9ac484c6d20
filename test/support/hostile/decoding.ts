import assert from 'node:assert/strict';
import fc from 'fast-check';
import { tokenRefusal } from '../../../src/amazon/account-trouble.js';
import { decodeAsk, decodeLook } from '../../../src/amazon/answers.js';
import { callFacts } from '../../../src/amazon/call-facts.js';
import { decodeOrderLook, decodeOrdersPage } from '../../../src/amazon/orders-answers.js';
import { askAmazon } from '../../../src/amazon/token-service.js';
import { at } from '../builders.js';
import { anyBody, hostileText, nearMiss } from './foreign-text.js';
import { assertFacts, assertSaid } from './kept-text.js';
import { hostileProperty } from './property.js';
import { repeatedError, soundActions, soundError, soundOrder, soundPage } from './sound-answers.js';

const everyStatus = fc.oneof(
  fc.constantFrom(200, 201, 400, 401, 403, 404, 413, 415, 429, 500, 503),
  fc.integer({ min: 100, max: 599 }),
);

const errorBody = fc.oneof(
  { weight: 40, arbitrary: nearMiss(soundError) },
  { weight: 20, arbitrary: anyBody },
  { weight: 1, arbitrary: repeatedError },
);

/** What the words of an answer are, read without any of our code: letters only, escapes undone. */
function wordsOf(body: string): string {
  return body
    .replace(/\\u([0-9a-f]{4})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

const isWithin = (status: number, least: number, most: number): boolean => status >= least && status <= most;

/** What an answer to the POST must say for it to be taken so; everything else leaves the fate open. */
const asks = {
  accepted: ({ status }: Case) => status === 201,
  'already-requested': ({ words }: Case) => words.includes('already') && words.includes('requested'),
  'not-available': ({ words }: Case) => words.includes('notavailableforthisamazonorderid'),
  'outside-window': ({ words }: Case) => words.includes('outsidethe') && words.includes('dayrange'),
  throttled: ({ status, words }: Case) => status === 429 || words.includes('quotaexceeded'),
  'account-trouble': ({ status, words }: Case) =>
    status === 401 || /token|secret/.test(words) || words.includes('requestedresourceisdenied'),
  rejected: ({ status }: Case) => [400, 404, 413, 415].includes(status),
  unknown: ({ status }: Case) => status !== 201 && status !== 429,
} as const;

interface Case {
  readonly status: number;
  readonly words: string;
}

export const decoding = [
  hostileProperty(
    'an answer to the POST is taken for what it plainly says, and else leaves the fate open',
    30,
    fc.tuple(everyStatus, errorBody),
    ([status, body]) => {
      const { outcome, said } = decodeAsk({ status, body });

      assert.ok(outcome.kind !== 'not-sent', 'a request that was answered was sent');
      assert.ok(asks[outcome.kind]({ status, words: wordsOf(body) }), outcome.kind);
      assert.equal(outcome.kind === 'accepted', status === 201);
      if (status !== 201 && !isWithin(status, 400, 499)) assert.equal(outcome.kind, 'unknown');
      if (outcome.kind === 'unknown') assert.equal(outcome.cause, `status-${status}`);
      assertSaid(said);
    },
  ),
  hostileProperty(
    'a look learns something only from a whole answer of 200',
    15,
    fc.tuple(everyStatus, fc.oneof(nearMiss(fc.constant(soundActions)), errorBody)),
    ([status, body]) => {
      const { outcome, said } = decodeLook({ status, body });

      if (outcome.kind === 'offered' || outcome.kind === 'gone') {
        assert.equal(status, 200);
        assert.equal(typeof JSON.parse(body)._links, 'object');
      }
      if (outcome.kind === 'offered') assert.ok(wordsOf(body).includes('productreviewandsellerfeedback'));
      assertSaid(said);
    },
  ),
  hostileProperty(
    'a page of orders is read whole or not at all, and keeps nothing that is no fact',
    20,
    fc.tuple(everyStatus, fc.oneof(nearMiss(fc.constant(soundPage)), errorBody), fc.boolean()),
    ([given, body, continued]) => {
      const status = given % 2 === 0 ? 200 : given;
      const { outcome, said } = decodeOrdersPage({ status, body }, continued);

      assertSaid(said);
      if (outcome.kind === 'token-expired') assert.ok(status === 400 && continued);
      if (outcome.kind !== 'page') return;
      assert.equal(status, 200);
      assert.equal(outcome.orders.length + outcome.unreadable.length, JSON.parse(body).orders.length);
      outcome.orders.forEach(assertFacts);
      for (const { orderId, problem } of outcome.unreadable) {
        assert.match(orderId ?? 'none', /^[A-Za-z0-9-]{3,40}$/);
        assert.match(problem, /^[A-Za-z0-9.:; ]{1,300}$/);
      }
      assert.match(outcome.nextToken ?? 'none', /^[ -~]{1,8000}$/);
      assert.ok(outcome.readThrough === null || isWithin(outcome.readThrough.year, 2000, 2099));
    },
  ),
  hostileProperty(
    'one bad order of a page costs none of the others',
    10,
    fc.tuple(nearMiss(fc.constant(soundOrder)), fc.nat(3)),
    ([bad, place]) => {
      const good = [1, 2, 3].map((number) => ({ ...soundOrder, orderId: `303-0000000-000000${number}` }));
      const texts = good.map((order) => JSON.stringify(order));
      // What is no JSON breaks the whole page, and that is no page.
      texts.splice(place, 0, isJson(bad) ? bad : 'null');
      const { outcome } = decodeOrdersPage({ status: 200, body: `{"orders":[${texts.join(',')}]}` }, false);

      assert.ok(outcome.kind === 'page');
      const kept = outcome.orders.map(({ orderId }) => orderId).filter((id) => id.startsWith('303-'));
      assert.deepEqual(
        kept,
        good.map(({ orderId }) => orderId),
      );
    },
  ),
  hostileProperty(
    'one order is the one that was asked for',
    5,
    fc.tuple(everyStatus, nearMiss(fc.constant({ order: soundOrder }))),
    ([status, body]) => {
      const { outcome, said } = decodeOrderLook({ status, body }, soundOrder.orderId);

      assertSaid(said);
      if (outcome.kind === 'not-found') assert.equal(status, 404);
      if (outcome.kind !== 'order') return;
      assert.equal(status, 200);
      assert.equal(outcome.facts.orderId, soundOrder.orderId);
      assertFacts(outcome.facts);
    },
  ),
  hostileProperty(
    'only a plain no of the token service stops an account',
    5,
    fc.tuple(
      everyStatus,
      fc.oneof(errorBody, nearMiss(fc.constantFrom({ error: 'invalid_grant' }, { error: 'invalid_client' }))),
    ),
    ([status, body]) => {
      const trouble = tokenRefusal(status, body);

      if (trouble === 'token-unavailable') return;
      assert.ok(isWithin(status, 400, 499) && status !== 429);
      assert.match(wordsOf(body), trouble === 'bad-client' ? /invalidclient/ : /invalidgrant|unauthorizedclient/);
    },
  ),
  hostileProperty(
    'a token is one that fits into a header, and lives a day at most',
    5,
    fc.tuple(fc.oneof(hostileText, fc.anything(), fc.constant('Atza|IwEB')), fc.option(fc.date())),
    async ([token, expiresAt]) => {
      const now = at('2026-03-20T12:00:00Z');
      const auth = { getAccessToken: async () => token as string, expiresAt: expiresAt ?? undefined };
      const answer = await askAmazon(auth, { now: () => now });

      if (answer.kind !== 'token') return;
      assert.match(answer.token, /^[!-~]{1,4096}$/);
      assert.ok(answer.expiresAt > now && answer.expiresAt <= now.plus({ days: 1 }));
    },
  ),
  hostileProperty(
    'the facts of a call are believed only where they are sane',
    5,
    fc.tuple(
      everyStatus,
      fc.array(fc.oneof(hostileText, fc.constantFrom('0.5', '1000', '1e3', '0', '-1')), { minLength: 3, maxLength: 3 }),
    ),
    ([status, [requestId = '', rate = '', date = '']]) => {
      const headers = { 'x-amzn-requestid': requestId, 'x-amzn-ratelimit-limit': rate, date };
      const facts = callFacts({ status, headers }, 1.4, null);

      assert.match(facts.requestId ?? 'none', /^[\w.:=+/-]{1,100}$/);
      assert.ok(facts.rateLimit === null || (facts.rateLimit > 0 && facts.rateLimit <= 1_000));
      assert.ok(facts.amazonTime === null || facts.amazonTime.isValid);
    },
  ),
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
