import { marketplaceByCode } from '../amazon/marketplaces.js';
import { type Key, nameToWrite, narrowedName } from './key.js';
import { keys } from './keys.js';
import { nearest } from './nearest.js';

/** What a name on the left of `=` means to askonce. */
export type KeyName =
  | { readonly kind: 'key'; readonly key: Key }
  /** `NAME_FILE`: the value stands in the file that it names. */
  | { readonly kind: 'file-of'; readonly key: Key }
  /** `NAME__DE`. */
  | { readonly kind: 'narrowed'; readonly key: Key }
  | {
      readonly kind: 'wrong';
      readonly problem: string;
      readonly remedy: string;
      /** True when the name can only be meant for askonce, even among the machine's own variables. */
      readonly ours: boolean;
    };

const knownKeys: ReadonlyMap<string, Key> = new Map(Object.entries(keys));

export function understandName(name: string): KeyName {
  const known = knownKeys.get(name);
  if (known?.narrowing === 'required') return onlyNarrowed(known);
  if (known) return { kind: 'key', key: known };

  const inFile = name.endsWith('_FILE') ? knownKeys.get(name.slice(0, -'_FILE'.length)) : undefined;
  if (inFile?.mayBeInFile) return { kind: 'file-of', key: inFile };
  if (inFile) {
    const remedy = `write ${nameToWrite(inFile)}; only secrets may stand in files of their own`;
    return { kind: 'wrong', problem: 'is not a key of askonce', remedy, ours: false };
  }

  const [base = '', code = ''] = name.split(/__(.*)/s);
  const narrowed = code === '' ? undefined : knownKeys.get(base);
  return narrowed ? understandNarrowed(narrowed, code) : unknownName(name);
}

function onlyNarrowed(key: Key): KeyName {
  return {
    kind: 'wrong',
    problem: 'holds for one marketplace only and must name it',
    remedy: `write ${narrowedName(key)}=${key.example}`,
    ours: true,
  };
}

function understandNarrowed(key: Key, code: string): KeyName {
  if (key.narrowing === 'none') {
    return {
      kind: 'wrong',
      problem: 'cannot be narrowed to a marketplace',
      remedy: `use ${key.name} without __`,
      ours: true,
    };
  }
  if (marketplaceByCode(code)) return { kind: 'narrowed', key };
  const upper = code.toUpperCase();
  const meant = upper === 'GB' ? 'UK' : marketplaceByCode(upper)?.code;
  return {
    kind: 'wrong',
    problem: 'names no marketplace of Amazon behind __',
    remedy: meant ? `write ${key.name}__${meant}` : `e.g. ${narrowedName(key)}=${key.example}`,
    ours: true,
  };
}

function unknownName(name: string): KeyName {
  const near = nearestName(name);
  return {
    kind: 'wrong',
    problem: 'is not a key of askonce',
    remedy: near ? `did you mean ${near}?` : 'take it out; .env.example and accounts/example.env.sample list every key',
    ours: false,
  };
}

/** True for a name that may be printed: one that can only be a name, never a secret pasted in front of a `=`. */
export function looksLikeName(name: string): boolean {
  if (name.length <= 40 && /^[A-Z]+(_+[A-Z]+)*$/.test(name)) return true;
  return nearestName(name) !== undefined;
}

function nearestName(name: string): string | undefined {
  const upper = name.toUpperCase().replaceAll(/[.-]/g, '_');
  if (upper.length > 40) return undefined;
  const [base = '', code] = upper.split(/(?=__)/);
  const names = [...knownKeys.values()].flatMap((key) =>
    key.mayBeInFile ? [key.name, `${key.name}_FILE`] : [key.name],
  );
  const near = nearest(base, names);
  const key = near === undefined ? undefined : knownKeys.get(near);
  if (key === undefined) return near;
  const narrows = code !== undefined && key.narrowing !== 'none' && marketplaceByCode(code.slice(2));
  return narrows ? `${near}${code}` : nameToWrite(key);
}
