import type { OnTrouble } from './wake-ups.js';

const SAME_AGAIN_AFTER_MS = 10_000;

/** As often as one wake-up is rung, so that a listener that throws for one order is told of each time. */
const MOST_LISTENERS = 6;

/**
 * Passes on each trouble once in a while only. While Redis or Postgres is away, every connection and every worker complains
 * several times a second, and every order that comes due fails with the same words: of those a few are passed on.
 */
export function calmed(onError: OnTrouble): OnTrouble {
  const said = new Map<string, { readonly since: number; times: number }>();
  return (error, context) => {
    const now = performance.now();
    const ofQueue = context.subject === null;
    const words = ofQueue ? wordsOf(error) : `${context.queue}: ${wordsOf(error)}`;
    const before = said.get(words);
    if (before !== undefined && now - before.since < SAME_AGAIN_AFTER_MS) {
      before.times += 1;
      if (before.times <= (ofQueue ? 1 : MOST_LISTENERS)) onError(error, context);
      return;
    }
    if (said.size > 100) said.clear();
    said.set(words, { since: now, times: 1 });
    onError(error, context);
  };
}

function wordsOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${wordsOf(cause)}` : message;
}

export type Naming = (error: unknown) => Error;

/** Says who is in trouble: "read ECONNRESET" alone could mean anybody. */
export function naming(queue: string): Naming {
  return (error) => new Error(queue, { cause: isOffline(error) ? new Error('not connected') : error });
}

/** ioredis words it as a matter of its own options. */
function isOffline(error: unknown): boolean {
  return error instanceof Error && error.message.includes('enableOfflineQueue');
}
