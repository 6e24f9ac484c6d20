/** One safeguard taken away, to see that a test notices. */
export interface Mutant {
  readonly name: string;
  /** What is taken away, in a sentence without its full stop. */
  readonly removed: string;
  readonly edits: readonly Edit[];
  /** What has to notice, the quickest first: the first failing test kills the mutant. */
  readonly checks: readonly Check[];
}

/** `from` stands exactly once in the file: an edit that no longer fits the code is a failure, never skipped. */
export interface Edit {
  /** From the root of the checkout. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export type Check =
  /** Test files by a pattern of their path; of those only the tests whose full name fits `named`. */
  | { readonly kind: 'tests'; readonly path: string; readonly named?: string }
  /** The simulated days of `npm run proof:sim`. */
  | { readonly kind: 'sim'; readonly seeds: number };

export type Fate =
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'survived' }
  /** It says nothing: the edit does not fit, the code cannot be loaded, or every test fails. */
  | { readonly kind: 'broken'; readonly why: string };

export function tests(path: string, named?: string): Check {
  return { kind: 'tests', path, ...(named === undefined ? {} : { named }) };
}
