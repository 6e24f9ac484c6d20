import { schedule } from '../src/steps/schedule.js';
import type { StepContext } from '../src/steps/step.js';

export function scheduleListener(context: StepContext): (orderId: string) => Promise<undefined> {
  return async (orderId) => {
    await schedule(orderId, context);
  };
}
