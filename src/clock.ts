import { DateTime } from 'luxon';

/** Where the time comes from. `now()` is in UTC; tests step their own. */
export interface Clock {
  now(): DateTime;
}

/** The clock of a worker: it decides when windows open and close, and whether a claim is still good. */
export interface WorkerClock extends Clock {
  /**
   * Begins to measure. What it returns tells the milliseconds since then, by whichever timer of the machine ran further: while
   * a process is stopped, and while the whole machine sleeps, time passes all the same.
   */
  stopwatch(): () => number;
  /** False while Amazon's own clock says otherwise, or has not been heard yet: then nothing may end because its time is over. */
  agreesWithAmazon(): boolean;
}

/** What a machine measures time with, in milliseconds. */
export interface Timers {
  /** Since 1970. Steps when somebody sets it. */
  wall(): number;
  /** Since some instant. Never steps; stands still while the machine sleeps. */
  steady(): number;
}

/** The only reader of the wall clock. */
export const machineTimers: Timers = {
  wall: () => Date.now(),
  steady: () => performance.now(),
};

export const systemClock: Clock = {
  now: () => DateTime.utc(),
};
