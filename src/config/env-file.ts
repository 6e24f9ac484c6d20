import { parse } from 'dotenv';
import { looksLikeName } from './key-names.js';
import type { Problems } from './problems.js';

/** One `KEY=value` of an env file. */
export interface Assignment {
  readonly name: string;
  readonly text: string;
  /** How messages call it: the name, or the line where the name itself might be a secret. */
  readonly label: string;
}

/**
 * The assignments of an env file. Lines are parsed one by one: dotenv alone passes over what it cannot read and lets an open
 * quote swallow the lines below it.
 */
export function parseEnvText(content: string, source: string, problems: Problems): readonly Assignment[] {
  const found = new Map<string, Assignment & { readonly line: number }>();
  for (const [index, text] of content
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (/^\s*(#|$)/.test(text)) continue;
    const line = index + 1;
    const name = /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(text)?.[1];
    if (name === undefined) {
      problems.add(source, `line ${line}`, 'is not KEY=value', 'write KEY=value, or # before a comment');
      continue;
    }
    const label = looksLikeName(name) ? name : `line ${line}`;
    const trouble = valueTrouble(text.slice(text.indexOf('=') + 1).trim());
    if (trouble) {
      problems.add(source, label, `${trouble} (line ${line})`, "put the whole value in single quotes: KEY='value'");
      continue;
    }
    const earlier = found.get(name);
    if (earlier) {
      problems.add(source, label, `is given twice, in lines ${earlier.line} and ${line}`, 'keep one of them');
      continue;
    }
    const parsed = parse(text);
    // dotenv puts names on a plain object, where `__proto__` is no name.
    const value = Object.hasOwn(parsed, name) ? parsed[name] : undefined;
    found.set(name, { name, label, line, text: (value ?? '').trim() });
  }
  return [...found.values()];
}

/** What dotenv would read differently from what the person wrote. */
function valueTrouble(raw: string): string | undefined {
  if (/^['"`]/.test(raw)) {
    return /^(['"`])(?:\\\1|(?!\1).)*\1\s*(?:#.*)?$/.test(raw)
      ? undefined
      : 'has a quote that does not close, or something behind it';
  }
  return /^[^#]*[^#\s]#/.test(raw) ? 'would be cut off at its #' : undefined;
}
