import type { DateTime } from 'luxon';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Pace } from './access-pace.js';

const QUIET_SECONDS = 60;

/** Slows down who guesses, and tells the log of it, at most once a minute. */
export class WrongTokens {
  readonly #pace: Pace;
  readonly #log: Log;
  readonly #clock: Clock;
  #refused = 0;
  #toldAt: DateTime | null = null;

  constructor(pace: Pace, log: Log, clock: Clock) {
    this.#pace = pace;
    this.#log = log;
    this.#clock = clock;
  }

  /** Resolves when the wrong token may be answered. */
  async refuse(address: string): Promise<'wrong-token' | 'too-many'> {
    this.#tell(address);
    return (await this.#pace.turn(address)) === 'your-turn' ? 'wrong-token' : 'too-many';
  }

  #tell(address: string): void {
    const now = this.#clock.now();
    this.#refused += 1;
    if (this.#toldAt !== null && now.diff(this.#toldAt).as('seconds') < QUIET_SECONDS) return;
    this.#log.warn('log-in-refused', { address, refused: this.#refused });
    this.#refused = 0;
    this.#toldAt = now;
  }
}
