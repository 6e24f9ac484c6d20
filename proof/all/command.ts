import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { countsOf } from '../print.js';
import { hasPassed, type Verdict } from '../verdict.js';

interface Program {
  readonly name: string;
  /** By how much of the whole is run. */
  readonly arguments: Readonly<Record<Length, readonly string[]>>;
}

/** `shortest`: for every change, in five minutes; `short`: for a stranger, in fifteen; `full`: the figures of docs/guarantees.md. */
const lengths = ['shortest', 'short', 'full'] as const;
type Length = (typeof lengths)[number];

const programs: readonly Program[] = [
  program('sim', '--seeds 60', '--seeds 400', '--seeds 2000'),
  program('crash', '--kills 12', '--kills 60', '--kills 300'),
  program('races', '--races 6', '--races 20', '--races 100'),
  program('chaos', '--times 2', '--times 6', '--times 50'),
  program('rate', '--seconds 15', '--seconds 40', '--seconds 60'),
  program('faults', '--orders 10', '--orders 20', '--orders 20'),
  program('hostile', '--cases 5000', '--cases 20000', '--cases 100000'),
  program('mutants', '--quick', '--quick', ''),
];

export function addAll(cli: Command): void {
  cli
    .command('all', { isDefault: true })
    .description('every proof, one after the other')
    .option('--length <length>', lengths.join(', '), 'short')
    .action(async ({ length }: { length: string }, command: Command) => {
      const known = lengths.find((one) => one === length);
      if (known === undefined) command.error(`--length must be one of ${lengths.join(', ')}`, { exitCode: 2 });
      await proveAll(known);
    });
}

async function proveAll(length: Length): Promise<void> {
  const began = performance.now();
  const lines: string[] = [];
  let passed = true;
  for (const { name, arguments: byLength } of programs) {
    const said = await run([name, ...byLength[length], '--json']);
    const verdict = verdictIn(said);
    passed &&= verdict !== null && hasPassed(verdict);
    const line = verdict === null ? `${name}: it ended without a verdict` : summaryOf(verdict);
    process.stdout.write(`${line}\n`);
    lines.push(line);
  }
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  process.stdout.write(`${passed ? 'The promise held' : 'THE PROMISE DID NOT HOLD'}, in ${minutes} minutes.\n`);
  if (!passed) process.exitCode = 1;
}

/** A process of its own each, so that none can disturb the next. What it says on the way goes to standard error. */
async function run(args: readonly string[]): Promise<string> {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return said;
}

function verdictIn(said: string): Verdict | null {
  try {
    return JSON.parse(said);
  } catch {
    process.stderr.write(said);
    return null;
  }
}

function summaryOf({ name, figures, findings, seconds }: Verdict): string {
  const done = Object.entries(figures).map(([what, figure]) => `${figure} ${what}`);
  const found = findings.slice(0, 10).map(({ kind, text: what }) => `  ${kind}: ${what}`);
  return [`${name}: ${done.join(', ')}: ${countsOf(findings)} (${Math.round(seconds)} s)`, ...found].join('\n');
}

function program(name: string, ...[shortest = '', short = '', full = '']: readonly string[]): Program {
  const words = (line: string) => line.split(' ').filter((word) => word !== '');
  return { name, arguments: { shortest: words(shortest), short: words(short), full: words(full) } };
}
