import { isOrderId } from '../amazon/order-id.js';
import { readRecords } from './delimited-text.js';

/** What one line of a list of orders says. */
export type ListedLine =
  | { readonly kind: 'order'; readonly line: number; readonly orderId: string }
  | { readonly kind: 'bad'; readonly line: number; readonly problem: string };

/** What every Amazon order id looks like: enough to tell a column of them from one of names and numbers. */
const ORDER_ID = /[A-Z0-9]{3}-[0-9]{7}-[0-9]{7}/;
const WHOLE_ORDER_ID = new RegExp(`^${ORDER_ID.source}$`);

/** Names of the column, letters and digits only; the first is meant where a file has both. */
const COLUMN_NAMES = ['amazonorderid', 'orderid'];

const SHOWN_CHARACTERS = 40;

/**
 * Reads a list of orders: one order id per line, or the column of a CSV that is named so, or without such a name the
 * only column that holds order ids. No line is left out silently: each is blank, a comment, the header, an order or bad.
 */
export async function* readOrderList(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly ListedLine[]> {
  let column: Column | null = null;
  for await (const records of readRecords(bytes, isOneOrder)) {
    const listed: ListedLine[] = [];
    for (const record of records) {
      const { line } = record;
      if (record.kind === 'broken') {
        listed.push({ kind: 'bad', line, problem: record.problem });
        continue;
      }
      const cells = record.cells.map(clean);
      if (cells.every((cell) => cell === '') || cells[0]?.startsWith('#')) continue;
      if (column === null) {
        column = columnOf(cells);
        // A first line with no number in it names the columns. Any other may be an order with something wrong: it is read.
        if (column.kind === 'named' || !cells.some((cell) => /\d{3}/.test(cell))) continue;
      }
      listed.push(column.kind === 'named' ? inNamedColumn(cells, column, line) : inOnlyColumn(cells, column, line));
    }
    yield listed;
  }
}

/** An order id from the command line or from a cell. */
export function listedLine(text: string, line: number): ListedLine {
  return isOrderId(text)
    ? { kind: 'order', line, orderId: text }
    : { kind: 'bad', line, problem: `not an order id: ${quoted(text)}` };
}

type Column =
  | { readonly kind: 'named'; readonly index: number; readonly name: string }
  /** `index`: known from the first order on. */
  | { readonly kind: 'only'; index: number | null };

function columnOf(cells: readonly string[]): Column {
  const names = cells.map(nameOf);
  const name = COLUMN_NAMES.find((each) => names.includes(each));
  if (name === undefined) return { kind: 'only', index: null };
  const index = names.indexOf(name);
  return { kind: 'named', index, name: cells[index] ?? name };
}

function nameOf(cell: string): string {
  return cell.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function inNamedColumn(cells: readonly string[], { index, name }: { index: number; name: string }, line: number) {
  const cell = cells[index] ?? '';
  if (cell !== '') return listedLine(cell, line);
  return { kind: 'bad', line, problem: `nothing in the column ${quoted(name)}` } as const;
}

function inOnlyColumn(cells: readonly string[], column: { index: number | null }, line: number): ListedLine {
  const bad = (problem: string): ListedLine => ({ kind: 'bad', line, problem });
  const written = cells.flatMap((cell, index) => (cell === '' ? [] : [index]));
  const holding = written.filter((index) => WHOLE_ORDER_ID.test(cells[index] ?? ''));
  if (holding.length > 1) return bad('several order ids: a first line must name the column meant "order-id"');
  const index = holding[0] ?? (written.length === 1 ? written[0] : undefined);
  if (index === undefined) return bad(`no order id in it: ${quoted(cells.join(' '))}`);

  const listed = listedLine(cells[index] ?? '', line);
  if (listed.kind === 'bad') return listed;
  column.index ??= index;
  if (column.index === index) return listed;
  return bad(`not in column ${column.index + 1} as the order ids above it: ${quoted(listed.orderId)}`);
}

/** Also the way to write text that a spreadsheet takes as it stands: `="302-..."`. */
function clean(cell: string): string {
  return cell
    .trim()
    .replace(/^=?"(.*)"$/, '$1')
    .trim();
}

/** A cell of several lines that holds an order has swallowed one: its quote was not meant as a quote. */
function isOneOrder(cells: readonly string[]): boolean {
  return !cells.some((cell) => cell.includes('\n') && ORDER_ID.test(cell));
}

/** For messages: short, and nothing that a terminal obeys. */
function quoted(text: string): string {
  const printable = [...text.replace(/\p{C}/gu, '')];
  const cut = printable.length > SHOWN_CHARACTERS ? '...' : '';
  return `"${printable.slice(0, SHOWN_CHARACTERS).join('')}"${cut}`;
}
