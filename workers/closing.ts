import { type Log, sentenceOf } from '../src/log.js';
import { within } from '../src/queue/within.js';

/** Each part closes in a moment; one that hangs keeps nobody waiting for longer. */
const CLOSE_MS = 2_500;

/** Last opened, first closed; one that fails or hangs does not keep the others open. */
export async function closeAll(closing: (() => Promise<void>)[], log: Log): Promise<void> {
  for (const close of closing.splice(0).reverse())
    await closed(within(CLOSE_MS, Promise.resolve().then(close), 'closing'), log);
}

/** Waits for it; that it failed is told, and nothing else comes of it. */
export async function closed(work: Promise<void>, log: Log): Promise<void> {
  try {
    await work;
  } catch (error) {
    log.error('not-closed', { error: sentenceOf(error) });
  }
}
