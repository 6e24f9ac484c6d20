// `npm test`: installs and builds what is missing, runs every test, and closes with one line of counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'askonce-results-'));
const results = join(folder, 'results.json');
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join('node_modules', 'jest', 'bin', 'jest.js'),
    '--json',
    `--outputFile=${results}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
const code = close(status ?? 1);
rmSync(folder, { recursive: true, force: true });
process.exit(code);

function close(status) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    process.stdout.write('The tests ended without a result.\n');
    return status || 1;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = counts;
  if (numPendingTests > 0) {
    process.stdout.write(
      `${numPendingTests} tests were left out: they need redis-server, chromium or promtool (on Debian: apt install redis-server chromium prometheus), or were not chosen.\n`,
    );
  }
  // A file that could not even be loaded holds no failed test and must not look like success.
  const failed = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0);
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  process.stdout.write(`${numPassedTests} passed, ${failed} failed${skipped}\n`);
  return failed > 0 || numPassedTests === 0 ? 1 : status;
}
