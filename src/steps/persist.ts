import type { StepContext } from './step.js';

const PAUSES_MS = [100, 300, 1000, 2000, 3000];

/**
 * Writes down an answer although the ledger may be restarting this very moment. If it stays away the row stays
 * `sending`, and settle finds out from Amazon what the answer was.
 */
export async function persist<T>(
  write: () => Promise<T>,
  { clock, waitUntil, log }: Pick<StepContext, 'clock' | 'waitUntil' | 'log'>,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await write();
    } catch (error) {
      log.warn('ledger-write-retried', { error: error instanceof Error ? error.message : String(error) });
    }
    await waitUntil(clock.now().plus(pauseMs));
  }
  return write();
}
