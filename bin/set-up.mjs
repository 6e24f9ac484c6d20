// Installs and builds what is missing, with nothing but Node itself: the first thing a fresh clone runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, 'node_modules', '.askonce');

/** Makes `npx askonce` and `npm run ...` work in a checkout, fresh or changed. An installed image has no sources and skips it. */
export function ensureBuilt() {
  try {
    buildWhatIsMissing();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    // Status 2: starting it again would change nothing.
    process.exit(error.cause === undefined ? 1 : 2);
  }
}

function buildWhatIsMissing() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`askonce needs Node.js 20.19 or newer; this is ${process.version}.\n`);
    process.exit(2);
  }
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, 'package-lock.json'))) return;
  step('install', hashOf(['package.json', 'package-lock.json']), 'Installing the packages', [
    ['npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']],
  ]);
  const typescript = join('node_modules', 'typescript', 'bin', 'tsc');
  step('build', hashOf(['tsconfig.json', 'tsconfig.build.json', 'src', 'workers', 'packages']), 'Building', [
    [process.execPath, [typescript, '-p', 'packages/solicitations-api-v1']],
    [process.execPath, [typescript, '-p', 'tsconfig.build.json', '--outDir', 'dist.next']],
    () => {
      // At once, so that a process that starts meanwhile finds the old build or the new one, never half of either.
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      renameSync(join(root, 'dist.next'), join(root, 'dist'));
    },
  ]);
}

/** Does the work unless it was done for the same input before. Of several processes that find work, one does it. */
function step(name, input, title, work) {
  const stamp = join(stamps, name);
  const done = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === input;
  if (done()) return;
  const unlock = lock(join(root, `.set-up-${name}.lock`));
  try {
    if (done()) return;
    process.stderr.write(`${title} ...\n`);
    for (const each of work) typeof each === 'function' ? each() : run(title, ...each);
    mkdirSync(stamps, { recursive: true });
    writeFileSync(stamp, input);
  } finally {
    unlock();
  }
}

function run(title, command, args) {
  // Standard output belongs to the command the user asked for, e.g. to its JSON.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (status === 0) return;
  throw new Error(`${title} failed${error ? `: ${error.message}` : ''}. Mend what is said above and try again.`);
}

/** Waits for another process that is at it; one that died is not waited for. */
function lock(file) {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (['EROFS', 'EACCES', 'EPERM'].includes(error.code)) {
        throw new Error(
          `This checkout is not set up for its sources, and this user may not change it: run "npm run set-up" there as who may.`,
          { cause: error },
        );
      }
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readOr(file, '0')))) rmSync(file, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function readOr(file, fallback) {
  try {
    return readFileSync(file, 'utf8') || fallback;
  } catch {
    return fallback;
  }
}

function isAlive(pid) {
  try {
    // A lock without a pid is being written right now; signal 0 to process group 0 always works.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) for (const file of filesOf(path)) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesOf(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesOf(join(path, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureBuilt();
