/** What a process of the proof is told to do to itself, the n-th time that it reaches a point. */
export interface Wish {
  readonly point: string;
  readonly nth: number;
  readonly act: 'die' | 'stop';
}

/** How the wishes travel: in the environment of a process that starts, and line by line to one that runs. */
export const WISHES = 'PROOF_WISHES';
/** Breaks the process on purpose, to show that the proof fails: see `broken.ts`. */
export const BREAK = 'PROOF_BREAK';

/** The last word of a process at its point, as a line of its log. */
export const REACHED = 'proof-point-reached';

export function wishesOf(text: string | undefined): Wish[] {
  return text === undefined || text === '' ? [] : (JSON.parse(text) as Wish[]);
}
