import type { DateTime } from 'luxon';

interface Streak {
  readonly since: DateTime;
  readonly lastAt: DateTime;
}

interface Breaks {
  readonly toleranceMs?: number;
  readonly interruptedAt?: DateTime | null;
}

/** What this process has seen happen, where the ledger knows only how things are. Lost with the process, and never a proof. */
export class Watch {
  readonly #streaks = new Map<string, Streak>();
  readonly #values = new Map<string, { readonly value: number | null; readonly changedAt: DateTime | null }>();

  /**
   * Since when something has been seen to hold, with no break longer than `toleranceMs`; `null`: it does not. What was seen up
   * to `interruptedAt` does not count.
   */
  holdsSince(
    what: string,
    holds: boolean,
    now: DateTime,
    { toleranceMs = 0, interruptedAt = null }: Breaks = {},
  ): DateTime | null {
    const known = this.#streaks.get(what);
    const before = known !== undefined && interruptedAt !== null && interruptedAt >= known.since ? undefined : known;
    if (holds) {
      const since = before?.since ?? now;
      this.#streaks.set(what, { since, lastAt: now });
      return since;
    }
    if (before !== undefined && now.diff(before.lastAt).toMillis() < toleranceMs) return before.since;
    this.#streaks.delete(what);
    return null;
  }

  /** When a value was seen to change last; `null`: it has not, since it was seen first. */
  changedAt(what: string, value: number | null, now: DateTime): DateTime | null {
    const before = this.#values.get(what);
    if (before !== undefined && before.value === value) return before.changedAt;
    const changedAt = before === undefined ? null : now;
    this.#values.set(what, { value, changedAt });
    return changedAt;
  }
}
