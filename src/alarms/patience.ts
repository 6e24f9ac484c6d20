const LONGEST_PAUSE_MS = 15 * 60_000;
/** Whoever asks for a longer rest is not believed. */
const LONGEST_REST_MS = 60 * 60_000;
const NEWS_EVERY_MS = 60 * 60_000;
/** So many troubles are remembered; of more the oldest are forgotten, and tried a little sooner. */
const MOST = 500;

interface Trouble {
  readonly failures: number;
  readonly until: number;
  readonly toldAt: number | null;
}

/** How long to leave what failed alone: longer each time. The key `null` is the whole webhook. */
export class Patience {
  readonly #firstPauseMs: number;
  readonly #elapsed: () => number;
  readonly #troubles = new Map<string | null, Trouble>();

  /** `elapsed`: milliseconds that ran since some instant. */
  constructor(firstPauseMs: number, elapsed: () => number) {
    this.#firstPauseMs = firstPauseMs;
    this.#elapsed = elapsed;
  }

  isResting(key: string | null): boolean {
    const trouble = this.#troubles.get(key);
    return trouble !== undefined && this.#elapsed() < trouble.until;
  }

  /** One more failure. `askedMs`: the rest that was asked for, if that is longer. */
  rest(key: string | null, askedMs: number | null): void {
    const before = this.#troubles.get(key);
    const failures = (before?.failures ?? 0) + 1;
    // A little short of whole rounds, so that the round after the pause is not missed by a hair.
    const pause = Math.min(this.#firstPauseMs * (2 ** Math.min(failures - 1, 20) - 0.5), LONGEST_PAUSE_MS);
    const until = this.#elapsed() + Math.max(pause, Math.min(askedMs ?? 0, LONGEST_REST_MS));
    this.#troubles.delete(key);
    this.#troubles.set(key, { failures, until, toldAt: before?.toldAt ?? null });
    const [oldest] = this.#troubles.keys();
    if (this.#troubles.size > MOST && oldest !== undefined) this.#troubles.delete(oldest);
  }

  forget(key: string | null): void {
    this.#troubles.delete(key);
  }

  /** Whether to log the trouble: at most once an hour. */
  isNews(key: string): boolean {
    const trouble = this.#troubles.get(key);
    const now = this.#elapsed();
    if (trouble?.toldAt !== null && trouble?.toldAt !== undefined && now - trouble.toldAt < NEWS_EVERY_MS) return false;
    this.#troubles.set(key, { failures: 0, until: 0, ...trouble, toldAt: now });
    return true;
  }
}
