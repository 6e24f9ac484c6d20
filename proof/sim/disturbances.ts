import type { Instant } from '../../src/simulator/instant.js';

interface Disturbance {
  readonly from: Instant;
  until: Instant;
  /** `null`: all of them. */
  readonly account: string | null;
}

/** When nobody could have been asked, whoever was to blame: what an order cannot be held to. */
export class Disturbances {
  readonly #all: Disturbance[] = [];

  /** Answers how to end one that has no end yet. */
  begin(from: Instant, account: string | null): (until: Instant) => void {
    const disturbance = { from, until: Number.POSITIVE_INFINITY, account };
    this.#all.push(disturbance);
    return (until) => {
      disturbance.until = until;
    };
  }

  add(from: Instant, until: Instant, account: string | null): void {
    this.#all.push({ from, until, account });
  }

  /** Milliseconds of the span that were disturbed for the account; `recoveryMs` is added to each disturbance. */
  within(from: Instant, until: Instant, account: string, recoveryMs: number): number {
    const spans = this.#all
      .filter((one) => one.account === null || one.account === account)
      .map((one) => ({ from: Math.max(one.from, from), until: Math.min(one.until + recoveryMs, until) }))
      .filter((one) => one.until > one.from)
      .sort((a, b) => a.from - b.from);
    let total = 0;
    let end = from;
    for (const span of spans) {
      if (span.until <= end) continue;
      total += span.until - Math.max(span.from, end);
      end = span.until;
    }
    return total;
  }
}
