import { type Key, keys } from './keys.js';

/** Every setting as one Markdown table, made from the table of keys that the reader itself uses. */
export function settingsTable(): string {
  const rows = Object.values<Key>(keys).map((key) => [nameOf(key), key.withoutIt, key.meaning]);
  return [['key', 'default', 'meaning'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Marked with ¹ where a file may hold the value, with ² where it may be narrowed to a marketplace. */
function nameOf({ name, mayBeInFile, mayBeNarrowed, place }: Key): string {
  const marks = `${mayBeInFile ? '¹' : ''}${mayBeNarrowed ? '²' : ''}${place === 'process' ? '' : '³'}`;
  return `\`${name}\`${marks}`;
}
