import { expect, test } from '@jest/globals';
import type { OrderTruth, Truth } from '../../src/simulator/truth.js';
import { disagreements, type LedgerLine } from '../support/scenario-agreement.js';

/** What the scenarios rest on: an oracle that finds nothing would let everything pass. */

const at = (second: number) => `2026-03-10T12:00:${String(second).padStart(2, '0')}.000Z`;

type Post = OrderTruth['posts'][number];

function aPost(post: Partial<Post> = {}): Post {
  return {
    at: at(10),
    requestId: 'r',
    account: 'north',
    decision: 'accepted',
    why: null,
    status: 201,
    fault: null,
    ...post,
  };
}

function truthOf(order: Partial<OrderTruth> = {}, account: Partial<Truth['accounts'][number]> = {}): Truth {
  const tally = {
    searches: 1,
    orderReads: 0,
    looks: 1,
    posts: 1,
    accepted: 1,
    throttled: 0,
    forbidden: 0,
    tokenCalls: 1,
    tokensIssued: 1,
    personalDataRequests: 0,
    wrongUserAgent: 0,
  };
  return {
    at: at(30),
    strangers: 0,
    accounts: [{ account: 'north', ...tally, ...account }],
    orders: [
      {
        orderId: 'A',
        account: 'north',
        marketplaceId: 'ATVPDKIKX0DER',
        kind: 'custom',
        fulfilledBy: 'AMAZON',
        deliveredAt: null,
        opensAt: null,
        closesAt: null,
        askedElsewhereAt: null,
        standing: 'already-requested',
        looks: 1,
        accepted: 1,
        acceptedAt: at(10),
        posts: [aPost()],
        ...order,
      },
    ],
  };
}

function line(ledger: Partial<LedgerLine> = {}): LedgerLine {
  const sent = { state: 'sent', reason: null, how: 'accepted', askAt: at(1), sentAt: at(10), posts: 1 };
  return { orderId: 'A', account: 'north', ...sent, ...ledger };
}

const unsent = { accepted: 0, acceptedAt: null, posts: [] };
const held = { state: 'scheduled', how: null, sentAt: null, posts: 0 };
const lost = aPost({ at: at(1), decision: 'refused', status: null, fault: 'reset' });

test('an order that was accepted and is on record as sent is in agreement', () => {
  expect(disagreements(truthOf(), [line()], { undecidedForMs: 3_000 })).toEqual([]);
});

test.each<[string, Truth, LedgerLine[], RegExp]>([
  ['an accepted order that is not in the ledger', truthOf(), [], /not in the ledger/],
  [
    'an accepted order that is not on record as sent',
    truthOf(),
    [line({ ...held, posts: 1, reason: 'x' })],
    /accepted, but/,
  ],
  ['an order on record as sent that was never accepted', truthOf(unsent), [line()], /never accepted/],
  [
    'a POST after an acceptance',
    truthOf({ posts: [aPost(), aPost({ at: at(20) })] }),
    [line({ posts: 2 })],
    /second POST/,
  ],
  [
    'a POST while the first was undecided',
    truthOf({ posts: [lost, aPost({ at: at(3) })] }),
    [line({ posts: 2 })],
    /fate was open/,
  ],
  ['a POST that the ledger does not know', truthOf(), [line({ posts: 0 })], /on record/],
  ['a fate that is open', truthOf(unsent), [line({ ...held, state: 'unknown', reason: 'answer-lost' })], /still open/],
  ['no reason and no time', truthOf(unsent), [line(held)], /without a reason/],
  [
    'a due order that was not asked',
    truthOf({ ...unsent, standing: 'open' }),
    [line({ ...held, reason: 'x' })],
    /due, and not asked/,
  ],
  ['a wrong time', truthOf(), [line({ sentAt: at(15) })], /on record as sent at/],
  ['an order that Amazon does not know', truthOf(), [line(), line({ orderId: 'B' })], /no such order/],
  ['a request for personal data', truthOf({}, { personalDataRequests: 1 }), [line()], /personal data/],
  ['a wrong User-Agent', truthOf({}, { wrongUserAgent: 1 }), [line()], /User-Agent/],
  ['a request too many', truthOf({}, { throttled: 1 }), [line()], /pace/],
])('%s is found', (_, truth, lines, complaint) => {
  expect(disagreements(truth, lines, { undecidedForMs: 3_000 }).join('; ')).toMatch(complaint);
});

test('a POST after one that Amazon had certainly not taken, or that had its time to settle, is in order', () => {
  const throttled = aPost({ at: at(9), decision: 'refused', status: 429 });
  for (const posts of [
    [throttled, aPost()],
    [lost, aPost()],
  ]) {
    expect(disagreements(truthOf({ posts }), [line({ posts: 2 })], { undecidedForMs: 3_000 })).toEqual([]);
  }
});
