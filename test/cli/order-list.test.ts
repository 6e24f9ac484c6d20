import { describe, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { type ListedLine, readOrderList } from '../../src/cli/order-list.js';

const A = '302-0000001-0000001';
const B = 'S01-0000002-0000002';
const C = '302-0000003-0000003';

/** In chunks, as a file is read. */
async function listOf(content: string | Uint8Array, chunk = Number.POSITIVE_INFINITY): Promise<ListedLine[]> {
  const bytes = Buffer.from(content);
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += chunk) yield bytes.subarray(from, from + chunk);
  }
  const lines: ListedLine[] = [];
  for await (const batch of readOrderList(chunks())) lines.push(...batch);
  return lines;
}

const order = (line: number, orderId: string): ListedLine => ({ kind: 'order', line, orderId });
const bad = (line: number, problem: string): ListedLine => ({ kind: 'bad', line, problem });
const unclosed = (line: number) => bad(line, 'a quote is opened and not closed');

describe('a list of orders', () => {
  test.each([
    ['one id per line', `${A}\n${B}\n`, [order(1, A), order(2, B)]],
    ['without a line end at the end', `${A}\n${B}`, [order(1, A), order(2, B)]],
    ['with the line ends of Windows', `${A}\r\n\r\n${B}\r\n`, [order(1, A), order(3, B)]],
    ['with the line ends of an old Mac', `${A}\r\r${B}\r`, [order(1, A), order(3, B)]],
    ['with blank lines, blanks and comments', `# asked\n\n  ${A} \n  # "more\n \t\n${B}`, [order(3, A), order(6, B)]],
    ['with a header that is no number', `Bestellnummer\n${A}`, [order(2, A)]],
    ['with its ids in quotes', `"${A}"\n="${B}"\n"=""${C}"""`, [order(1, A), order(2, B), order(3, C)]],
    ['with empty cells behind', `${A},,\n${B},,`, [order(1, A), order(2, B)]],
    ['of an id twice', `${A}\n${A}`, [order(1, A), order(2, A)]],
    ['of nothing', '', []],
    ['of nothing but blanks', '\n\n # \n', []],
  ])('%s', async (_name, content, expected) => {
    expect(await listOf(content)).toEqual(expected);
  });

  test.each([
    'order id',
    'Order ID',
    'order-id',
    'amazon-order-id',
    'amazonOrderId',
    'orderId',
    ' "AMAZON_ORDER_ID:" ',
  ])('takes the column %s', async (name) => {
    expect(await listOf(`sku,${name},other\n${B},${A},${C}\n`)).toEqual([order(2, A)]);
  });

  test.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('has its columns between %s', async (_name, delimiter) => {
    const rows = [
      ['name; of, it', 'order-id', 'n'],
      ['tea, "green"', A, '1'],
      ['tea; black\tor red', B, '2'],
      ['', C],
    ];
    expect(await listOf(stringify(rows, { delimiter, quoted: true }))).toEqual([order(2, A), order(3, B), order(4, C)]);
  });

  test.each([
    ['with a header', `date,order,sku\n2026-03-01,${A},TEA-1\n2026-03-02,${B},S01`, [order(2, A), order(3, B)]],
    ['without a header', `${A};TEA-1\n${B};TEA-2`, [order(1, A), order(2, B)]],
  ])('takes the only column that holds order ids, %s', async (_name, content, expected) => {
    expect(await listOf(content)).toEqual(expected);
  });

  test('prefers the column of the Amazon order id to that of the order id', async () => {
    expect(await listOf(`order id,amazon order id\n${B},${A}`)).toEqual([order(2, A)]);
  });

  test('of tabs may have quotes that mean inches', async () => {
    const rows = [`title\torder-id`, `5" nail\t${A}`, `"Best" nail, 6"\t${B}`, `""\t${C}`];
    expect(await listOf(rows.join('\n'))).toEqual([order(2, A), order(3, B), order(4, C)]);
  });

  test('counts the lines of a cell that has several', async () => {
    expect(await listOf(`note,order-id\r\n"a\r\n\r\nb",${A}\r\n"#",${B}\r\nx,y z`)).toEqual([
      order(2, A),
      bad(6, 'not an order id: "y z"'),
    ]);
  });

  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufefforder-id\n${A}\n`)],
    ['UTF-16LE, as Excel writes it', Buffer.from(`\ufeffname\torder-id\r\nTee für zwei\t${A}\r\n`, 'utf16le')],
    ['UTF-16BE', Buffer.from(`\ufefforder-id\r\n${A}\r\n`, 'utf16le').swap16()],
    ['another encoding, elsewhere than in the id', Buffer.from(`name;order-id\nT\xeae;${A}\n`, 'latin1')],
  ])('in %s', async (_name, content) => {
    for (const chunk of [1, 3, 4096]) expect(await listOf(content, chunk)).toEqual([order(2, A)]);
  });
});

describe('a line that is no order', () => {
  test.each([
    ['a sentence', 'please do not ask', 'not an order id: "please do not ask"'],
    ['two characters', '30', 'not an order id: "30"'],
    ['another dash', A.replaceAll('-', '\u2011'), 'not an order id: "302‑0000001‑0000001"'],
    ['what a terminal obeys', '\u001b[31m1\u202e 2\u0007', 'not an order id: "[31m1 2"'],
    ['a long one', `1 ${'x'.repeat(100)}`, `not an order id: "1 ${'x'.repeat(38)}"...`],
    ['several ids', `${A},${C}`, 'several order ids: a first line must name the column meant "order-id"'],
    ['other columns', 'TEA-1,TEA-2', 'no order id in it: "TEA-1 TEA-2"'],
    ['an id in another column', `TEA-1,${A}`, `not in column 1 as the order ids above it: "${A}"`],
    ['an open quote', `"${A}`, 'a quote is opened and not closed'],
    ['more than a line can be', 'x'.repeat(70_000), 'longer than 65,536 characters'],
  ])('is bad: %s; the others are kept', async (_name, line, problem) => {
    expect(await listOf(`${A}\n\n${line}\n${B}\n`)).toEqual([order(1, A), bad(3, problem), order(4, B)]);
  });

  test.each([
    ['an empty cell', 'tea,,1', 'nothing in the column "order-id"'],
    ['a short line', 'tea', 'nothing in the column "order-id"'],
    ['other words', 'tea,a word,1', 'not an order id: "a word"'],
  ])('under a named column: %s', async (_name, line, problem) => {
    expect(await listOf(`title,order-id,n\n${line}\ntea,${A},1`)).toEqual([bad(2, problem), order(3, A)]);
  });

  test('is the first one already, when it holds a number', async () => {
    expect(await listOf(`302-0000001-000,tea\n${A},tea`)).toEqual([
      bad(1, 'no order id in it: "302-0000001-000 tea"'),
      order(2, A),
    ]);
  });
});

