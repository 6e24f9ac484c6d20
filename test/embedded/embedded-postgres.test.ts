import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { serverAccount } from '../../src/embedded/account.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { ask, emptyFolder, kill, otherProcess, serverPid, start, tidy } from './places.js';

describe('the embedded Postgres', () => {
  let dataDir = '';
  let leftovers: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    dataDir = await emptyFolder();
    leftovers = [];
  });
  afterEach(async () => {
    await Promise.all(leftovers.map((server) => server.stop()));
    await tidy(dataDir);
  });

  const using = async (log?: string[]) => {
    const server = await start(dataDir, log);
    leftovers.push(server);
    return server;
  };
  const home = () => join(dataDir, 'postgres');
  const expectStopped = async (url: string) => {
    await expect(ask(url, 'SELECT 1')).rejects.toThrow();
    expect(await serverPid(home())).toBe(0);
  };

  test('first start: a durable server on loopback only, in UTF-8 and UTC, with a password of its own', async () => {
    const server = await startEmbeddedPostgres({ dataDir });
    leftovers.push(server);

    expect(server).toMatchObject({ started: true, home: home() });
    expect(server.url).toMatch(/^postgresql:\/\/askonce:[\w-]{32}@127\.0\.0\.1:\d+\/askonce$/);
    const expected = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      server_encoding: 'UTF8',
      timezone: 'UTC',
      max_connections: '100',
    };
    for (const [setting, value] of Object.entries(expected)) {
      expect([setting, await ask(server.url, `SHOW ${setting}`)]).toEqual([setting, value]);
    }
    expect((await stat(join(home(), 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(home(), 'pg18'))).mode & 0o077).toBe(0);
    await expect(ask(server.url.replace(/:[\w-]{32}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
  });

  test('stop ends the server; the next start finds the data, at the same address', async () => {
    const first = await using();
    await ask(first.url, 'CREATE TABLE proof AS SELECT 42 AS answer');
    await first.stop();
    await expectStopped(first.url);

    const second = await using();

    expect(second).toMatchObject({ started: true, url: first.url });
    expect(await ask(second.url, 'SELECT answer FROM proof')).toBe(42);
  });

  test('three starters at once share one server, and the last to leave stops it', async () => {
    const servers = await Promise.all([using(), using(), using()]);

    expect(servers.map(({ started }) => started).sort()).toEqual([false, false, true]);
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    const [starter, ...joined] = servers.sort((a, b) => Number(b.started) - Number(a.started));
    const url = starter?.url ?? '';
    await starter?.stop();
    expect(await ask(url, 'SELECT 1')).toBe(1);
    await joined[0]?.stop();
    await joined[0]?.stop();
    expect(await ask(url, 'SELECT 1')).toBe(1);
    await joined[1]?.stop();
    await expectStopped(url);
  });

  test('processes that start at once share one server, and the last process to leave stops it', async () => {
    const others = await Promise.all([otherProcess(dataDir), otherProcess(dataDir), otherProcess(dataDir)]);

    expect(others.filter(({ started }) => started)).toHaveLength(1);
    const url = others[0]?.url ?? '';
    await others.find(({ started }) => started)?.leave();
    expect(await ask(url, 'SELECT 1')).toBe(1);
    const joined = others.filter(({ started }) => !started);
    await Promise.all(joined.map((other) => other.leave()));
    await expectStopped(url);
  });

  test('a server that outlived the kill -9 of its process is joined, and stopped by the last orderly user', async () => {
    const other = await otherProcess(dataDir);
    await other.die();
    expect(await ask(other.url, 'SELECT 1')).toBe(1);

    const server = await using();

    expect(server).toMatchObject({ started: false, url: other.url });
    await server.stop();
    await expectStopped(server.url);
  });

  test('a server killed with -9 comes back by itself, at the same address, with what was committed', async () => {
    const log: string[] = [];
    const server = await using(log);
    await ask(server.url, 'CREATE TABLE proof AS SELECT 42 AS answer');

    kill(await serverPid(home()));

    await eventually(async () => expect(await ask(server.url, 'SELECT answer FROM proof')).toBe(42));
    await eventually(() => expect(log.join()).toContain('was started again'));
    await server.stop();
    await expectStopped(server.url);
  });

  test('a server that somebody else started comes back too, whoever notices first', async () => {
    const other = await otherProcess(dataDir);
    const server = await using();

    kill(await serverPid(home()));

    await eventually(async () => expect(await ask(server.url, 'SELECT 1')).toBe(1));
    await other.leave();
    expect(await ask(server.url, 'SELECT 1')).toBe(1);
  });

  test('server and process both killed with -9: the next start recovers', async () => {
    const other = await otherProcess(dataDir);
    await ask(other.url, 'CREATE TABLE proof AS SELECT 42 AS answer');
    const pid = await serverPid(home());
    await other.die();
    kill(pid);

    const server = await using();

    expect(server.started).toBe(true);
    expect(await ask(server.url, 'SELECT answer FROM proof')).toBe(42);
  });

  test('a left-over pid file whose number now belongs to another program does not keep the server from starting', async () => {
    const first = await using();
    const pidFile = join(home(), 'pg18', 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.stop();
    const account = await serverAccount(join(home(), 'pg18'));
    // Under the server's own account: only then Postgres itself believes in it.
    const stranger: ChildProcess = spawn('sleep', ['60'], account ? { uid: account.uid, gid: account.gid } : {});
    await writeFile(pidFile, content.replace(/^\d+/, String(stranger.pid)));

    const second = await using();

    expect(second.started).toBe(true);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  test('users that died without leaving do not keep the server alive', async () => {
    const server = await using();
    const dead = await otherProcess(dataDir);
    await dead.die();
    // Its number may be given to a new process: the same pid, begun at another time.
    await writeFile(join(home(), 'users', 'reused'), JSON.stringify({ pid: process.pid, startedAt: 'another time' }));
    await writeFile(join(home(), 'users', 'half-written'), '{"pid":');

    await server.stop();

    await expectStopped(server.url);
    expect(await readdir(join(home(), 'users'))).toEqual([]);
  });

  test('a start lock that a dead process left behind is taken over', async () => {
    await mkdir(join(home(), 'starting'), { recursive: true });
    await writeFile(join(home(), 'starting', '7'), JSON.stringify({ pid: 999_999_999, startedAt: '' }));

    const server = await using();

    expect(server.started).toBe(true);
  });

  test('a start that was interrupted while making the data directory begins anew', async () => {
    await mkdir(join(home(), 'pg18.new', 'base'), { recursive: true });

    const server = await using();

    expect(await ask(server.url, 'SELECT 1')).toBe(1);
  });

  test('data of another major are refused, not passed over', async () => {
    await mkdir(join(home(), 'pg17'), { recursive: true });

    await expect(using()).rejects.toThrow(/holds the data of PostgreSQL 17, and this askonce brings 18/);
  });

  test('a server that cannot start says why, in its own last words', async () => {
    const first = await using();
    await first.stop();
    await truncate(join(home(), 'pg18', 'global', 'pg_control'), 100);

    await expect(using()).rejects.toThrow(/did not start\. It said last:\n.*pg_control/s);
  });

  test('a data directory that cannot be made is named', async () => {
    await writeFile(join(dataDir, 'file'), '');

    await expect(start(join(dataDir, 'file', 'below'))).rejects.toThrow(
      /embedded Postgres in .*below could not be started/,
    );
  });
});
