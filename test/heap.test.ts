import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../src/package-root.js';

const heap = pathToFileURL(join(packageRoot, 'dist', 'src', 'heap.js')).href;
/** Keeps something for good, and much more for a while: longer than the young generation keeps it. */
const WORK = `
  const kept = Array.from({ length: 300_000 }, (_, nth) => ({ nth, of: [nth] }));
  let [passing, most] = [[], 0];
  for (let nth = 0; nth < 4_000_000; nth += 1) {
    passing.push({ nth, of: [nth] });
    if (passing.length > 200_000) passing = passing.slice(100_000);
    if (nth % 20_000 === 0) most = Math.max(most, process.memoryUsage().heapTotal);
  }
  console.log(kept.length > 0 ? most : 0);`;

/** In bytes. */
function mostHeap(program: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  // Node complains of an option that it does not know, and goes on.
  expect(stderr).toBe('');
  return Number(stdout);
}

test('a worker collects its garbage before it holds several times as much as it needs', () => {
  const usual = mostHeap(WORK);
  const small = mostHeap(`const { inSmallHeap } = await import('${heap}'); await inSmallHeap(async () => {}); ${WORK}`);

  expect(small).toBeLessThan(0.6 * usual);
});
