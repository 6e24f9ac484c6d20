const MOST_SLIPS = 3;

/** The known word that somebody who wrote `word` most likely meant, if one is near enough. Both in the same case. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  const length = [...word].length;
  const [best] = known
    .filter((candidate) => Math.abs(candidate.length - length) <= MOST_SLIPS)
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  if (!best || best.distance > Math.min(MOST_SLIPS, Math.floor(best.candidate.length / 3))) return undefined;
  return best.candidate;
}

/** Levenshtein: the number of letters to add, drop or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const changed = (row[j] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
