import { resolve } from 'node:path';
import type { Assignment } from './env-file.js';
import type { Key } from './key.js';
import { understandName } from './key-names.js';
import type { Problems } from './problems.js';
import { readText } from './read-text.js';

/** Where values come from: one env file, or the real environment. */
export interface Layer {
  /** As messages call it. */
  readonly source: string;
  /** Relative paths among its values start here. */
  readonly folder: string;
  /** By key, or `KEY__DE` for a narrowed one. */
  readonly entries: ReadonlyMap<string, Entry>;
}

interface Entry {
  /** `null` when the value could not be had; the problem is reported already. */
  readonly text: string | null;
  /** The name as it was written: `KEY`, `KEY__DE` or `KEY_FILE`. */
  readonly writtenAs: string;
}

/**
 * Turns assignments into a layer and reports every unknown name and every value that cannot be read, used or not. An empty
 * value counts as not given, as it comes from `KEY=` in a template or an unset variable of a compose file.
 */
export function makeLayer(
  { source, folder }: { source: string; folder: string },
  assignments: readonly Assignment[],
  problems: Problems,
): Layer {
  const entries = new Map<string, Entry>();
  const inFiles = new Map<Key, Assignment>();
  for (const assignment of assignments) {
    const { name, label, text } = assignment;
    const meaning = understandName(name);
    switch (meaning.kind) {
      case 'wrong':
        problems.add(source, label, meaning.problem, meaning.remedy);
        break;
      case 'file-of':
        if (text !== '') inFiles.set(meaning.key, assignment);
        break;
      case 'key':
      case 'narrowed':
        if (text !== '') entries.set(name, checked(meaning.key, name, text, source, problems));
        break;
      default:
        meaning satisfies never;
    }
  }
  for (const [key, { name, text: path }] of inFiles) {
    if (entries.has(key.name)) {
      problems.add(source, name, `${key.name} and ${name} are both given`, 'keep one of them');
      continue;
    }
    entries.set(key.name, fromFile(key, name, resolve(folder, path), source, problems));
  }
  return { source, folder, entries };
}

/** The real environment holds the machine's own variables, too: only names that are ours are taken. */
export function environmentLayer(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  problems: Problems,
): Layer {
  const ours = Object.entries(environment).flatMap(([name, value]): Assignment[] =>
    value !== undefined && isOurs(name) ? [{ name, label: name, text: value.trim() }] : [],
  );
  return makeLayer({ source: 'environment', folder: cwd }, ours, problems);
}

function isOurs(name: string): boolean {
  const meaning = understandName(name);
  return meaning.kind !== 'wrong' || meaning.ours;
}

function fromFile(key: Key, writtenAs: string, path: string, source: string, problems: Problems): Entry {
  const file = readText(path);
  const remedy = `name a readable file that holds nothing but the value, e.g. ${writtenAs}=./${key.name.toLowerCase()}.txt`;
  if ('trouble' in file) {
    problems.add(source, writtenAs, `the file that it names ${file.trouble}`, remedy);
    return { text: null, writtenAs };
  }
  const text = file.text.trim();
  if (text === '') {
    problems.add(source, writtenAs, 'the file that it names is empty', remedy);
    return { text: null, writtenAs };
  }
  return checked(key, writtenAs, text, source, problems);
}

function checked(key: Key, writtenAs: string, text: string, source: string, problems: Problems): Entry {
  if (key.mayBeInFile) problems.neverShow(text);
  const reading = key.read(text);
  if (reading.ok) return { text, writtenAs };
  const bare = writtenAs.endsWith('_FILE') ? key.name : writtenAs;
  problems.add(source, writtenAs, reading.problem, reading.remedy ?? `e.g. ${bare}=${key.example} (${key.meaning})`);
  return { text: null, writtenAs };
}
