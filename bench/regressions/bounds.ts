import { type Figures, rounded } from '../support/figures.js';

/** A ratio of one bench, and what it may be at worst. Of things that were measured in the same minute: neither a time nor the size of a machine. */
export interface Bound {
  readonly bench: string;
  readonly what: string;
  readonly of: (document: BenchDocument) => unknown;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What `npm run bench -- NAME --json` prints. */
export interface BenchDocument {
  readonly ratio: unknown;
  readonly figures: Figures;
}

export interface Judged {
  readonly bound: Bound;
  readonly seen: number | null;
  /** How many times worse it may become: below 1 it is worse than it may be. `null` where nothing was measured. */
  readonly room: number | null;
}

/** Where a figure is missing there is no room, either: a bench that no longer tells it guards nothing. */
export function judge(bound: Bound, document: BenchDocument): Judged {
  const told = bound.of(document);
  const seen = typeof told === 'number' && Number.isFinite(told) ? told : null;
  return { bound, seen, room: seen === null ? null : roomOf(bound, seen) };
}

function roomOf({ atLeast, atMost }: Bound, seen: number): number {
  const above = atLeast === undefined ? Number.POSITIVE_INFINITY : seen / atLeast;
  const below = atMost === undefined ? Number.POSITIVE_INFINITY : atMost / Math.max(seen, Number.EPSILON);
  return Math.min(above, below);
}

export function isWorse({ room }: Judged): boolean {
  return room === null || room < 1;
}

/** For whoever reads why a change was refused. */
export function complaintOf({ bound, seen }: Judged): string {
  const { bench, what } = bound;
  return seen === null
    ? `${bench}: "${what}" was not measured`
    : `${bench}: ${what} is ${rounded(seen)}, and must be ${limitOf(bound)}: something became several times worse`;
}

export function limitOf({ atLeast, atMost }: Bound): string {
  return atLeast === undefined ? `${atMost} at most` : `${atLeast} at least`;
}
