import { within } from '../queue/within.js';

export interface Reading<T> {
  /** `null`: never read, or too long ago to be shown. */
  readonly value: T | null;
  /** Whether it answers: not by an error, and not so slowly that nothing younger is known. */
  readonly up: boolean;
}

export interface ReadingTimes {
  /** Within this time nobody reads again: several Prometheus together cost no more than one. */
  readonly freshMs: number;
  /** Nobody waits longer. The read itself goes on, and the next one who asks may wait for the same. */
  readonly patienceMs: number;
  /** While it cannot be read, the last value is shown for so long: one missed read is no gap in a graph. */
  readonly keptMs: number;
}

/** A value that is read when somebody asks, by one read at a time, and never makes anybody wait for long. */
export function keptReading<T>(
  read: () => Promise<T>,
  what: string,
  { freshMs, patienceMs, keptMs }: ReadingTimes,
): () => Promise<Reading<T>> {
  let last: { readonly value: T; readonly readAt: number } | null = null;
  let failed = false;
  let reading: Promise<Reading<T>> | null = null;

  const lastKnown = () => (last !== null && performance.now() - last.readAt < keptMs ? last.value : null);
  const readOnce = async (): Promise<Reading<T>> => {
    // As old as the question, not as the answer.
    const readAt = performance.now();
    try {
      const value = await read();
      last = { value, readAt };
      failed = false;
      return { value, up: true };
    } catch {
      failed = true;
      return { value: lastKnown(), up: false };
    }
  };

  return async () => {
    const age = last === null ? Number.POSITIVE_INFINITY : performance.now() - last.readAt;
    if (last !== null && age < freshMs) return { value: last.value, up: true };
    reading ??= readOnce().finally(() => {
      reading = null;
    });
    try {
      return await within(patienceMs, reading, what);
    } catch {
      // It may be slow, e.g. while everything was planned anew, and is not away for that.
      const value = lastKnown();
      return { value, up: value !== null && !failed };
    }
  };
}
