// Builds the image and uses it as people do: as its own user, on a root file system that cannot be written to, without rights,
// and against a real Postgres, a real Redis and the simulated Amazon from the same image. Prints "N passed, N failed" last.
//
//   node ops/image/try.mjs             needs a running docker, or root, buildah and debootstrap; and redis-server, docker-compose, systemd
//   ... --built                        takes the image as build.sh left it
//   ... --only WORD                    makes the checks alone whose name has that word
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../bin/set-up.mjs';
import { say, seconds } from './try/checking.mjs';
import { openImage } from './try/containers.mjs';

// The rest loads the checkout's own build and packages.
ensureBuilt();
const { startServers } = await import('./try/servers.mjs');
const { itsConfinement, itsContent, itsSize } = await import('./try/image-checks.mjs');
const { itsDemo, itsHealth, itsOwnLedger, itsStart, itsToken, itsWork } = await import('./try/worker-checks.mjs');
const { itsServices, itsUnit } = await import('./try/service-checks.mjs');

const all = [
  ['it is at most 450 MB, unpacked', itsSize],
  ['it holds what a worker needs, and nothing that builds', itsContent],
  ['it runs as its own user, writes to /data and /tmp only, and tini is process 1', itsConfinement],
  ['the demo runs to its end', itsDemo],
  ['with the embedded Postgres in /data it starts, stops, and finds its ledger again', itsOwnLedger],
  ['migrate, check and start work against Postgres, Redis and the simulated Amazon', itsWork],
  ['a start takes at most 3 s', itsStart],
  ['its health check tells a worker from none, its pages and its commands work', itsHealth],
  ['beyond loopback it wants ADMIN_TOKEN, as a file if you like', itsToken],
  ['the services of docker-compose.yml do their work together, two workers of them', itsServices],
  ['systemd accepts the unit', itsUnit],
];

const { built, only } = parseArgs({ options: { built: { type: 'boolean' }, only: { type: 'string' } } }).values;
const checks = all.filter(([name]) => only === undefined || name.includes(only));
if (!built) build();
const folder = mkdtempSync(join(tmpdir(), 'askonce-image-try-'));
chmodSync(folder, 0o755);
const image = openImage(folder);
const servers = await startServers(folder);
let passed = 0;
try {
  for (const [name, check] of checks) if (await passes(name, check)) passed += 1;
} finally {
  await image.close();
  await servers.stop();
  rmSync(folder, { recursive: true, force: true });
}
say(`${passed} passed, ${checks.length - passed} failed`);
process.exit(passed > 0 && passed === checks.length ? 0 : 1);

function build() {
  const begun = performance.now();
  const { status } = spawnSync(join(dirname(fileURLToPath(import.meta.url)), 'build.sh'), { stdio: 'inherit' });
  if (status !== 0) {
    say('The image could not be built.\n0 passed, 1 failed');
    process.exit(1);
  }
  say(`built in ${seconds(begun)} s`);
}

async function passes(name, check) {
  const begun = performance.now();
  try {
    const figures = await check({ image, servers, folder });
    say(`ok      ${name} (${[...(figures ? [figures] : []), `${seconds(begun)} s`].join('; ')})`);
    return true;
  } catch (error) {
    say(`FAILED  ${name}: ${error.message}`);
    return false;
  }
}
