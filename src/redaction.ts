const HIDDEN = '[secret]';

/** Shorter words stand in too many others: a log in which every "db" is hidden tells nothing. */
const SHORTEST_WORD = 6;
/** Deeper than any fact of ours; whoever logs a whole client or answer by mistake gets so much of it. */
const DEEPEST = 8;

/** Amazon's access and refresh tokens and client secrets say by their beginning what they are. */
const AMAZONS = /\b(?:Atz[ar](?:\||%7C)[^\s"'&,;)}\]]+|amzn1\.oa2-cs\.[^\s"'&,;)}\]]+)/gi;
/** The user and password of an address. */
const USER_INFO = /(?<=:\/\/)[^\s/:@]*:[^\s@]+@/g;
const BEARER = /(?<=\bBearer )\S+/gi;

/** A field with such a name is not shown whatever it holds; counts and the like are. */
const SECRET_NAME = /secret|token|password|passwd|authorization|cookie|api-?key/i;

/** Takes secrets out of whatever is to be written down: those it was told, those of Amazon's form, and fields named like one. */
export class Redaction {
  #words: readonly string[] = [];

  /** From now on these are hidden wherever they appear, also as they stand in an address or in JSON. */
  learn(secrets: readonly string[]): void {
    const words = secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
    ]);
    const known = new Set([...this.#words, ...words.filter((word) => word.length >= SHORTEST_WORD)]);
    // The longest first: of an address that holds a password the whole is hidden.
    this.#words = [...known].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    let redacted = text;
    for (let index = this.#longestWithin(text); index < this.#words.length; index += 1) {
      const word = this.#words[index] ?? '';
      if (redacted.includes(word)) redacted = redacted.replaceAll(word, HIDDEN);
    }
    return redacted.replace(AMAZONS, HIDDEN).replace(USER_INFO, `${HIDDEN}@`).replace(BEARER, HIDDEN);
  }

  /** Of hundreds of accounts the secrets are too many to look for each of them in every order id. */
  #longestWithin(text: string): number {
    let [from, to] = [0, this.#words.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#words[middle]?.length ?? 0) > text.length) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** The same facts without secrets, at any depth. */
  facts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#object(facts, 0);
  }

  #object(object: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        this.text(name),
        typeof value === 'string' && SECRET_NAME.test(name) ? HIDDEN : this.#value(value, depth + 1),
      ]),
    );
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > DEEPEST) return '...';
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.#value(value.toJSON(), depth + 1);
    if (Array.isArray(value)) return value.map((one) => this.#value(one, depth + 1));
    const { message, code } = value as { message?: unknown; code?: unknown };
    // An error's own words are not among its entries, and what an HTTP client hangs on it is nobody's business.
    if (value instanceof Error) return this.#object({ message, ...(code === undefined ? {} : { code }) }, depth);
    return this.#object(value as Record<string, unknown>, depth);
  }
}
