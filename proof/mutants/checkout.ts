import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import type { Edit } from './mutant.js';

/** What is installed, built, or somebody's own: nothing of it is copied. */
const leftOut = new Set(['node_modules', '.git', 'dist', 'dist.next', 'dist.proof', 'data', 'coverage']);

/** A copy of the sources that may be broken; the packages are the checkout's own, and nothing writes into them. */
export async function copyCheckout(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of await readdir(packageRoot)) {
    if (leftOut.has(name)) continue;
    await cp(join(packageRoot, name), join(folder, name), {
      recursive: true,
      filter: (path) => !leftOut.has(path.slice(path.lastIndexOf('/') + 1)),
    });
  }
  await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Why the edits cannot be made in these sources, or `null`. */
export async function complaintAbout(edits: readonly Edit[], root = packageRoot): Promise<string | null> {
  for (const { file, from, to } of edits) {
    const text = await readFile(join(root, file), 'utf8').catch(() => null);
    if (text === null) return `there is no ${file} any more`;
    const times = text.split(from).length - 1;
    if (times !== 1) return `${file} holds ${times} times what is to be edited: ${inOneLine(from)}`;
    if (from === to) return `the edit of ${file} changes nothing`;
  }
  return null;
}

/** Breaks the lane, does the work, and mends it again. */
export async function whileBroken<T>(lane: string, edits: readonly Edit[], work: () => Promise<T>): Promise<T> {
  const files = [...new Set(edits.map(({ file }) => file))];
  const whole = await Promise.all(files.map((file) => readFile(join(lane, file), 'utf8')));
  try {
    for (const { file, from, to } of edits) {
      const text = await readFile(join(lane, file), 'utf8');
      // As a function: in a text `$` would mean something.
      await writeFile(
        join(lane, file),
        text.replace(from, () => to),
      );
    }
    return await work();
  } finally {
    await Promise.all(files.map((file, index) => writeFile(join(lane, file), whole[index] ?? '')));
  }
}

function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
