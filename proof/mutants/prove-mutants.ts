import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../test/support/finding.js';
import type { Verdict } from '../verdict.js';
import { copyCheckout } from './checkout.js';
import { fateOf, inWords } from './fate.js';
import { type Lane, overLanes } from './lanes.js';
import type { Fate, Mutant } from './mutant.js';
import { checkWhole } from './whole.js';

/** Each keeps a processor busy, and a Postgres beside it. */
const LANES = 2;

export interface MutantResult {
  readonly name: string;
  readonly removed: string;
  readonly fate: Fate;
  readonly seconds: number;
}

export interface MutantsVerdict extends Verdict {
  readonly mutants: readonly MutantResult[];
}

export interface MutantsOptions {
  readonly mutants: readonly Mutant[];
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** Takes away one safeguard at a time, in copies of the sources; each time a test must fail. Whole, all tests must pass. */
export async function proveMutants({ mutants, seed, progress }: MutantsOptions): Promise<MutantsVerdict> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'askonce-mutants-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  // Also when somebody breaks it off.
  process.once('exit', cleanUp);
  try {
    const lanes: Lane[] = [];
    for (let index = 0; index < LANES; index += 1) {
      lanes.push({ root: await copyCheckout(join(folder, `lane-${index}`)), cache: join(folder, 'cache'), seed });
    }
    const whole = await checkWhole(lanes, mutants, progress);
    if (whole.complaints.length > 0)
      return verdictOf([], whole.complaints.map(misbehaved), whole.passing.length, began);

    const results = await overLanes(lanes, mutants, async (lane, mutant) => {
      const started = performance.now();
      const fate = await fateOf(mutant, lane, whole.passing);
      const seconds = (performance.now() - started) / 1000;
      progress(`${mutant.name}: ${inWords(fate)} (${Math.round(seconds)} s)`);
      return { name: mutant.name, removed: mutant.removed, fate, seconds };
    });
    return verdictOf(results, results.flatMap(findingOf), whole.passing.length, began);
  } finally {
    process.off('exit', cleanUp);
    cleanUp();
  }
}

function verdictOf(
  mutants: readonly MutantResult[],
  findings: readonly Finding[],
  tests: number,
  began: number,
): MutantsVerdict {
  const killed = mutants.filter(({ fate }) => fate.kind === 'killed').length;
  const figures = { mutants: mutants.length, killed, 'tests that pass on the whole sources': tests };
  return { name: 'mutants', figures, findings, seconds: (performance.now() - began) / 1000, mutants };
}

function findingOf({ name, removed, fate }: MutantResult): Finding[] {
  switch (fate.kind) {
    case 'killed':
      return [];
    case 'survived':
      return [misbehaved(`${name} survived: no test notices that ${removed}`)];
    case 'broken':
      return [misbehaved(`${name} proves nothing: ${fate.why}`)];
    default:
      return fate satisfies never;
  }
}

function misbehaved(text: string): Finding {
  return { kind: 'misbehaved', text };
}
