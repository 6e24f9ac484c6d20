import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import { isOutside, type OutsidePoint } from '../support/points.js';
import type { Wish } from '../support/wish.js';

/** How one process is to end. */
export type Life =
  /** At the first of these points that it comes to. */
  | { readonly kind: 'points'; readonly wishes: readonly Wish[] }
  /** While Amazon has its POST in hand. */
  | { readonly kind: 'outside'; readonly point: OutsidePoint }
  /** At any moment: so long after it was started, or after it began to work. */
  | { readonly kind: 'random'; readonly after: 'spawned' | 'started'; readonly ms: number };

/** More than one at a time, because some points are passed all the time and others seldom. */
const WISHES_AT_ONCE = 6;
/** A start takes a second or two. */
const LONGEST_START_MS = 1_500;
const LONGEST_WORK_MS = 1_500;

/** The kills of one series that are still to be made. */
export class KillPlan {
  readonly reached: string[] = [];
  randomKills = 0;
  readonly #random: SeededRandom;
  #points: string[];
  #randomLeft: number;
  /** Handed out to lives that have not ended. */
  #inHand = 0;

  constructor(points: readonly string[], atRandom: number, random: SeededRandom) {
    this.#points = [...points];
    this.#randomLeft = atRandom;
    this.#random = random;
  }

  get left(): number {
    return this.#points.length + this.#randomLeft;
  }

  get kills(): number {
    return this.reached.length + this.randomKills;
  }

  /** `null`: nothing is left, or nothing that is not in other hands. */
  next(): Life | null {
    const left = this.left - this.#inHand;
    if (left <= 0) return null;
    this.#inHand += 1;
    const random = this.#random;
    if (random.next() * left < this.#randomLeft) {
      this.#randomLeft -= 1;
      this.#inHand -= 1;
      return random.chance(0.25)
        ? { kind: 'random', after: 'spawned', ms: random.between(0, LONGEST_START_MS) }
        : { kind: 'random', after: 'started', ms: random.between(0, LONGEST_WORK_MS) };
    }
    const first = random.pick(this.#points);
    if (isOutside(first)) return { kind: 'outside', point: first };
    const inside = this.#points.filter((point) => !isOutside(point));
    const chosen = new Set([first]);
    for (let draw = 0; draw < WISHES_AT_ONCE; draw += 1) chosen.add(random.pick(inside));
    const wishes = [...chosen].map(
      (point): Wish => ({ point, nth: 1 + Math.floor(random.next() ** 2 * 4), act: 'die' }),
    );
    return { kind: 'points', wishes };
  }

  diedAt(point: string): void {
    this.#inHand -= 1;
    this.reached.push(point);
    const index = this.#points.indexOf(point);
    if (index >= 0) this.#points.splice(index, 1);
  }

  diedAtRandom(): void {
    this.randomKills += 1;
  }

  /** The process ended otherwise: another one tries again. */
  missed({ kind }: Life): void {
    if (kind === 'random') this.#randomLeft += 1;
    else this.#inHand -= 1;
  }
}
