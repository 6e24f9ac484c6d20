import type { Listeners } from '../queue/wake-ups.js';
import type { Meters, Step } from './meters.js';

/** Sees each step as it runs. It runs it exactly once, and answers or throws what the step does. */
export type WatchStep = <T>(step: Step, run: () => Promise<T>) => Promise<T>;

/** The same listeners, seen by somebody; a step that is not listened to stays so. */
export function watchedListeners(listeners: Listeners, watch: WatchStep): Listeners {
  const { schedule, send, settle, discover, sweep } = listeners;
  return {
    ...(schedule && { schedule: (orderId: string) => watch('schedule', () => schedule(orderId)) }),
    ...(send && { send: (orderId: string) => watch('send', () => send(orderId)) }),
    ...(settle && { settle: (orderId: string) => watch('settle', () => settle(orderId)) }),
    ...(discover && { discover: (account: string) => watch('discover', () => discover(account)) }),
    ...(sweep && { sweep: () => watch('sweep', () => sweep()) }),
  };
}

/** Times every step and counts those that threw. */
export function measuredListeners(listeners: Listeners, meters: Meters): Listeners {
  return watchedListeners(listeners, async (step, run) => {
    const startedAt = performance.now();
    let failed = true;
    try {
      const answer = await run();
      failed = false;
      return answer;
    } finally {
      meters.stepEnded(step, (performance.now() - startedAt) / 1000, failed);
    }
  });
}
