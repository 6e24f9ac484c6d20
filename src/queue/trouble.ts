import type { OnTrouble } from './wake-ups.js';

const SAME_AGAIN_AFTER_MS = 10_000;

/**
 * Passes on each trouble with the queue itself once in a while only: while Redis or Postgres is away, every connection
 * and every worker complains several times a second. Listeners that threw are always passed on.
 */
export function calmed(onError: OnTrouble): OnTrouble {
  const saidAt = new Map<string, number>();
  return (error, context) => {
    if (context.subject !== null) return onError(error, context);
    const now = performance.now();
    const last = saidAt.get(error.message);
    if (last !== undefined && now - last < SAME_AGAIN_AFTER_MS) return;
    if (saidAt.size > 100) saidAt.clear();
    saidAt.set(error.message, now);
    onError(error, context);
  };
}
