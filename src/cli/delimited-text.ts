import { TextDecoder } from 'node:util';
import { CsvError, parse } from 'csv-parse/sync';

/** A line of a text file, or several where a quoted cell goes on below: `line` is the first of them. */
export type TextRecord =
  | { readonly kind: 'cells'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'broken'; readonly line: number; readonly problem: string };

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines parsed in one go: few, because those below a broken quote are parsed again. */
const BLOCK_LINES = 64;
/** A quote still open after so many lines is none. */
const RECORD_LINES = 256;
const LINE_CHARACTERS = 65_536;

/**
 * Reads UTF-8, or UTF-16 by its byte order mark, with any line ends. Cells stand between commas, semicolons or tabs,
 * whichever the first written line has most of; blank lines and lines that begin with `#` are left out. Answers in
 * batches, so that a file of any size passes through.
 *
 * A broken quote costs its own line and none below: where a record of several lines does not end, or `mayBeOne` refuses
 * it, its first line is broken and reading goes on with the second.
 */
export async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  mayBeOne: (cells: readonly string[]) => boolean,
): AsyncGenerator<readonly TextRecord[]> {
  let delimiter: string | undefined;
  let open: readonly Line[] = [];
  for await (const block of blocksOf(textOf(bytes))) {
    delimiter ??= delimiterOf(block);
    const read = recordsIn([...open, ...block], { delimiter, mayBeOne, end: false });
    yield read.records;
    open = read.open;
  }
  yield recordsIn(open, { delimiter, mayBeOne, end: true }).records;
}

async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let head = Buffer.alloc(0);
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    head = Buffer.concat([head, chunk]);
    if (decoder === undefined && head.length < 2) continue;
    decoder ??= new TextDecoder(encodingOf(head));
    yield decoder.decode(head, { stream: true });
    head = Buffer.alloc(0);
  }
  yield (decoder ?? new TextDecoder()).decode(head);
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

async function* blocksOf(texts: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let number = 1;
  let begun = '';
  function* blocks(lines: readonly string[]) {
    for (let from = 0; from < lines.length; from += BLOCK_LINES) {
      yield lines.slice(from, from + BLOCK_LINES).map((text): Line => ({ number: number++, text }));
    }
  }
  for await (const text of texts) {
    // A carriage return at the very end may be one half of a line end.
    const lines = (begun + text).split(/\r\n|\n|\r(?!$)/);
    begun = lines.pop() ?? '';
    if (begun.length > LINE_CHARACTERS) begun = begun.slice(0, LINE_CHARACTERS) + begun.slice(-1);
    yield* blocks(lines);
  }
  yield* blocks([begun.replace(/\r$/, '')]);
}

function delimiterOf(lines: readonly Line[]): string | undefined {
  const written = lines.find(({ text }) => text.trim() !== '' && !text.startsWith('#'));
  if (written === undefined) return undefined;
  const unquoted = written.text.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return ['\t', ';', ','].reduce((most, delimiter) => (count(delimiter) > count(most) ? delimiter : most), ',');
}

interface Reading {
  readonly delimiter: string | undefined;
  readonly mayBeOne: (cells: readonly string[]) => boolean;
  /** No line follows. */
  readonly end: boolean;
}

/** The records of these lines, and the lines from a quote on that may be closed further below. */
function recordsIn(
  lines: readonly Line[],
  reading: Reading,
): { readonly records: readonly TextRecord[]; readonly open: readonly Line[] } {
  const records: TextRecord[] = [];
  let rest = lines;
  for (;;) {
    const { whole, stop } = parseLines(rest, reading);
    records.push(...whole);
    const [first, ...below] = rest.slice(stop.index);
    if (stop.kind === 'end' || first === undefined) return { records, open: [] };
    if (stop.kind === 'unfinished' && !reading.end && below.length < RECORD_LINES) {
      return { records, open: [first, ...below] };
    }
    records.push({ kind: 'broken', line: first.number, problem: 'a quote is opened and not closed' });
    rest = below;
  }
}

interface Stop {
  /** `unfinished`: a quote is open at the last line. `refused`: these lines are not one record. */
  readonly kind: 'end' | 'unfinished' | 'refused';
  readonly index: number;
}

function parseLines(
  lines: readonly Line[],
  { delimiter = ',', mayBeOne }: Reading,
): { readonly whole: readonly TextRecord[]; readonly stop: Stop } {
  const whole: TextRecord[] = [];
  let stop: Stop = { kind: 'end', index: lines.length };
  let done = 0;
  try {
    parse(lines.map(({ text }) => text).join('\n'), {
      delimiter,
      record_delimiter: '\n',
      comment: '#',
      comment_no_infix: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // Called before the parser fails on an open quote: what is whole is not lost.
      on_record: (cells: string[], { lines: end }) => {
        if (stop.kind === 'refused') return null;
        const index = end - cells.join('').split('\n').length;
        const own = lines.slice(index, end);
        if (own.length > 1 && !mayBeOne(cells)) stop = { kind: 'refused', index };
        else whole.push(recordOf(own, cells));
        done = end;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
    const opening = lines.findIndex(({ text }, index) => index >= done && text !== '' && !text.startsWith('#'));
    if (stop.kind === 'end') stop = { kind: 'unfinished', index: opening };
  }
  return { whole, stop };
}

function recordOf(own: readonly Line[], cells: readonly string[]): TextRecord {
  const line = own[0]?.number ?? 0;
  return own.some(({ text }) => text.length > LINE_CHARACTERS)
    ? { kind: 'broken', line, problem: `longer than ${LINE_CHARACTERS.toLocaleString('en-US')} characters` }
    : { kind: 'cells', line, cells };
}
