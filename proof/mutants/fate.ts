import { complaintAbout, whileBroken } from './checkout.js';
import type { Lane } from './lanes.js';
import type { Check, Fate, Mutant } from './mutant.js';
import { runSim } from './sim-run.js';
import { runTests, type TestName } from './test-run.js';

/** What becomes of a mutant. `whole`: the tests that pass while nothing is taken away. */
export async function fateOf(mutant: Mutant, lane: Lane, whole: readonly TestName[]): Promise<Fate> {
  const complaint = await complaintAbout(mutant.edits, lane.root);
  if (complaint !== null) return { kind: 'broken', why: complaint };
  return whileBroken(lane.root, mutant.edits, async () => {
    for (const check of mutant.checks) {
      const fate = await fateUnder(check, lane, whole);
      if (fate.kind !== 'survived') return fate;
    }
    return { kind: 'survived' };
  });
}

async function fateUnder(check: Check, lane: Lane, whole: readonly TestName[]): Promise<Fate> {
  if (check.kind === 'sim') return runSim(lane, check.seeds);
  const { passed, failed, unloaded } = await runTests(lane, check);
  if (unloaded[0] !== undefined) return { kind: 'broken', why: unloaded[0] };
  const [first] = failed;
  if (first === undefined) return { kind: 'survived' };
  // Where not one test passes any more the sources may be broken altogether, which is no proof of a good test.
  if (passed.length === 0 && noticing(check, whole).length > 1) return { kind: 'broken', why: 'every test fails' };
  return { kind: 'killed', by: first.name };
}

/** The tests that a check runs. */
export function noticing(
  { path, named }: Extract<Check, { kind: 'tests' }>,
  whole: readonly TestName[],
): readonly TestName[] {
  return whole.filter(
    (test) => test.file.match(path) !== null && (named === undefined || test.name.match(named) !== null),
  );
}

export function inWords(fate: Fate): string {
  switch (fate.kind) {
    case 'killed':
      return `killed by "${fate.by}"`;
    case 'survived':
      return 'SURVIVED';
    case 'broken':
      return `PROVES NOTHING: ${fate.why}`;
    default:
      return fate satisfies never;
  }
}
