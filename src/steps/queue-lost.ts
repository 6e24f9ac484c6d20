import type { OnEmptied } from '../queue/wake-ups.js';
import type { StepContext } from './step.js';

/**
 * What is to be done when the queue was found empty: everything it held is taken back, and the sweep hands it out again at
 * once. At a first start that is nothing. Of several processes one does it, and does it again where it failed half-way. For
 * `unseenMs` this process had not seen the queue filled: who saw to it since then saw to the same loss. Processes that start on an
 * empty queue at the same instant all do it, as none of them can know; that costs double wake-ups.
 */
export function queueLost({ ledger, clock, wakeUps, log }: StepContext): OnEmptied {
  let unfinished = false;
  return async (unseenMs) => {
    const now = clock.now();
    const again = unfinished;
    unfinished = true;
    const sameLoss = again || unseenMs === null ? null : now.minus(Math.ceil(unseenMs));
    const orders = await ledger.takeBackAllWakeUps(sameLoss, now);
    if (again || (orders ?? 0) > 0) {
      log.warn('queue-lost', { orders });
      await wakeUps.ringNow('sweep', 'all');
    }
    unfinished = false;
  };
}
