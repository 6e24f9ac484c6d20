import { z } from 'zod';
import { type Fault, type FaultInput, type FaultKind, faultSchema, operationsOf } from './fault.js';
import type { Instant } from './instant.js';
import type { Operation } from './operation.js';
import type { SeededRandom } from './seeded-random.js';

/** A request at a point where a fault could strike it. */
export interface FaultEvent {
  /** Before or after Amazon has acted on it. */
  readonly moment: 'before' | 'after';
  readonly operation: Operation;
  readonly account: string | null;
  readonly orderId: string | null;
  readonly now: Instant;
}

interface SwitchedOn {
  readonly fault: Fault;
  readonly endsAt: Instant;
  /** Requests it could have struck, and those it did. */
  seen: number;
  struck: number;
}

/** The faults that are switched on. Which request is struck depends on the seed and the order of requests alone. */
export class FaultBoard {
  readonly #random: SeededRandom;
  readonly #now: () => Instant;
  #on: SwitchedOn[] = [];

  constructor(random: SeededRandom, now: () => Instant) {
    this.#random = random;
    this.#now = now;
  }

  /** Throws a ZodError, and changes nothing, when one of them is not a fault. */
  replace(faults: readonly FaultInput[]): void {
    this.#on = this.#switchOn(faults);
  }

  add(...faults: readonly FaultInput[]): void {
    this.#on.push(...this.#switchOn(faults));
  }

  clear(): void {
    this.#on = [];
  }

  list(): readonly (Fault & { readonly struck: number })[] {
    const now = this.#now();
    return this.#on.filter((on) => isLive(on, now)).map(({ fault, struck }) => ({ ...fault, struck }));
  }

  /** The first of these faults that strikes now, if any; it counts as having struck. */
  draw<K extends FaultKind>(kinds: readonly K[], event: FaultEvent): Extract<Fault, { kind: K }> | null {
    let drawn: Fault | null = null;
    for (const on of this.#on) {
      if (!kinds.some((kind) => kind === on.fault.kind) || !isLive(on, event.now) || !aimsAt(on.fault, event)) continue;
      on.seen += 1;
      // Drawn even when another fault has struck already, so that adding one does not shift the chances of the next.
      if (strikes(on, this.#random) && drawn === null) {
        on.struck += 1;
        drawn = on.fault;
      }
    }
    return drawn as Extract<Fault, { kind: K }> | null;
  }

  #switchOn(faults: readonly FaultInput[]): SwitchedOn[] {
    const now = this.#now();
    return z
      .array(faultSchema)
      .parse(faults)
      .map((fault) => ({
        fault,
        endsAt: fault.forMs === undefined ? Number.POSITIVE_INFINITY : now + fault.forMs,
        seen: 0,
        struck: 0,
      }));
  }
}

function isLive({ fault, endsAt, struck }: SwitchedOn, now: Instant): boolean {
  return now < endsAt && struck < (fault.times ?? Number.POSITIVE_INFINITY);
}

function aimsAt(fault: Fault, event: FaultEvent): boolean {
  return (
    (!('moment' in fault) || fault.moment === event.moment) &&
    operationsOf(fault).includes(event.operation) &&
    (fault.account === undefined || fault.account === event.account) &&
    (fault.orderId === undefined || fault.orderId === event.orderId)
  );
}

function strikes({ fault, seen }: SwitchedOn, random: SeededRandom): boolean {
  if (fault.everyNth !== undefined) return seen % fault.everyNth === 0;
  return fault.probability === undefined || random.chance(fault.probability);
}
