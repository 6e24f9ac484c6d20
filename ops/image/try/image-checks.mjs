// What the image is made of, and what it may do.
import { ended, expect, say, until } from './checking.mjs';

const LARGEST_MB = 450;

export async function itsSize({ image }) {
  const layers = image.layers();
  for (const { bytes, what } of layers) {
    say(
      `        ${(bytes / 1e6).toFixed(1).padStart(6)} MB  ${what.replace(/^\/bin\/sh -c (#\(nop\) )?/, '').slice(0, 100)}`,
    );
  }
  const megabytes = layers.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  expect(megabytes > 100, `${megabytes} MB cannot be all of it`);
  expect(megabytes <= LARGEST_MB, `${megabytes.toFixed(0)} MB`);
  return `${megabytes.toFixed(0)} MB`;
}

export async function itsContent({ image }) {
  const container = image.run(['infinity'], { entrypoint: 'sleep' });
  await up(container);
  const said = (command) => container.exec(['sh', '-c', command]).output.trim();
  const has = (path) => container.exec(['sh', '-c', `ls -d ${path}`]).status === 0;
  for (const path of [
    'dist/src/cli/main.js',
    'prisma/migrations/*/migration.sql',
    'src/web/assets',
    'LICENSE',
    'node_modules/chart.js/dist/*.umd*.js',
  ]) {
    expect(has(`/app/${path}`), `/app/${path} is missing`);
  }
  const unwanted = [
    'node_modules/typescript',
    'node_modules/prisma',
    'node_modules/@prisma/engines',
    'node_modules/jest',
    'node_modules/.bin',
    'package-lock.json',
    '.env',
    'accounts',
    'src/cli',
    'test',
  ];
  for (const path of unwanted) expect(!has(`/app/${path}`), `/app/${path} is there`);
  const rests = said("find /app -name '*.d.ts' -o -name '*.map' -o -name '*.mysql.*'");
  expect(rests === '', `typings, source maps or other compilers are there: ${rests}`);
  for (const path of ['/root/.npmrc', '/run/certificates.pem', '/usr/lib/node_modules/.npmrc'])
    expect(!has(path), `${path} is there`);
  await ended(container, 'SIGKILL');
}

export async function itsConfinement({ image }) {
  const container = image.run(['-c', 'exec tini -- sleep infinity'], { entrypoint: 'sh' });
  await up(container);
  const said = (command) => container.exec(['sh', '-c', command]).output.trim();
  expect(said('id -u; id -g') === '1000\n1000', `it is ${said('id')}`);
  const writable = said('find /app /usr /etc -uid 1000 ! -type l; find /app /usr /etc -perm -002 ! -type l');
  expect(writable === '', `its user may change ${writable}`);
  expect(said('touch /data/a /tmp/a && echo yes') === 'yes', 'it may not write to /data or /tmp');
  expect(said('touch /app/a /etc/askonce/accounts/a 2>&1').split('\n').length === 2, 'it may write where it must not');
  await ended(container, 'SIGKILL');
  const simulator = image.run(['simulate', '--port', '0']);
  await until(() => simulator.output().includes('/_control'));
  expect(simulator.exec(['cat', '/proc/1/comm']).output.trim() === 'tini', 'process 1 is not tini');
  expect((await ended(simulator, 'SIGTERM')) === 0, 'SIGTERM does not reach the program');
}

/** A container without a program that would say so. */
function up(container) {
  return until(() => container.exec(['test', '-d', '/app/dist']).status === 0);
}
