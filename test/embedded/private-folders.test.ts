import { chmod, cp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { serverAccount } from '../../src/embedded/account.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { findBinaries, usableBinaries } from '../../src/embedded/platform-binaries.js';
import { ask, emptyFolder, tidy } from './places.js';

// Only root's server runs under another account than root, so only for root can a folder be out of its reach.
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('below a private folder, as root (skipped for other accounts)', () => {
  let outer = '';
  let elsewhere = '';
  let systemFolder = '';
  let log: string[] = [];
  let leftovers: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    outer = await emptyFolder('private');
    elsewhere = await emptyFolder();
    systemFolder = join(elsewhere, 'askonce');
    log = [];
    leftovers = [];
  });
  afterEach(async () => {
    await Promise.all(leftovers.map((server) => server.stop()));
    await tidy(outer);
    await tidy(elsewhere);
  });

  const dataDir = () => join(outer, 'data');
  const start = async (dir = dataDir()) => {
    const server = await startEmbeddedPostgres({
      dataDir: dir,
      systemFolder,
      durable: false,
      log: (message) => log.push(message),
    });
    leftovers.push(server);
    return server;
  };

  test('the data go to a reachable folder, which is said and remembered; the private one keeps its rights', async () => {
    const server = await start();

    expect(server.home).toMatch(new RegExp(`^${systemFolder}/[0-9a-f]{12}$`));
    expect(await readFile(join(dataDir(), 'embedded-postgres.location'), 'utf8')).toBe(`${server.home}\n`);
    expect(log.join('\n')).toContain(`its data go to ${server.home} instead`);
    expect((await stat(outer)).mode & 0o777).toBe(0o700);
    expect(await ask(server.url, 'SELECT 1')).toBe(1);
  });

  test('the next start finds them there, also when the data directory was moved or opened', async () => {
    const first = await start();
    await ask(first.url, 'CREATE TABLE proof AS SELECT 42 AS answer');
    await first.stop();
    await rename(dataDir(), join(outer, 'moved'));
    await chmod(outer, 0o755);

    const second = await start(join(outer, 'moved'));

    expect(second.home).toBe(first.home);
    expect(await ask(second.url, 'SELECT answer FROM proof')).toBe(42);
    await chmod(outer, 0o700);
  });

  test('when that folder is gone, the start fails rather than begin with an empty ledger', async () => {
    const first = await start();
    await first.stop();
    await rename(first.home, `${first.home}-elsewhere`);

    await expect(start()).rejects.toThrow(/says that the ledger lies in .* but there is nothing/);
  });

  test('deleting the data directory deletes the ledger, as everywhere; the old data are named and kept', async () => {
    const first = await start();
    await first.stop();
    await rm(dataDir(), { recursive: true });
    log = [];

    const second = await start();

    expect(second.home).toBe(`${first.home}-2`);
    expect(log.join('\n')).toContain(`lies in ${first.home}; it is not used`);
  });

  test('a ledger that was reachable once is not left for an empty one when its folder becomes private', async () => {
    await chmod(outer, 0o755);
    const first = await start();
    await first.stop();
    await chmod(outer, 0o700);

    await expect(start()).rejects.toThrow(/may not enter .*chmod o\+x/s);
  });

  test('where not even the other folder can be reached, the message says what to do', async () => {
    systemFolder = join(outer, 'system');

    await expect(start()).rejects.toThrow(/Set DATA_DIR to a folder that every account may pass.*DATABASE_URL/s);
  });

  test('a new data directory is made reachable even under a strict umask', async () => {
    await chmod(outer, 0o755);
    const before = process.umask(0o077);
    const server = await start(join(outer, 'made', 'here')).finally(() => process.umask(before));

    expect(server.home).toBe(join(outer, 'made', 'here', 'postgres'));
  });

  test('programs that lie below a private folder are copied beside the data, once', async () => {
    const installed = await findBinaries();
    const hidden = { ...installed, folder: join(outer, 'native') };
    await cp(installed.folder, hidden.folder, { recursive: true, verbatimSymlinks: true });
    const home = await emptyFolder();
    const account = await serverAccount('/nonexistent');

    const copy = await usableBinaries(hidden, home, account);
    const again = await usableBinaries(hidden, home, account);

    expect(copy.folder).toBe(join(home, `server-${installed.version}`));
    expect(again).toEqual(copy);
    expect(await readdir(copy.folder)).toEqual(expect.arrayContaining(['bin', 'lib', 'share']));
    expect((await stat(join(copy.folder, 'bin', 'postgres'))).mode & 0o777).toBe(0o755);
    await tidy(home);
  });
});
