import { discover } from '../src/steps/discover.js';
import type { StepContext } from '../src/steps/step.js';

/** No timer is set further ahead: the recurring ring comes by itself. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Reads an account's orders; where the rate or a failure stopped it, rings again at the time it names. */
export function discoverListener(context: StepContext): (account: string) => Promise<void> {
  const timers = new Map<string, NodeJS.Timeout>();
  return async (account) => {
    clearTimeout(timers.get(account));
    const later = await discover(account, context);
    if (later === undefined) return;
    // A timer would end with this process: another one, or the next start, goes on where this one stopped.
    if (context.leaving?.aborted) return context.wakeUps.ringNow('discover', account);
    const wait = Math.max(later.again.diff(context.clock.now()).toMillis(), 250);
    if (wait > LONGEST_WAIT_MS) return;
    const ring = () => void context.wakeUps.ringNow('discover', account).catch(() => {});
    timers.set(account, setTimeout(ring, wait).unref());
  };
}
