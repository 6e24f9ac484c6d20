import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readOrderList } from '../../../src/cli/order-list.js';
import { anyBytes, hostileText } from './foreign-text.js';
import { hostileProperty } from './property.js';

const pieces = fc.oneof(
  hostileText,
  fc.constantFrom(
    '302-0000001-0000001',
    'order-id',
    '"',
    '""',
    '"a',
    ',',
    ';',
    '\t',
    '\n',
    '\n',
    '\r',
    '\r\n',
    '#',
    '="',
  ),
);

const bytes = fc.oneof(
  { weight: 10, arbitrary: anyBytes },
  { weight: 20, arbitrary: fc.array(pieces, { maxLength: 60 }).map((all) => Buffer.from(all.join(''))) },
  {
    weight: 5,
    arbitrary: fc.array(pieces, { maxLength: 60 }).map((all) => Buffer.from(`\ufeff${all.join('')}`, 'utf16le')),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(pieces, { minLength: 1, maxLength: 4 })
      .map((all) => Buffer.from(all.join('').repeat(2_000).slice(0, 60_000))),
  },
);

export const listing = [
  hostileProperty(
    'a list of orders gives order ids and bad lines, each of them short and plain',
    8,
    fc.tuple(bytes, fc.integer({ min: 1, max: 5_000 })),
    async ([content, chunk]) => {
      async function* chunks() {
        for (let from = 0; from < content.length; from += chunk) yield content.subarray(from, from + chunk);
      }
      for await (const lines of readOrderList(chunks())) {
        for (const listed of lines) {
          if (listed.kind === 'order') assert.match(listed.orderId, /^[A-Za-z0-9-]{3,40}$/);
          else assert.match(listed.problem, /^[^\p{C}]{1,200}$/u);
        }
      }
    },
  ),
];
