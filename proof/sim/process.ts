import type { Instant } from '../../src/simulator/instant.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Calendar } from './calendar.js';
import type { Machine } from './clocks.js';

/** A promise that nobody keeps: what a killed process was waiting for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/**
 * One process on some machine, as the world outside sees it: it hears what comes in while it runs, later while it is
 * stopped, and never once it was killed.
 */
export class Process {
  readonly name: string;
  readonly machine: Machine;
  readonly #calendar: Calendar;
  readonly #random: SeededRandom;
  #alive = true;
  #stopped = false;
  #shutDown = false;
  #unheard: (() => void)[] = [];
  readonly #onDeath: (() => void)[] = [];
  readonly #onStop: (() => void)[] = [];
  readonly #onGoingOn: (() => void)[] = [];
  readonly #onShutdown: (() => void)[] = [];

  constructor(name: string, machine: Machine, calendar: Calendar, random: SeededRandom) {
    this.name = name;
    this.machine = machine;
    this.#calendar = calendar;
    this.#random = random;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get running(): boolean {
    return this.#alive && !this.#stopped;
  }

  /** Lets go of its calls; what it still does is its last words to the ledger. */
  get shutDown(): boolean {
    return this.#shutDown;
  }

  /** Something comes in. */
  hear(what: () => void): void {
    if (!this.#alive) return;
    if (this.#stopped) this.#unheard.push(what);
    else what();
  }

  /** A timer of the process. */
  later(ms: number, what: () => void): void {
    this.#calendar.after(Math.max(Math.ceil(ms), 0), () => this.hear(what));
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#unheard = [];
    for (const tell of this.#onDeath) tell();
  }

  /** SIGSTOP, or a machine that stands still; `goOn` tells when it is over. */
  stop(until: Instant, goOn: () => void): void {
    if (!this.running) return;
    this.#stopped = true;
    for (const tell of this.#onStop) tell();
    this.#calendar.at(until, () => {
      this.#stopped = false;
      if (!this.#alive) return;
      goOn();
      for (const tell of this.#onGoingOn) tell();
      // Timers that have run out and answers that have come meanwhile: nobody knows which the process sees first.
      for (const what of shuffled(this.#unheard.splice(0), this.#random)) {
        this.#calendar.at(this.#calendar.now, () => this.hear(what));
      }
    });
  }

  beginShutdown(): void {
    if (this.#shutDown) return;
    this.#shutDown = true;
    for (const tell of this.#onShutdown.splice(0)) tell();
  }

  whenKilled(tell: () => void): void {
    this.#onDeath.push(tell);
  }

  whenStopped(tell: () => void): void {
    this.#onStop.push(tell);
  }

  whenGoingOn(tell: () => void): void {
    this.#onGoingOn.push(tell);
  }

  /** At once where it has begun already. Answers how to forget about it. */
  whenShutDown(tell: () => void): () => void {
    if (this.#shutDown) {
      tell();
      return () => {};
    }
    this.#onShutdown.push(tell);
    return () => {
      const index = this.#onShutdown.indexOf(tell);
      if (index >= 0) this.#onShutdown.splice(index, 1);
    };
  }
}

function shuffled<T>(list: readonly T[], random: SeededRandom): readonly T[] {
  return list
    .map((each) => ({ each, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ each }) => each);
}
