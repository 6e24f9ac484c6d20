import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';
import { onRedis } from '../support/on-redis.js';

/** A bench of a few orders, as `npm run bench -- NAME` runs it. Says nothing of speed: that the figures come, and add up. */
async function bench(name: string, ...options: string[]) {
  const args = [join(packageRoot, 'bin', 'bench.mjs'), name, '--quick', '--json', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const document = JSON.parse(output);
  expect(child.exitCode).toBe(0);
  expect(document).toMatchObject({ name, ratioOf: expect.any(String) });
  // Where nobody asked within so short a time, there is nothing to divide.
  if (name !== 'baseline') expect(document.ratio).toBeGreaterThan(0);
  return document.figures;
}

const LIMIT_MS = 180_000;

onRedis('each bench runs to its end', () => {
  test(
    'asks: backlogs are asked at the pace of Amazon',
    async () => {
      const { scenes } = await bench('asks', '--accounts', '2', '--seconds', '2');

      expect(scenes).toMatchObject([{ accounts: 2, allowedPerSecond: 2 }]);
      expect(scenes[0].acceptedPerSecond).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    'discover: the second reading finds everything unchanged',
    async () => {
      const figures = await bench('discover', '--orders', '600', '--accounts', '2', '--upserts', '20');

      expect(figures.orders).toBeGreaterThan(0);
      expect(figures.unchangedTheSecondTime).toBe(figures.orders);
    },
    LIMIT_MS,
  );

  test(
    'ledger: every operation is measured on both ledgers',
    async () => {
      const sizes = ['--orders', '4000', '--beside', '2000', '--samples', '3', '--accounts', '3'];

      const { operations, rungPerSweep } = await bench('ledger', ...sizes);

      expect(operations.map(({ operation }: { operation: string }) => operation)).toEqual(
        expect.arrayContaining(['sweep', 'claim+record', 'status', 'orders page, newest']),
      );
      expect(operations.every(({ samples }: { samples: number }) => samples === 3)).toBe(true);
      expect(rungPerSweep).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    'queue: what is due is handed out, and little more',
    async () => {
      const { wakeUps } = await bench('queue', '--orders', '1000', '--due', '30', '--accounts', '3');

      // Of ten orders one waits to be shipped, and one of them all is in doubt: those are due later.
      expect(wakeUps).toBeGreaterThanOrEqual(26);
      expect(wakeUps).toBeLessThan(60);
    },
    LIMIT_MS,
  );

  test(
    'late: whatever comes due is asked',
    async () => {
      const sizes = ['--busy', '1', '--watched', '1', '--asks-each', '1', '--seconds', '1', '--lead', '5'];

      const { idle, busy } = await bench('late', ...sizes);

      expect(idle.asks + idle.dueBeforeTheyWereRead).toBe(1);
      expect(busy.asks + busy.dueBeforeTheyWereRead).toBe(1);
    },
    LIMIT_MS,
  );

  test(
    'baseline: askonce asks everybody once',
    async () => {
      const sizes = ['--accounts', '1', '--seconds', '9', '--every-fault', '3'];

      const { askonce, other } = await bench('baseline', ...sizes);

      expect(askonce).toMatchObject({ doubles: 0, lost: 0, open: 0 });
      expect(askonce.accepted).toBe(askonce.orders);
      expect(other.orders).toBe(askonce.orders);
    },
    LIMIT_MS,
  );
});
