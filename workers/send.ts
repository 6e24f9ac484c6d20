import { send } from '../src/steps/send.js';
import type { StepContext } from '../src/steps/step.js';

export function sendListener(context: StepContext): (orderId: string) => Promise<undefined> {
  return async (orderId) => {
    await send(orderId, context);
  };
}
