import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { skuPatterns, waitsByProduct } from '../../src/config/product-patterns.js';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { packageRoot } from '../../src/package-root.js';
import { anAccount, configFrom, env, problemsFrom } from '../config/folder.js';
import { timesAsLong } from '../support/growth.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

describe('an env file', () => {
  test('with the name __proto__ is told that it is no key', () => {
    expect(problemsFrom({ files: { '.env': `${soundLines}__proto__=x\n` } })).toMatchObject([
      { source: '.env', problem: 'is not a key of askonce' },
    ]);
  });

  test.each([
    ['is far too long', `# ${'x'.repeat(1_100_000)}\n`],
    ['has a quoted value without end', `ONLY_SKUS='${'a'.repeat(20_000_000)}'\n`],
  ])('that %s is not read', (_name, more) => {
    expect(problemsFrom({ files: { '.env': soundLines + more } })).toEqual([
      expect.objectContaining({ source: '.env', problem: 'is longer than 1 MB' }),
      expect.anything(),
    ]);
  });

  test('may name a file for a secret that has no end', () => {
    const problems = problemsFrom(env({ ADMIN_TOKEN_FILE: '/dev/zero' }));

    expect(problems).toMatchObject([
      { key: 'ADMIN_TOKEN_FILE', problem: 'the file that it names is longer than 1 MB' },
    ]);
  });

  test('may hold very many products', () => {
    const skus = (count: number) => Array.from({ length: count }, (_, number) => `S${number}`);
    const waits = (count: number) => skus(count).map((sku) => `${sku}:7`);
    const patternsOf = (text: string) => () => expect(skuPatterns(text).ok).toBe(true);
    const waitsOf = (text: string) => () => expect(waitsByProduct(text).ok).toBe(true);

    // Sixteen times as many; compared with one another they would need the square of that.
    expect(timesAsLong(patternsOf(skus(6_250).join()), patternsOf(skus(100_000).join()))).toBeLessThan(64);
    expect(timesAsLong(waitsOf(waits(6_250).join()), waitsOf(waits(100_000).join()))).toBeLessThan(64);
    expect(configFrom(env({ ASK_AFTER_DAYS_FOR: waits(100_000).join() })).accounts).toHaveLength(1);
  });
});

const soundLines = Object.entries(anAccount)
  .map(([key, value]) => `${key}=${value}\n`)
  .join('');

const MAIN = pathToFileURL(join(packageRoot, 'dist', 'src', 'cli', 'main.js')).href;
const RUN = `const { main } = await import('${MAIN}'); await main(['node', 'askonce', ...process.argv.slice(1)]);`;
const BAD_LINES = 1_000_000;

describe('a list of orders', () => {
  let postgres: TestPostgres;
  let folder: string;
  beforeAll(async () => {
    postgres = await testPostgres();
    const { url } = await postgres.freshDatabase();
    await applyMigrations(url);
    folder = await mkdtemp(join(tmpdir(), 'askonce-hostile-'));
    await writeFile(join(folder, '.env'), `DATABASE_URL=${url}\n${soundLines}`);
  });
  afterAll(async () => {
    await postgres?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  test('of bad lines is read in little memory, and the orders among them are suppressed', async () => {
    await writeFile(join(folder, 'list.txt'), `${'please not\n'.repeat(BAD_LINES)}302-0000001-0000001\n`);

    const child = spawn(
      process.execPath,
      ['--max-old-space-size=100', '--input-type=module', '-e', RUN, '--', 'never', '--file', 'list.txt', '--json'],
      { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);

    expect({ status, lastLine: err.trim().split('\n').at(-1) }).toEqual({
      status: 1,
      lastLine: `and ${(BAD_LINES - 21).toLocaleString('en-US')} more`,
    });
    expect(JSON.parse(out)).toMatchObject({ added: 1, moreBad: BAD_LINES - 10_001 });
  });
});
