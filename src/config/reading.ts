/** What became of a text that should mean something: a value, or what is wrong with it, in words. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly remedy?: string };

/** Reads a trimmed text that is not empty. A problem may quote the text only through {@link shown}. */
export type Reader<T> = (text: string) => Reading<T>;

export function read<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function unreadable<T>(problem: string, remedy?: string): Reading<T> {
  return remedy === undefined ? { ok: false, problem } : { ok: false, problem, remedy };
}

/**
 * A word of a value, fit for a message. Anything long or unusual is left out: a secret pasted under the wrong key must not
 * be printed.
 */
export function shown(word: string): string {
  return /^[\w.:+*/-]{1,15}$/.test(word) ? `"${word}"` : 'the value given';
}

/** One of the words, whatever their case. */
export function oneOf<const W extends string>(words: readonly W[]): Reader<W> {
  return (text) => {
    const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
    return word === undefined ? unreadable(`${shown(text)} is none of ${words.join(', ')}`) : read(word);
  };
}

export const yesOrNo: Reader<boolean> = (text) => {
  const word = text.toLowerCase();
  if (word === 'yes' || word === 'true') return read(true);
  if (word === 'no' || word === 'false') return read(false);
  return unreadable(`${shown(text)} is neither yes nor no`);
};

/** A whole number; both ends are allowed values. */
export function wholeNumber(least: number, most: number): Reader<number> {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most
      ? read(number)
      : unreadable(`${shown(text)} is not a whole number from ${least} to ${most}`);
  };
}

/** A comma-separated list of at least one entry, each read by `entry`. The first wrong entry is reported. */
export function listOf<T>(entry: Reader<T>): Reader<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    for (const word of text.split(',').map((part) => part.trim())) {
      if (word === '') return unreadable('an entry of the list is empty');
      const reading = entry(word);
      if (!reading.ok) return reading;
      values.push(reading.value);
    }
    return read(values);
  };
}

/** Any text in one piece: a path may hold spaces, control characters are a slip. */
export const anyText: Reader<string> = (text) =>
  hasControlCharacter(text) ? unreadable('the value holds a control character') : read(text);

/** Credentials: no white space inside, which would be a copying slip that Amazon answers with a riddle. */
export function oneWord(leastLength: number): Reader<string> {
  return (text) => {
    if (/\s/.test(text) || hasControlCharacter(text)) return unreadable('the value has white space inside');
    if (text.length < leastLength) return unreadable(`the value is shorter than ${leastLength} characters`);
    return read(text);
  };
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}
