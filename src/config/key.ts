import type { Reader } from './reading.js';

/**
 * Where a key may stand.
 *
 * - `process`: `.env` or the environment.
 * - `process-or-stricter`: as `process`; an account's own file may be stricter, never laxer.
 * - `account`: the account's own file; without account files, as `process`.
 * - `account-or-all`: as `account`, and as `process` for every account whose file does not have it.
 */
export type Place = 'process' | 'process-or-stricter' | 'account' | 'account-or-all';

/** Whether `NAME__DE=` gives the value for one marketplace; `required`: only that does. */
export type Narrowing = 'none' | 'possible' | 'required';

/** One key of the configuration: what reads it, and what a person must know about it. */
export interface Key<T = unknown, D extends string | null = string | null> {
  readonly name: string;
  readonly place: Place;
  /** Read like a given value; `null` when there is no such text, see {@link withoutIt}. */
  readonly default: D;
  /** For people: what holds when the key is not given. */
  readonly withoutIt: string;
  readonly meaning: string;
  /** Sentences for whom the meaning leaves something open; may be empty. */
  readonly details: string;
  readonly example: string;
  /** The value may also stand in a file of its own, named by `NAME_FILE`. */
  readonly mayBeInFile: boolean;
  readonly narrowing: Narrowing;
  readonly read: Reader<T>;
}

interface Traits {
  readonly place?: Place;
  readonly withoutIt?: string;
  readonly details?: string;
  readonly mayBeInFile?: boolean;
  readonly narrowing?: Narrowing;
}

export function key<T, D extends string | null>(
  name: string,
  fallback: D,
  read: Reader<T>,
  example: string,
  meaning: string,
  traits: Traits = {},
): Key<T, D> {
  return {
    name,
    place: traits.place ?? 'process',
    default: fallback,
    withoutIt: traits.withoutIt ?? fallback ?? 'required',
    meaning,
    details: traits.details ?? '',
    example,
    mayBeInFile: traits.mayBeInFile ?? false,
    narrowing: traits.narrowing ?? 'none',
    read,
  };
}

/** The name as people write it: `TIME_ZONE__US` where the bare name means nothing. */
export function nameToWrite(key: Key): string {
  return key.narrowing === 'required' ? narrowedName(key) : key.name;
}

/** The name narrowed to some marketplace, for examples. */
export function narrowedName({ name, narrowing }: Key): string {
  // Where it is required it is about a country of several zones.
  return `${name}__${narrowing === 'required' ? 'US' : 'DE'}`;
}
