/** Passes on what it is called with, at most once per `everyMs` for the same first argument. `elapsed` counts milliseconds. */
export function oncePer<T extends readonly unknown[]>(
  everyMs: number,
  elapsed: () => number,
  tell: (what: string, ...rest: T) => void,
): (what: string, ...rest: T) => void {
  const lastAt = new Map<string, number>();
  return (what, ...rest) => {
    const before = lastAt.get(what);
    if (before !== undefined && elapsed() - before < everyMs) return;
    lastAt.set(what, elapsed());
    tell(what, ...rest);
  };
}
