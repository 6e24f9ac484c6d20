import { type Command, InvalidArgumentError } from 'commander';
import { conclude } from '../print.js';
import { complaintAbout } from './checkout.js';
import { mutants, quick } from './mutants.js';
import { type MutantResult, proveMutants } from './prove-mutants.js';

interface Options {
  readonly quick: boolean;
  readonly list: boolean;
  readonly seed: number;
  readonly json: boolean;
}

export function addMutants(program: Command): void {
  program
    .command('mutants')
    .description('takes away one safeguard at a time, in a copy of the sources: each time a test must fail')
    .argument('[names...]', 'only these')
    .option('--quick', 'only the eight without which the promise does not hold', false)
    .option('--list', 'print the mutants and whether their edits fit the sources, and end', false)
    .option('--seed <number>', 'of the walks and days that are chosen at random', aNumber, 1)
    .option('--json', 'one JSON document', false)
    .action(async (names: readonly string[], options: Options, command: Command) => {
      const stranger = names.find((name) => !mutants.some((mutant) => mutant.name === name));
      if (stranger !== undefined) command.error(`there is no mutant ${stranger}; --list names them`, { exitCode: 2 });
      const chosen = mutants.filter(({ name }) =>
        names.length > 0 ? names.includes(name) : !options.quick || quick.includes(name),
      );
      if (options.list) return list(chosen);

      const stop = () => process.exit(130);
      process.once('SIGINT', stop).once('SIGTERM', stop);
      const progress = (text: string) => process.stderr.write(`${text}\n`);
      const verdict = await proveMutants({ mutants: chosen, seed: options.seed, progress });
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (!options.json) process.stdout.write(tableOf(verdict.mutants));
      conclude(verdict, options);
    });
}

async function list(chosen: typeof mutants): Promise<void> {
  for (const { name, removed, edits } of chosen) {
    const complaint = await complaintAbout(edits);
    process.stdout.write(`${name}: ${removed}${complaint === null ? '' : ` -- DOES NOT FIT: ${complaint}`}\n`);
    if (complaint !== null) process.exitCode = 1;
  }
}

/** In Markdown, for docs/guarantees.md. */
function tableOf(results: readonly MutantResult[]): string {
  const rows = results.map(({ name, removed, fate, seconds }) => {
    const fateInShort = fate.kind === 'killed' ? fate.by : fate.kind === 'survived' ? '**nobody**' : `**${fate.why}**`;
    return [name, removed, fateInShort, String(Math.round(seconds))];
  });
  const lines = [['mutant', 'what is taken away', 'killed by', 's'], ['---', '---', '---', '---:'], ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('');
}

function aNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('a whole number, please');
  return number;
}
