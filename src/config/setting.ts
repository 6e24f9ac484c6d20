import type { Key } from './key.js';
import type { Layer } from './layer.js';

/** The value that holds for a key, and where it came from. */
export interface Setting<T> {
  readonly value: T;
  /** For messages: the layer's source, and the name as it was written there. */
  readonly source: string;
  readonly writtenAs: string;
  /** The folder its relative paths start from. */
  readonly folder: string;
  /** False when the value is the default. */
  readonly given: boolean;
  /** False when a value was given but could not be read. Then `value` only stands in, and nothing may be concluded from it. */
  readonly sound: boolean;
}

/** One place where a value may stand. */
export interface Spot {
  readonly layer: Layer;
  readonly name: string;
}

/** The key itself in each layer. */
export function spots(key: Key, layers: readonly Layer[]): readonly Spot[] {
  return layers.map((layer) => ({ layer, name: key.name }));
}

/** The key narrowed to the marketplace in each layer, then the key itself in each layer. */
export function narrowedSpots(key: Key, code: string, layers: readonly Layer[]): readonly Spot[] {
  return [...layers.map((layer) => ({ layer, name: `${key.name}__${code}` })), ...spots(key, layers)];
}

/** The first of the spots that has a value; else the key's default; else `null`. */
export function settingOf<T>(key: Key<T, string>, candidates: readonly Spot[]): Setting<T>;
export function settingOf<T>(key: Key<T>, candidates: readonly Spot[]): Setting<T | null>;
export function settingOf<T>(key: Key<T>, candidates: readonly Spot[]): Setting<T | null> {
  const spot = candidates.find(({ layer, name }) => layer.entries.has(name));
  const entry = spot?.layer.entries.get(spot.name);
  const text = entry?.text ?? key.default;
  // A default is blamed on the last layer, the file where people would write the key.
  const layer = spot?.layer ?? candidates.at(-1)?.layer;
  return {
    value: text === null ? null : readAgain(key, text),
    source: layer?.source ?? '',
    folder: layer?.folder ?? '',
    writtenAs: entry?.writtenAs ?? key.name,
    given: entry !== undefined,
    sound: entry?.text !== null,
  };
}

/** Layers hold only texts that their key can read, and defaults are texts of that kind. */
function readAgain<T>(key: Key<T>, text: string): T {
  const reading = key.read(text);
  if (!reading.ok) throw new Error(`the default of ${key.name} cannot be read: ${reading.problem}`);
  return reading.value;
}
