import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tries `attempt` until it no longer throws, and gives back what it returned. Fails with its last error.
 * Nobody waits longer than it takes: `within` is for what never comes, and a busy machine is several times slower.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, { within = 60_000 } = {}): Promise<T> {
  const until = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await pause(10);
  }
}
