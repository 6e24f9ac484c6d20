import assert from 'node:assert/strict';
import type { OrderFacts } from '../../../src/policy/order.js';

/** What is kept of the words of an answer: short, one line, a text to any database, and nothing that names a person or opens a door. */
export function assertSaid(said: string | null): void {
  if (said === null) return;
  assert.ok(said.length <= 200, 'longer than 200 characters');
  assert.ok(isWellFormed(said), 'half a surrogate pair');
  assert.doesNotMatch(said, /\p{C}|[\r\n]/u, 'control characters');
  assert.doesNotMatch(said, /\S@|\bAtz[a-z]+\||\d{6}/, 'an address, a token or a long number');
}

/** False for half a surrogate pair, which no encoding can write. */
export function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

/** Facts that the ledger can hold. */
export function assertFacts(facts: OrderFacts): void {
  assert.match(facts.orderId, /^[A-Za-z0-9-]{3,40}$/);
  const { salesChannel, marketplaceId, serviceLevel, programs, packages, items } = facts;
  const texts = [
    salesChannel,
    marketplaceId,
    serviceLevel,
    ...programs,
    ...packages.map(({ detailedStatus }) => detailedStatus),
    ...items.flatMap(({ sku, asin }) => [sku, asin]),
  ];
  for (const text of texts) {
    if (text === null) continue;
    assert.ok(text.length <= 250, 'a text without end');
    assert.ok(isWellFormed(text) && !text.includes('\0'), 'a text that Postgres refuses');
  }
  assert.ok(packages.length <= 1_000 && items.length <= 1_000, 'too many');
  const instants = [
    facts.createdAt,
    facts.lastUpdatedAt,
    facts.promisedFrom,
    facts.promisedBy,
    ...packages.map(({ shippedAt }) => shippedAt),
  ];
  for (const instant of instants) {
    assert.ok(instant === null || (instant.isValid && instant.year >= 2000 && instant.year < 2100), 'no instant');
  }
}
