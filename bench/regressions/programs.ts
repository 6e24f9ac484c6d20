import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { BenchDocument, Bound } from './bounds.js';

/** The smallest sizes that still show what grows; together about a minute. */
export const smallBenches: Readonly<Record<string, readonly string[]>> = {
  discover: ['--orders', '3000', '--accounts', '3', '--upserts', '200'],
  ledger: ['--orders', '60000', '--beside', '3000', '--samples', '15', '--accounts', '10', '--budget', '5'],
  queue: ['--orders', '20000', '--due', '100', '--accounts', '10', '--no-recovery'],
  asks: ['--accounts', '8', '--seconds', '8', '--warm-up', '2'],
};

interface Operation {
  readonly medianMs: number;
  readonly medianMsBeside: number;
}

/**
 * Half of what a machine shows that is busy with other work, or worse. The medians of the ledger and not its p99s:
 * of a few measurements the slowest tells of the machine.
 */
export const bounds: readonly Bound[] = [
  { bench: 'discover', what: 'orders/s first time by rows/s of a raw COPY', of: ({ ratio }) => ratio, atLeast: 0.03 },
  {
    bench: 'discover',
    what: 'orders/s unchanged by orders/s first time',
    of: ({ figures }) => Number(figures['unchangedPerSecond']) / Number(figures['firstPerSecond']),
    atLeast: 0.6,
  },
  {
    bench: 'discover',
    what: 'share of the orders that was left alone when it came again',
    of: ({ figures }) => Number(figures['unchangedTheSecondTime']) / Number(figures['orders']),
    atLeast: 0.5,
  },
  {
    bench: 'ledger',
    what: 'growth of the slowest-growing median from 3,000 orders to 60,000',
    of: ({ figures }) => Math.max(...operationsIn(figures).map((each) => each.medianMs / each.medianMsBeside)),
    atMost: 4,
  },
  { bench: 'queue', what: 'memory by that of one delayed job per order', of: ({ ratio }) => ratio, atMost: 0.1 },
  { bench: 'asks', what: 'accepted per second by what Amazon allows', of: ({ ratio }) => ratio, atLeast: 0.5 },
];

function operationsIn({ operations }: BenchDocument['figures']): readonly Operation[] {
  return Array.isArray(operations) ? (operations as readonly Operation[]) : [];
}

/** Runs one of the programs beside this one to its end. Throws what it said where it failed. */
export async function documentOf(bench: string, sizes: readonly string[]): Promise<BenchDocument> {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const child = spawn(process.execPath, [main, bench, '--json', ...sizes], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`the bench ${bench} did not run to its end (${code}): ${output}`);
  return JSON.parse(output);
}
