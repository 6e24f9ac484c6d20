import type { Command } from 'commander';
import { conclude } from '../support/figures.js';
import { complaintOf, isWorse, type Judged, judge, limitOf } from './bounds.js';
import { bounds, documentOf, smallBenches } from './programs.js';

/** `npm run bench -- regressions`, a part of what each change must pass. */
export function addRegressions(program: Command): void {
  program
    .command('regressions')
    .description('small benches, each ratio beside a generous bound; fails when one is worse')
    .option('--json', 'one JSON document')
    .action(async (given: { json?: boolean }) => {
      const judged: Judged[] = [];
      for (const [bench, sizes] of Object.entries(smallBenches)) {
        const document = await documentOf(bench, sizes);
        judged.push(...bounds.filter((bound) => bound.bench === bench).map((bound) => judge(bound, document)));
      }
      report(judged, given);
    });
}

function report(judged: readonly Judged[], given: { readonly json?: boolean }): void {
  conclude(
    {
      name: 'regressions',
      ratio: Math.min(...judged.map(({ room }) => room ?? 0)),
      ratioOf: 'how many times worse the worst of them may become',
      figures: {
        bounds: judged.map(({ bound, seen }) => ({
          bench: bound.bench,
          what: bound.what,
          seen,
          atLeast: bound.atLeast ?? null,
          atMost: bound.atMost ?? null,
        })),
      },
      table: [
        ['bench', 'ratio', 'seen', 'must be'],
        ...judged.map(({ bound, seen }) => [bound.bench, bound.what, seen, limitOf(bound)]),
      ],
    },
    given,
  );
  const worse = judged.filter(isWorse);
  for (const each of worse) process.stderr.write(`${complaintOf(each)}\n`);
  if (worse.length > 0) process.exitCode = 1;
}
