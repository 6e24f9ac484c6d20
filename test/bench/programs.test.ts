import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { onRedis } from '../support/on-redis.js';

/** For what hangs: `baseline` plays two stories with four minutes each to recover in. */
const LIMIT_MS = 900_000;

/**
 * A bench of a few orders, as `npm run bench -- NAME` runs it. Says nothing of speed: that the figures come, and add up.
 * The other benches run to their end in `npm run bench -- regressions`.
 */
async function bench(name: string, ...options: string[]) {
  const args = [join(packageRoot, 'bin', 'bench.mjs'), name, '--quick', '--json', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const document = JSON.parse(output);
  expect(child.exitCode).toBe(0);
  expect(document).toMatchObject({ name, ratioOf: expect.any(String) });
  return document.figures;
}

onRedis('a bench whose ratio is held to no bound runs to its end', () => {
  test(
    'late: what came due is accounted for',
    async () => {
      const sizes = [
        '--busy',
        '1',
        '--hoard',
        '120',
        '--watched',
        '1',
        '--asks-each',
        '1',
        '--seconds',
        '1',
        '--lead',
        '5',
      ];

      const scenes = await bench('late', ...sizes);

      for (const { asks, neverAsked, dueBeforeTheyWereRead } of [scenes.idle, scenes.busy, scenes.hoard])
        expect(asks + neverAsked + dueBeforeTheyWereRead).toBe(1);
    },
    LIMIT_MS,
  );

  test(
    'baseline: askonce asks everybody once',
    async () => {
      const sizes = ['--accounts', '1', '--seconds', '9', '--every-fault', '3', '--drain', '240'];

      const { askonce, other } = await bench('baseline', ...sizes);

      expect(askonce).toMatchObject({ doubles: 0, lost: 0, open: 0 });
      expect(askonce.accepted).toBe(askonce.orders);
      expect(other.orders).toBe(askonce.orders);
    },
    LIMIT_MS,
  );
});
