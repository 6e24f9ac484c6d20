import { closeSync, openSync, readSync } from 'node:fs';

/** No list of SKUs is as long; and a device that a path may name has no end. */
const mostBytes = 1_000_000;

/** The text of a file, or in words why it cannot be had. Never quotes the path: it may be a secret put in the wrong place. */
export function readText(path: string): { readonly text: string } | { readonly trouble: string } {
  try {
    const bytes = beginningOf(path);
    return bytes.length > mostBytes ? { trouble: 'is longer than 1 MB' } : { text: bytes.toString() };
  } catch (error) {
    const code = errorCode(error);
    return { trouble: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
  }
}

/** The whole file, or one byte more than is allowed. */
function beginningOf(path: string): Buffer {
  const bytes = Buffer.alloc(mostBytes + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const more = readSync(file, bytes, length, bytes.length - length, null);
      length += more;
      if (more === 0 || length === bytes.length) return bytes.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** Node's code of a system error, e.g. `ENOENT`. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
}
