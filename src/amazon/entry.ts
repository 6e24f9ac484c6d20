import type { DateTime } from 'luxon';
import { instantAt } from '../policy/instants.js';
import { instantOf } from './instant.js';

/** Far more than anything of Amazon's has: whatever is beyond is no order, and must not fill the memory or the ledger. */
const mostCharacters = 250;
const mostEntries = 1_000;

/** Something in an entry that is not as it must be. */
interface Problem {
  /** Dotted. */
  readonly path: string;
  /** Never quotes what was found: it may be about a buyer. */
  readonly what: string;
}

const noInstant = instantAt(0);

/**
 * One object of an answer, read field by field; what nobody asks for is dropped. A field that is wrong is noted as a problem and
 * reads as something empty: an entry with problems is not to be believed. A field that may be missing may be `null`, too.
 *
 * Written by hand: a first start reads a million orders, and zod takes several times as long for each.
 */
export class Entry {
  readonly #problems: Problem[];
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #within: string;

  private constructor(fields: object, within: string, problems: Problem[]) {
    this.#fields = fields as Readonly<Record<string, unknown>>;
    this.#within = within;
    this.#problems = problems;
  }

  /** `null`: it is no object at all. */
  static of(value: unknown): Entry | null {
    return isObject(value) ? new Entry(value, '', []) : null;
  }

  /** In the order in which they were met, those of the objects within as well. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  text(name: string): string {
    const value = this.#fields[name];
    return isText(value) ? storable(value) : this.#wrong(name, '');
  }

  maybeText(name: string): string | null {
    return this.#fields[name] == null ? null : this.text(name);
  }

  /** A text that must pass a test; `otherwise` says what it is not. */
  textThat(passes: (text: string) => boolean, otherwise: string, name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') return this.#wrong(name, '');
    return passes(value) ? value : this.#wrong(name, '', otherwise);
  }

  instant(name: string): DateTime {
    const value = this.#fields[name];
    if (!isText(value)) return this.#wrong(name, noInstant);
    return instantOf(value) ?? this.#wrong(name, noInstant, 'not an instant');
  }

  maybeInstant(name: string): DateTime | null {
    return this.#fields[name] == null ? null : this.instant(name);
  }

  /** `null` for anything else: Amazon may have words that are newer than ours. */
  oneOf<const V extends string>(name: string, words: readonly V[]): V | null {
    const value = this.#fields[name];
    return words.find((word) => word === value) ?? null;
  }

  /** An object that must be there. */
  object(name: string): Entry {
    const value = this.#fields[name];
    if (isObject(value)) return new Entry(value, `${this.#within}${name}.`, this.#problems);
    this.#wrong(name, null);
    // What is missing in it is the same problem, not another one.
    return new Entry({}, '', []);
  }

  maybeObject(name: string): Entry | null {
    return this.#fields[name] == null ? null : this.object(name);
  }

  /** A list of objects, empty where it is missing. */
  objects<T>(name: string, read: (entry: Entry) => T): readonly T[] {
    const list = this.#list(name);
    if (list.length === 0) return [];
    const lists = new Entry(list, `${this.#within}${name}.`, this.#problems);
    return list.map((_, index) => read(lists.object(String(index))));
  }

  /** A list of texts, empty where it is missing. */
  texts(name: string): readonly string[] {
    const list = this.#list(name);
    if (list.length === 0) return [];
    const lists = new Entry(list, `${this.#within}${name}.`, this.#problems);
    return list.map((_, index) => lists.text(String(index)));
  }

  /** Counted before its entries are read: each wrong one of a million would be a problem. */
  #list(name: string): readonly unknown[] {
    const value = this.#fields[name] ?? [];
    return Array.isArray(value) && value.length <= mostEntries ? value : this.#wrong(name, []);
  }

  #wrong<T>(name: string, instead: T, what = missingOrWrong): T {
    this.#problems.push({ path: `${this.#within}${name}`, what });
    return instead;
  }
}

const missingOrWrong = 'missing or wrong';

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= mostCharacters;
}

/** Postgres takes neither NUL nor half a surrogate pair in a text. */
function storable(text: string): string {
  return plain.test(text) ? text : Buffer.from(text.replaceAll('\0', '')).toString();
}

const plain = /^[\x20-\x7e]*$/;
