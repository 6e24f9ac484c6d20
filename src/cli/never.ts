import { type FileHandle, open } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import { errorCode } from '../config/read-text.js';
import type { SuppressionCounts, Suppressions } from '../ledger/suppressions.js';
import { configured, withLedger } from './configured.js';
import { type ListedLine, listedLine, readOrderList } from './order-list.js';
import { Failure, print, printJson } from './terminal.js';
import { userName } from './user-name.js';

/** Ids written at once: memory stays flat however long the list is. */
const BATCH = 10_000;
const SHOWN_LINES = 20;
/** Bad lines that are kept to be told of; the others are counted. */
const KEPT_LINES = 10_000;

interface NeverOptions {
  readonly file?: string;
  readonly because: string;
  readonly json?: boolean;
}

export function addNever(program: Command): void {
  program
    .command('never')
    .argument('[order...]', 'Amazon order ids')
    .option('--file <file>', 'a list: one order id per line, or a CSV with a column order-id')
    .option('--because <text>', 'why; kept beside each order', reason, 'by hand')
    .option('--json', 'one JSON document')
    .description('never ask for these orders, seen already or not')
    .action(async (orderIds: string[], { file, because, json }: NeverOptions, command: Command) => {
      const isFile = file !== undefined;
      if (isFile ? orderIds.length > 0 : orderIds.length === 0) {
        throw new Failure('Name the orders, or give a list of them with --file FILE: one of the two.', 2);
      }
      const config = configured(command);
      const list = file === undefined ? null : await openList(file);
      try {
        const lines = list === null ? named(orderIds) : readOrderList(list.createReadStream());
        const { counts, bad, moreBad } = await withLedger(config, (ledger) => suppressAll(lines, because, ledger));
        const none = counts.added + counts.already === 0;
        if (json) await printJson({ ...counts, bad, ...(moreBad > 0 ? { moreBad } : {}) });
        else if (!none) await print(summary(counts));
        const complaints = complaintsAbout(bad, moreBad, isFile ? 'line' : 'order');
        if (none) throw new Failure([...complaints, 'There is no order id.'].join('\n'), 2);
        if (complaints.length > 0) throw new Failure(complaints.join('\n'), 1);
      } finally {
        await list?.close();
      }
    });
}

function reason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It says nothing.');
  return text;
}

async function openList(file: string): Promise<FileHandle> {
  try {
    const list = await open(file);
    if (!(await list.stat()).isDirectory()) return list;
    await list.close();
  } catch (error) {
    const code = errorCode(error);
    throw new Failure(`The file ${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`, 2);
  }
  throw new Failure(`${file} is a folder.`, 2);
}

/** On the command line, the line of an order is its place among the orders. */
async function* named(orderIds: readonly string[]): AsyncGenerator<readonly ListedLine[]> {
  yield orderIds.map((orderId, index) => listedLine(orderId, index + 1));
}

interface BadLine {
  readonly line: number;
  readonly problem: string;
}

interface Suppressed {
  readonly counts: SuppressionCounts;
  readonly bad: readonly BadLine[];
  /** Bad lines beyond those. */
  readonly moreBad: number;
}

async function suppressAll(
  batches: AsyncIterable<readonly ListedLine[]>,
  because: string,
  ledger: Suppressions,
): Promise<Suppressed> {
  const by = userName();
  const bad: BadLine[] = [];
  let moreBad = 0;
  let counts: SuppressionCounts = { added: 0, already: 0, heldBack: 0, asked: 0 };
  let orderIds: string[] = [];
  const write = async () => {
    counts = sum(counts, await ledger.suppress(orderIds, by, because, systemClock.now(), 'command'));
    orderIds = [];
  };
  for await (const batch of batches) {
    for (const listed of batch) {
      if (listed.kind === 'order') orderIds.push(listed.orderId);
      else if (bad.length < KEPT_LINES) bad.push({ line: listed.line, problem: listed.problem });
      else moreBad += 1;
    }
    if (orderIds.length >= BATCH) await write();
  }
  await write();
  return { counts, bad, moreBad };
}

function sum(a: SuppressionCounts, b: SuppressionCounts): SuppressionCounts {
  return {
    added: a.added + b.added,
    already: a.already + b.already,
    heldBack: a.heldBack + b.heldBack,
    asked: a.asked + b.asked,
  };
}

function summary({ added, already, heldBack, asked }: SuppressionCounts): string {
  const before = already === 0 ? '' : ` (${count(already, 'was', 'were')} already)`;
  const parts = [
    `Suppressed ${count(added, 'order', 'orders')}${before}`,
    ...(heldBack === 0 ? [] : [`${count(heldBack, 'of them was', 'of them were')} waiting in the ledger`]),
    ...(asked === 0 ? [] : [`${count(asked, 'was asked before and stays so', 'were asked before and stay so')}`]),
  ];
  return `${parts.join('; ')}.`;
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

function complaintsAbout(bad: readonly BadLine[], moreBad: number, what: 'line' | 'order'): string[] {
  const shown = bad.slice(0, SHOWN_LINES).map(({ line, problem }) => `${what} ${line}: ${problem}`);
  const more = bad.length + moreBad - shown.length;
  return more === 0 ? shown : [...shown, `and ${more.toLocaleString('en-US')} more`];
}
