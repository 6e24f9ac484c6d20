import type { ProductPattern } from './asking-rules.js';

const compiled = new Map<ProductPattern, readonly string[]>();

/** Does the SKU or ASIN fit the pattern? One that is not known fits none. */
export function fits(value: string | null, pattern: ProductPattern): boolean {
  return value !== null && hasPieces(value.toUpperCase(), piecesOf(pattern));
}

export function fitsAny(value: string | null, patterns: readonly ProductPattern[]): boolean {
  return patterns.some((pattern) => fits(value, pattern));
}

/** What stands before, between and behind the stars. Patterns come from the owner's env files: few, the same for every order. */
function piecesOf(pattern: ProductPattern): readonly string[] {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const pieces = pattern.toUpperCase().split('*');
  compiled.set(pattern, pieces);
  return pieces;
}

/** The first piece begins the text, the last one ends it, the others follow each other between them. */
function hasPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces.at(0) ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}
