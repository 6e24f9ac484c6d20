// What a worker from the image does, by itself and with a Postgres, a Redis and the simulated Amazon.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, expect, seconds, until } from './checking.mjs';
import { simulatedAmazon } from './simulated-amazon.mjs';

const LONGEST_START_SECONDS = 3;
const STARTS = 5;
const ASKED = 12;

export async function itsDemo({ image }) {
  const demo = image.run(['demo']);
  expect((await demo.exited) === 0, demo.output());
  const done = demo.output().trim().split('\n').at(-1);
  expect(/agrees with the simulated Amazon/.test(done), demo.output());
  return done;
}

export async function itsOwnLedger(trial) {
  const { image } = trial;
  const { env, accounts, stop } = await simulatedAmazon(trial);
  const options = { env: { ...env, HTTP_PORT: '0' }, accounts, data: 'ledger' };
  for (const applied of ['some', 'none']) {
    const worker = image.run(['start'], options);
    await worker.event('started');
    expect(worker.output().includes('ledger-migrated') === (applied === 'some'), `migrations applied: not ${applied}`);
    expect((await ended(worker, 'SIGTERM')) === 0, worker.output());
  }
  await stop();
}

export async function itsWork(trial) {
  const { image, servers } = trial;
  const amazon = await simulatedAmazon(trial);
  const options = { env: { ...amazon.env, ...(await servers.fresh()), HTTP_PORT: '0' }, accounts: amazon.accounts };
  for (const command of [['migrate'], ['check']]) {
    const container = image.run(command, options);
    expect((await container.exited) === 0, `${command.join(' ')}: ${container.output()}`);
  }
  const worker = image.run(['start'], options);
  await worker.event('started');
  await until(async () => (await amazon.truth()).accepted >= ASKED, 60_000);
  const begun = performance.now();
  expect((await ended(worker, 'SIGTERM')) === 0, worker.output());
  const stopSeconds = seconds(begun);
  expect(stopSeconds <= 10, `it took ${stopSeconds} s to stop`);
  const { accepted, second, personal } = await amazon.truth();
  expect(second === 0, `${second} orders got a second POST`);
  expect(personal === 0, 'it asked for personal data');
  const status = image.run(['status', '--json'], options);
  expect((await status.exited) === 0, status.output());
  const counts = JSON.parse(status.output()).accounts.map((account) => account.counts);
  const sum = (state) => counts.reduce((total, each) => total + each[state], 0);
  expect(sum('sending') === 0, `${sum('sending')} orders were left sending`);
  expect(
    sum('sent') + sum('unknown') === accepted,
    `Amazon took ${accepted}, the ledger has ${JSON.stringify(counts)}`,
  );
  await amazon.stop();
  return `${accepted} buyers asked, stopped in ${stopSeconds} s`;
}

export async function itsStart(trial) {
  const { image, servers } = trial;
  const amazon = await simulatedAmazon(trial);
  const options = { env: { ...amazon.env, ...(await servers.fresh()), HTTP_PORT: '0' }, accounts: amazon.accounts };
  const taken = [];
  for (let start = 0; start < STARTS; start += 1) {
    const begun = performance.now();
    const worker = image.run(['start'], options);
    await worker.event('started');
    taken.push(seconds(begun));
    await ended(worker, 'SIGTERM');
  }
  await amazon.stop();
  const worst = Math.max(...taken);
  expect(worst <= LONGEST_START_SECONDS, `${taken.join(', ')} s`);
  return `${taken.join(', ')} s`;
}

export async function itsHealth(trial) {
  const { image, servers } = trial;
  const amazon = await simulatedAmazon(trial);
  const env = { ...amazon.env, ...(await servers.fresh()), HTTP_PORT: String(await servers.freePort()) };
  const health = ['node', '/app/ops/image/health.mjs'];
  const worker = image.run(['start'], { env, accounts: amazon.accounts });
  await worker.event('started');
  const alive = worker.exec(health);
  expect(alive.status === 0, alive.output);
  const status = worker.exec(['askonce', 'status', '--json']);
  expect(status.status === 0 && JSON.parse(status.output).accounts.length === 2, status.output);
  const pages = await pagesServed(`http://127.0.0.1:${env.HTTP_PORT}`);
  await ended(worker, 'SIGTERM');
  const without = image.run(['start'], { env: { ...env, ROLES: 'sweep' }, accounts: amazon.accounts });
  await without.event('started');
  const dead = without.exec(health);
  expect(dead.status === 1 && dead.output.includes('ROLES'), `without web: ${dead.status} ${dead.output}`);
  await ended(without, 'SIGTERM');
  await amazon.stop();
  return pages;
}

/** The first page, and everything that it loads from this server. */
async function pagesServed(origin) {
  const page = await fetch(origin);
  expect(page.status === 200, `/ answers ${page.status}`);
  const loads = [...(await page.text()).matchAll(/(?:src|href)="(\/[^"#]*\.(?:css|js|svg|png|ico|woff2)[^"]*)"/g)].map(
    ([, path]) => path,
  );
  expect(loads.length > 0, 'the page loads nothing, which cannot be');
  for (const path of loads) {
    const { status } = await fetch(new URL(path, origin));
    expect(status === 200, `${path} answers ${status}`);
  }
  return `the page and ${loads.length} files of it`;
}

export async function itsToken(trial) {
  const { image, servers } = trial;
  const amazon = await simulatedAmazon(trial);
  const port = await servers.freePort();
  const env = { ...amazon.env, ...(await servers.fresh()), HTTP_HOST: '0.0.0.0', HTTP_PORT: String(port) };
  const refused = image.run(['start'], { env, accounts: amazon.accounts });
  expect((await refused.exited) === 2, refused.output());
  expect(refused.output().includes('ADMIN_TOKEN'), refused.output());

  writeFileSync(join(amazon.accounts, 'admin-token'), 'a-token-for-this-trial\n', { mode: 0o644 });
  const web = image.run(['start'], {
    env: { ...env, ROLES: 'web', ADMIN_TOKEN_FILE: '/etc/askonce/accounts/admin-token' },
    accounts: amazon.accounts,
  });
  await web.event('started');
  const get = async (path, headers) =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' })).status;
  const healthy = web.exec(['node', '/app/ops/image/health.mjs']);
  expect(healthy.status === 0, healthy.output);
  for (const path of ['/metrics', '/readyz']) {
    expect((await get(path)) === 401, `${path} without the token: ${await get(path)}`);
  }
  expect(
    (await get('/metrics', { authorization: 'Bearer a-token-for-this-trial' })) === 200,
    'the token does not open /metrics',
  );
  expect((await ended(web, 'SIGTERM')) === 0, web.output());
  await amazon.stop();
}
