import { type Log, sentenceOf } from '../log.js';

/** More in a minute: the process itself is broken, and whoever supervises it starts a new one. */
const MOST_IN_A_MINUTE = 100;

/**
 * Keeps one part's slip (a throw in a timer, a rejection nobody waited for) from ending all the others in the middle of an
 * answer. Nothing of the promise rests on this process: what was in hand is in the ledger and rings again.
 */
export function surviveUnhandled(log: Log, tooOften: (error: string) => void): void {
  let times: number[] = [];
  const hear = (error: unknown) => {
    const now = performance.now();
    times = [...times.filter((time) => now - time < 60_000), now];
    log.error('unhandled', { error: sentenceOf(error), place: placeOf(error) });
    if (times.length > MOST_IN_A_MINUTE)
      tooOften(`${times.length} errors within a minute; the last: ${sentenceOf(error)}`);
  };
  process.on('uncaughtException', hear);
  process.on('unhandledRejection', hear);
}

/** The function that threw, without its file: for whoever reports it. */
function placeOf(error: unknown): string | null {
  const frame = error instanceof Error ? /\n\s+at (?:async )?([\w.$<>[\] ]+?) \(/.exec(error.stack ?? '') : null;
  return frame?.[1] ?? null;
}
