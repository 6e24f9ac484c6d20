import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { conclude } from '../print.js';
import { aNumber } from '../support/arguments.js';
import { proveSim } from './prove-sim.js';
import { simulate } from './simulate.js';
import { limitsInWords } from './weather.js';

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly days: number;
  readonly jobs: number;
  readonly trace: boolean;
  readonly json: boolean;
  readonly limits: boolean;
}

export function addSim(program: Command): void {
  program
    .command('sim')
    .description('plays the real steps and policy through virtual months of bad weather, one seed after the other')
    .option('--seeds <n>', 'how many seeds', aNumber(1), 2000)
    .option('--from <seed>', 'the first of them', aNumber(1), 1)
    .option('--seed <seed>', 'this one alone', aNumber(1))
    .option('--days <n>', 'how long each of them lasts', aNumber(1), 60)
    .option('--jobs <n>', 'how many at once', aNumber(1), availableParallelism())
    .option('--trace', 'print everything that happens in the one seed', false)
    .option('--limits', 'print what Amazon and the machines must keep to, and do nothing else', false)
    .option('--json', 'print one JSON document', false)
    .action(run);
}

async function run({ seeds, from, seed, days, jobs, trace, json, limits }: Options): Promise<void> {
  if (limits) {
    process.stdout.write(`${limitsInWords.map((limit) => `- ${limit}`).join('\n')}\n`);
    return;
  }
  if (trace && seed !== undefined) await printTrace(seed, days);
  const one = seed === undefined ? { from, seeds } : { from: seed, seeds: 1 };
  conclude(await proveSim({ ...one, days, jobs, onPlayed: progress }), { json });
}

function progress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} seeds${done === of ? '\n' : ''}`);
}

async function printTrace(seed: number, days: number): Promise<void> {
  const { trace, fingerprint } = await simulate(seed, { days, without: new Set(), keepTrace: true });
  process.stdout.write(`${[...trace.lines(), `trace ${fingerprint}`].join('\n')}\n`);
}
