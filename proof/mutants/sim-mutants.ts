import type { Mutant } from './mutant.js';
import { stepMutants } from './step-mutants.js';

/** Each of them is found in one of the first six. */
const SEEDS = 12;

/** Of the steps' mutants those that the simulated days find by themselves, where no test names the situation. */
const found = [
  'send-without-claim',
  'post-before-claim',
  'send-past-fence',
  'send-too-late',
  'unknown-is-unsent',
  'settle-one-look',
];

export const simMutants: readonly Mutant[] = stepMutants
  .filter(({ name }) => found.includes(name))
  .map((mutant) => ({ ...mutant, name: `sim-${mutant.name}`, checks: [{ kind: 'sim', seeds: SEEDS }] }));
