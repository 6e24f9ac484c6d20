import { settle } from '../src/steps/settle.js';
import type { StepContext } from '../src/steps/step.js';

export function settleListener(context: StepContext): (orderId: string) => Promise<undefined> {
  return async (orderId) => {
    await settle(orderId, context);
  };
}
