import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lane } from './lanes.js';
import type { Fate } from './mutant.js';
import { runNode } from './run-node.js';

/** For what hangs. */
const LIMIT_MS = 900_000;

/**
 * The simulated days of `npm run proof:sim` in a lane: compiled there as `bin/proof.mjs` does, without its set-up, and
 * played up to the first finding, which is not explained: that would take most of the time.
 */
export async function runSim({ root, seed }: Lane, seeds: number): Promise<Fate> {
  const out = join(root, 'dist.proof', 'sim');
  const typescript = join('node_modules', 'typescript', 'bin', 'tsc');
  const compiled = await runNode([typescript, '-p', 'tsconfig.proof.json', '--noCheck', '--outDir', out], {
    cwd: root,
    limitMs: LIMIT_MS,
  });
  if (compiled.kind === 'too-long' || compiled.status !== 0) return { kind: 'broken', why: 'it does not compile' };
  try {
    const program = join(out, 'proof', 'mutants', 'play-days.js');
    const ended = await runNode([program, String(seed), String(seeds)], { cwd: root, limitMs: LIMIT_MS });
    if (ended.kind === 'too-long') return { kind: 'broken', why: `the days did not end in ${LIMIT_MS / 1000} s` };
    const played = foundIn(ended.out);
    if (ended.status !== 0 || played === null) {
      return { kind: 'broken', why: `the days broke off: ${ended.said.slice(-300).replace(/\s+/g, ' ')}` };
    }
    return played.found === null ? { kind: 'survived' } : { kind: 'killed', by: `sim: ${played.found}` };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function foundIn(out: string): { readonly found: string | null } | null {
  try {
    return JSON.parse(out) as { readonly found: string | null };
  } catch {
    return null;
  }
}