describe('a broken quote', () => {
  test('costs its own line, not the orders below', async () => {
    const rows = ['title,order-id', `tea,${A}`, `"tea,${A}`, `green,${B}`, `12",${C}`, `x,${C}`];
    expect(await listOf(rows.join('\n'))).toEqual([order(2, A), unclosed(3), order(4, B), order(5, C), order(6, C)]);
  });

  test('at the beginning of a long file costs one line', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `302-0000009-${String(index).padStart(7, '0')}`);
    const lines = await listOf(`"oh\n${ids.join('\n')}`, 1000);
    expect(lines).toEqual([unclosed(1), ...ids.map((orderId, index) => order(index + 2, orderId))]);
  });
});

describe('whatever a file holds', () => {
  const piece = fc.oneof(
    fc.constantFrom(A, B, 'order-id', '"', '""', ',', ';', '\t', '\n', '\r', '\r\n', '#', ' ', '\n"', '",'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => new Uint8Array(Buffer.from(pieces.join('')))),
    fc
      .array(piece, { maxLength: 60 })
      .map((pieces) => new Uint8Array(Buffer.from(`\ufeff${pieces.join('')}`, 'utf16le'))),
  );
  const encodingOf = (content: Uint8Array) => {
    const mark = Buffer.from(content.subarray(0, 2)).toString('hex');
    return { fffe: 'utf-16le', feff: 'utf-16be' }[mark] ?? 'utf-8';
  };

  test('it is read, its lines are numbered, and in any chunks it is the same', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (content, chunk) => {
        const lines = await listOf(content);

        expect(await listOf(content, chunk)).toEqual(lines);
        const count = new TextDecoder(encodingOf(content)).decode(content).split(/\r\n|\r|\n/).length;
        const numbers = lines.map(({ line }) => line);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(numbers.every((number) => number >= 1 && number <= count)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('every order of a plain list is found on its line, and everything else is bad', async () => {
    const orderId = fc.stringMatching(/^[0-9]{3}-[0-9]{7}-[0-9]{7}$/);
    const junk = fc.stringMatching(/^[0-9]{3} [a-z]{1,5}$/);
    const blank = fc.constantFrom('', ' ', '# 302-0000001-0000001');
    const line = fc.oneof(
      { weight: 5, arbitrary: orderId.map((text) => ({ kind: 'order', text }) as const) },
      { weight: 1, arbitrary: junk.map((text) => ({ kind: 'bad', text }) as const) },
      { weight: 1, arbitrary: blank.map((text) => ({ kind: 'blank', text }) as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 200 }), fc.constantFrom('\n', '\r\n', '\r'), async (lines, end) => {
        const expected = lines.flatMap(({ kind, text }, index) => {
          if (kind === 'blank') return [];
          return [kind === 'order' ? order(index + 1, text) : bad(index + 1, `not an order id: "${text}"`)];
        });
        expect(await listOf(lines.map(({ text }) => text).join(end), 64)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('every order of a well-formed CSV is found, whatever its other columns hold', async () => {
    const orderId = fc.stringMatching(/^[0-9]{3}-[0-9]{7}-[0-9]{7}$/);
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
    );
    const other = cell.filter((text) => !/[A-Z0-9]{3}-\d{7}-\d{7}/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(other, orderId, other), { maxLength: 100 }),
        fc.constantFrom(',', ';', '\t'),
        async (rows, delimiter) => {
          let line = 1;
          let content = '';
          const expected: ListedLine[] = [];
          for (const row of [['title', 'order-id', 'note'], ...rows.map(([a, b, c]) => [`x${a}`, b, c])]) {
            if (line > 1) expected.push(order(line, row[1] ?? ''));
            const text = stringify([row], { delimiter, quoted: true });
            line += text.split(/\r\n|\r|\n/).length - 1;
            content += text;
          }
          expect(await listOf(content, 100)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
