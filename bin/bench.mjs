// `npm run bench`: compiles the bench's programs from the sources beside it, and runs the one that is named.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './set-up.mjs';

ensureBuilt();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A folder of its own for each run, so that benches run beside each other and beside an editor.
const out = join(root, 'dist.bench', String(process.pid));
const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
let code = run([typescript, '-p', join(root, 'bench'), '--noCheck', '--outDir', out]);
if (code === 0) code = run(['--enable-source-maps', join(out, 'bench', 'main.js'), ...process.argv.slice(2)]);
rmSync(out, { recursive: true, force: true });
process.exit(code);

function run(args) {
  const { status, signal } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  return status ?? 128 + (constants.signals[signal] ?? 0);
}
