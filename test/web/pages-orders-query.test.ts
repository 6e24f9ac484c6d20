import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ListPosition } from '../../src/ledger/order-list.js';
import { ordersPath, readOrdersQuery } from '../../src/web/pages/orders-query.js';
import { at, GERMANY } from '../support/builders.js';

const place = { listedAt: at('2026-03-01T10:00:00.123Z'), orderId: '302-0000001-0000001' };

function queryOf(path: string): Record<string, string> {
  return Object.fromEntries(new URL(path, 'http://askonce').searchParams);
}

test.each<[string, ListPosition]>([
  ['the first page', { kind: 'first' }],
  ['the last page', { kind: 'last' }],
  ['the page after an order', { kind: 'after', place }],
  ['the page before an order', { kind: 'before', place }],
])('the address of %s, with every filter, is read as it was written', (_name, where) => {
  const asked = {
    account: 'tea & "co"',
    marketplace: 'DE',
    state: 'sent',
    reason: '-',
    from: '2026-02-28',
    to: '2026-03-01',
  };

  const query = readOrdersQuery(queryOf(ordersPath(asked, where)));

  expect(query).toEqual({
    kind: 'list',
    asked,
    where,
    filter: {
      account: 'tea & "co"',
      marketplaceId: GERMANY,
      state: 'sent',
      reason: null,
      from: at('2026-02-28T00:00:00Z'),
      until: at('2026-03-02T00:00:00Z'),
    },
  });
});

test('a place in the list does not show that it is a time and an id', () => {
  expect(ordersPath({}, { kind: 'after', place })).not.toContain('302-');
});

test('nothing chosen is no filter, and names that are not known say nothing', () => {
  expect(readOrdersQuery({ account: '', state: '', from: '', utm_source: 'mail' })).toEqual({
    kind: 'list',
    asked: {},
    filter: {},
    where: { kind: 'first' },
  });
});

test('an order id is searched for without what was copied around it', () => {
  expect(readOrdersQuery({ order: ' 302-0000001-0000001\t'.replace('\t', ' ') })).toEqual({
    kind: 'search',
    text: '302-0000001-0000001',
  });
});

describe('an address is refused, in words, when', () => {
  const cursor = new URL(ordersPath({}, { kind: 'after', place }), 'http://askonce').searchParams.get('after') ?? '';
  const packed = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['the state is none', { state: 'sent; drop table' }],
    ['a date is none', { from: '2026-02-30' }],
    ['a date has a time', { to: '2026-02-28T00:00:00Z' }],
    ['a date lies in another age', { from: '0001-01-01' }],
    ['a filter is given twice', { account: ['tea', 'mugs'] }],
    ['a filter is a whole object', { account: { name: 'tea' } }],
    ['a filter is too long', { reason: 'x'.repeat(201) }],
    ['a filter holds a NUL', { account: 'tea\0' }],
    ['a filter holds half a character', { account: '\ud800' }],
    ['the place was cut', { after: cursor.slice(0, 10) }],
    ['the place was changed', { after: `${cursor}A` }],
    ['the place is none', { before: 'next' }],
    ['the place is a page number', { after: '2' }],
    ['the place lies after all time', { after: packed('999999999999999 302-0000001-0000001') }],
    ['the place is no number', { after: packed('NaN 302-0000001-0000001') }],
    ['the place holds a NUL', { after: packed('1772359200123 302\0') }],
    ['there are two places', { after: cursor, before: cursor }],
    ['the place at the end is another', { at: 'middle' }],
  ])('%s', (_name, query) => {
    expect(readOrdersQuery(query)).toMatchObject({ kind: 'malformed', problem: expect.stringMatching(/^.+\.$/) });
  });

  test('it is anything at all, which never throws', () => {
    const names = fc.constantFrom(
      'order',
      'account',
      'marketplace',
      'state',
      'reason',
      'from',
      'to',
      'after',
      'before',
      'at',
    );
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.array(fc.string()));

    fc.assert(fc.property(fc.dictionary(names, texts), (query) => void readOrdersQuery(query)));
  });
});
