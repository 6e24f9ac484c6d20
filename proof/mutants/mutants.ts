import { databaseMutants } from './database-mutants.js';
import { ledgerMutants } from './ledger-mutants.js';
import { modelMutants } from './model-mutants.js';
import type { Mutant } from './mutant.js';
import { simMutants } from './sim-mutants.js';
import { stepMutants } from './step-mutants.js';

export const mutants: readonly Mutant[] = [
  ...ledgerMutants,
  ...databaseMutants,
  ...stepMutants,
  ...modelMutants,
  ...simMutants,
];

/** One for each of the eight: the claim, the unique key, the fence, the lease, the trigger, the window, the wait, the watermark. */
export const quick: readonly string[] = [
  'claim',
  'unique-key',
  'fence',
  'lease',
  'trigger',
  'window-at-claim',
  'settle-one-look',
  'watermark-first',
];
