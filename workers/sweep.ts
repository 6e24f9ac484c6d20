import type { StepContext } from '../src/steps/step.js';
import { sweep } from '../src/steps/sweep.js';

export function sweepListener(context: StepContext): () => Promise<void> {
  return () => sweep(context);
}
