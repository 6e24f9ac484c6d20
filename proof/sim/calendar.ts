import type { Instant } from '../../src/simulator/instant.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';

/** Something that is to happen at an instant of the virtual calendar. */
interface Happening {
  readonly at: Instant;
  /** Decides between happenings of the same instant. */
  readonly tie: number;
  readonly happen: () => void;
  readonly wakesCode: boolean;
}

/**
 * The only clock of a simulated run, and everything that is still to happen in it. Of what falls on the same millisecond
 * the seed decides what comes first.
 */
export class Calendar {
  readonly #random: SeededRandom;
  readonly #heap: Happening[] = [];
  #now: Instant;

  constructor(start: Instant, random: SeededRandom) {
    this.#now = start;
    this.#random = random;
  }

  get now(): Instant {
    return this.#now;
  }

  at(instant: Instant, happen: () => void): void {
    this.#push({ at: Math.max(instant, this.#now), tie: this.#random.next(), happen, wakesCode: true });
  }

  after(ms: number, happen: () => void): void {
    this.at(this.#now + ms, happen);
  }

  /** For what lets no code go on by itself: nothing needs to run to its next await behind it. */
  quietlyAt(instant: Instant, happen: () => void): void {
    this.#push({ at: Math.max(instant, this.#now), tie: this.#random.next(), happen, wakesCode: false });
  }

  /** Lets everything happen up to `end`, which is outside. After each happening the code it woke runs to its next await. */
  async runUntil(end: Instant, afterEach: () => void): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at >= end) break;
      this.#pop();
      this.#now = next.at;
      next.happen();
      if (next.wakesCode) await drained();
      afterEach();
    }
    this.#now = end;
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let index = heap.push(happening) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(happening, heap[parent] as Happening)) break;
      heap[index] = heap[parent] as Happening;
      index = parent;
    }
    heap[index] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Happening, heap[child] as Happening)) child += 1;
      if (!isBefore(heap[child] as Happening, last)) break;
      heap[index] = heap[child] as Happening;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

/** All microtasks have run: every piece of code stands at an await that only the calendar can end. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
