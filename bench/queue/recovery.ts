import { percentile } from '../support/percentiles.js';

/** Seconds from the loss of a whole queue until its due orders ring again. */
export interface Recovery {
  readonly due: number;
  /** Due, and silent to the end. */
  readonly silent: number;
  readonly medianSeconds: number | null;
  /** Until everything due had rung; `null`: not everything did. */
  readonly allSeconds: number | null;
}

/** Instants in milliseconds of the same timer. */
export function recoveryOf(heardAt: readonly number[], lostAt: number, due: number): Recovery {
  const seconds = heardAt.map((at) => (at - lostAt) / 1000);
  const silent = due - heardAt.length;
  return {
    due,
    silent,
    medianSeconds: seconds.length === 0 ? null : percentile(seconds, 0.5),
    allSeconds: silent > 0 || seconds.length === 0 ? null : Math.max(...seconds),
  };
}
