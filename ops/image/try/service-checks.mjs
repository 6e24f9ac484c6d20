// The files that run the image, or a checkout, as a service.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ended, expect, until } from './checking.mjs';
import { simulatedAmazon } from './simulated-amazon.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const ASKED = 12;

/** As docker-compose reads the file: environment, command and health check of each service. Only the addresses are the trial's. */
export async function itsServices(trial) {
  const { image, servers, folder } = trial;
  const read = spawnSync('docker-compose', ['--file', join(root, 'docker-compose.yml'), 'config'], {
    encoding: 'utf8',
  });
  expect(
    read.status === 0,
    read.error ? 'docker-compose is not here. On Debian: apt-get install docker-compose' : read.stderr,
  );
  const { services } = parse(read.stdout);
  const amazon = await simulatedAmazon(trial);
  const { DATABASE_URL, REDIS_URL } = await servers.fresh();
  const secrets = secretFiles(folder, { database_url: DATABASE_URL, admin_token: 'a-token-for-this-trial' });
  const run = (name, HTTP_PORT) => {
    const { command, environment, read_only, cap_drop, security_opt } = services[name];
    expect(
      read_only && cap_drop.includes('ALL') && security_opt.includes('no-new-privileges:true'),
      `${name} is not confined`,
    );
    const env = { ...environment, ...amazon.env, REDIS_URL, HTTP_PORT: String(HTTP_PORT) };
    return image.run(command, { env, accounts: amazon.accounts, secrets });
  };
  expect((await run('migrate', 0).exited) === 0, 'migrate fails');
  const ports = [await servers.freePort(), await servers.freePort(), await servers.freePort()];
  const running = ['worker', 'worker', 'web'].map((name, index) => ({ name, container: run(name, ports[index]) }));
  for (const { name, container } of running) {
    await container.event('started');
    const [, ...health] = services[name].healthcheck.test;
    const { status, output } = container.exec(health);
    expect(status === 0, `${name}: ${output}`);
  }
  const page = async (headers) => (await fetch(`http://127.0.0.1:${ports[2]}/metrics`, { headers })).status;
  expect((await page({})) === 401, 'the pages are open to everybody');
  expect((await page({ authorization: 'Bearer a-token-for-this-trial' })) === 200, 'the token does not open the pages');
  await until(async () => (await amazon.truth()).accepted >= ASKED, 60_000);
  for (const { name, container } of running)
    expect((await ended(container, 'SIGTERM')) === 0, `${name} fails at its end`);
  const { accepted, second } = await amazon.truth();
  expect(second === 0, `${second} orders got a second POST`);
  await amazon.stop();
  return `${accepted} buyers asked`;
}

export async function itsUnit({ folder }) {
  const unit = readFileSync(join(root, 'ops', 'systemd', 'askonce.service'), 'utf8');
  // Here Node may lie elsewhere, and systemd looks whether the program is there.
  const copy = join(folder, 'askonce.service');
  writeFileSync(copy, unit.replace('/usr/bin/node', process.execPath));
  const { status, error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
  expect(!error, 'systemd-analyze is not here. On Debian: apt-get install systemd');
  expect(status === 0 && stdout + stderr === '', stdout + stderr);
}

/** What the simulated accounts do not need stands in the files, too: the services name them all. */
function secretFiles(folder, values) {
  const secrets = mkdtempSync(join(folder, 'secrets-'));
  chmodSync(secrets, 0o755);
  const all = { lwa_client_id: 'unused', lwa_client_secret: 'unused', ...values };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(secrets, name), `${text}\n`, { mode: 0o644 });
  return secrets;
}
