import { type Key, nameToWrite } from './key.js';
import { keys } from './keys.js';

/** Every setting as one Markdown table, made from the table of keys that the reader itself uses. */
export function settingsTable(): string {
  const rows = Object.values<Key>(keys).map((key) => [nameOf(key), key.withoutIt, key.meaning]);
  return [['key', 'default', 'meaning'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Marked with ¹ where a file may hold the value, with ² where it may be narrowed to a marketplace, with ³ for an account's file. */
function nameOf(key: Key): string {
  const marks = [
    key.mayBeInFile ? '¹' : '',
    key.narrowing === 'possible' ? '²' : '',
    key.place.startsWith('account') ? '³' : '',
  ];
  return `\`${nameToWrite(key)}\`${marks.join('')}`;
}
