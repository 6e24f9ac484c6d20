import { DateTime } from 'luxon';
import { AlignedClock } from '../../src/aligned-clock.js';
import type { Clock, Timers } from '../../src/clock.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Calendar } from './calendar.js';
import type { Process } from './process.js';

/** As in `workers/worker.ts`. */
const FOLLOW_EVERY_MS = 15_000;
/** As in `src/aligned-clock.ts`. */
const LONGEST_READING_MS = 2_000;

/** The timers of one machine. */
export class Machine implements Timers {
  readonly #calendar: Calendar;
  readonly #bootedAt: number;
  #wallIsOffMs = 0;
  #sleptMs = 0;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
    this.#bootedAt = calendar.now;
  }

  readonly wall = (): number => this.#calendar.now + this.#wallIsOffMs;

  readonly steady = (): number => this.#calendar.now - this.#bootedAt - this.#sleptMs;

  /** `date -s`, or an NTP that is wrong; by how much it is off from now on. */
  setWall(isOffMs: number): void {
    this.#wallIsOffMs = isOffMs;
  }

  /** It has slept for so long, and its steady timer with it. */
  hasSlept(ms: number): void {
    this.#sleptMs += ms;
  }
}

/**
 * The clock of a worker. It reads the ledger's time at the start and whenever something has moved; in between, every 15
 * seconds, a reading would teach nothing, so none is played.
 */
export async function clockOf(
  machine: Machine,
  process: Process,
  ledger: Pick<Ledger, 'time'>,
  chance: SeededRandom,
  whenMoved: (tell: () => void) => void,
): Promise<AlignedClock> {
  const clock = new AlignedClock(machine, () => {});
  await clock.followLedger(() => ledger.time());
  /** As long as a reading may not have counted, the next one may teach something. */
  const follow = (): void => {
    const asked = machine.steady();
    const again = () => process.later(FOLLOW_EVERY_MS, follow);
    clock
      .followLedger(() => ledger.time())
      .then(() => {
        if (machine.steady() - asked > LONGEST_READING_MS) again();
      }, again);
  };
  const soon = () => process.later(chance.next() * FOLLOW_EVERY_MS, follow);
  process.whenGoingOn(soon);
  whenMoved(soon);
  return clock;
}

/** Amazon's own clock, and that of people. */
export function trueClock(calendar: Calendar): Clock {
  return { now: () => DateTime.fromMillis(calendar.now, { zone: 'utc' }) };
}
