import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { countsOf } from '../print.js';
import { hasPassed, type Verdict } from '../verdict.js';

/** `shortest`: for every change, in five minutes; `short`: for a stranger, in fifteen; `full`: the figures of docs/guarantees.md. */
const lengths = ['shortest', 'short', 'full'] as const;
type Length = (typeof lengths)[number];

interface Program {
  readonly name: string;
  /** `null`: what it shows is held by tests as well. */
  readonly arguments: Readonly<Record<Length, readonly string[] | null>>;
}

const usualScenes =
  'postgres-fast postgres-immediate queue-on-postgres connections-cut redis-flushed redis-restarted redis-unreachable embedded-killed';

const programs: readonly Program[] = [
  program('sim', { shortest: '--seeds 60', short: '--seeds 300', full: '--seeds 2000' }),
  program('crash', { shortest: '--kills 12', short: '--kills 40', full: '--kills 300' }),
  program('races', { shortest: '--races 4 --workers 3', short: '--races 12', full: '--races 100' }),
  program('chaos', {
    shortest: 'postgres-immediate connections-cut redis-restarted embedded-killed --times 2',
    short: `${usualScenes} --times 4`,
    full: '--times 50',
  }),
  program('stops', { shortest: '--times 4', short: '--times 12', full: '--times 100' }),
  program('rate', { shortest: null, short: '--seconds 40', full: '--seconds 160' }),
  program('faults', { shortest: null, short: '--orders 20', full: '--orders 20' }),
  program('hostile', { shortest: null, short: '--cases 20000', full: '--cases 100000' }),
  program('mutants', { shortest: '--quick', short: '--quick', full: '' }),
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
  let passed = true;
  for (const { name, arguments: byLength } of programs) {
    const given = byLength[length];
    if (given === null) continue;
    const said = await run([name, ...given, '--json']);
    const verdict = verdictIn(said);
    passed &&= verdict !== null && hasPassed(verdict);
    const line = verdict === null ? `${name}: it ended without a verdict` : summaryOf(verdict);
    process.stdout.write(`${line}\n`);
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

function program(name: string, lines: Readonly<Record<Length, string | null>>): Program {
  const words = (line: string | null) => line?.split(' ').filter((word) => word !== '') ?? null;
  return {
    name,
    arguments: { shortest: words(lines.shortest), short: words(lines.short), full: words(lines.full) },
  };
}
