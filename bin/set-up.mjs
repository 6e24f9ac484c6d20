// Installs and builds what is missing, with nothing but Node itself: the first thing a fresh clone runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, 'node_modules', '.askonce');

/** Makes `npx askonce` and `npm run ...` work in a checkout, fresh or changed. An installed image has no sources and skips it. */
export function ensureBuilt() {
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
    [process.execPath, [typescript, '-p', 'tsconfig.build.json']],
  ]);
}

/** Runs the commands unless they ran for the same input before. */
function step(name, input, title, commands) {
  const stamp = join(stamps, name);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === input) return;
  process.stderr.write(`${title} ...\n`);
  if (name === 'build') rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const [command, args] of commands) {
    // Standard output belongs to the command the user asked for, e.g. to its JSON.
    const { status, error } = spawnSync(command, args, {
      cwd: root,
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32' && command === 'npm',
    });
    if (status !== 0) {
      process.stderr.write(
        `${title} failed${error ? `: ${error.message}` : ''}. Mend what is said above and try again.\n`,
      );
      process.exit(1);
    }
  }
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, input);
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
