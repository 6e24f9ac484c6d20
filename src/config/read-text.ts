import { readFileSync } from 'node:fs';

/** The text of a file, or in words why it cannot be had. Never quotes the path: it may be a secret put in the wrong place. */
export function readText(path: string): { readonly text: string } | { readonly trouble: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = errorCode(error);
    return { trouble: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
  }
}

/** Node's code of a system error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}
