import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-packaging-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a script of ops/image by itself, as the image does. */
function run(script: string, args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const path = join(packageRoot, 'ops', 'image', script);
    const child = execFile(process.execPath, [path, ...args], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const stages = dockerfile.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(([, paths = '']) =>
    paths.split(' '),
  );

  test('every stage stands on the same slim Node 24, or on a stage before', () => {
    const names = stages.map((stage) => / AS (\w+)/.exec(stage)?.[1]);

    for (const [index, stage] of stages.entries()) {
      expect(['node:24-bookworm-slim', ...names.slice(0, index)]).toContain(stage.split(/\s/)[0]);
    }
  });

  test('what is copied is there, and .dockerignore lets it through', () => {
    const ignored = readFileSync(join(packageRoot, '.dockerignore'), 'utf8').split('\n');
    const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));

    expect(ignored).toContain('*');
    for (const path of copied) {
      expect(existsSync(join(packageRoot, path))).toBe(true);
      expect(allowed.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))).toBe(true);
    }
  });

  test('nothing private can get into a build', () => {
    const allowed = readFileSync(join(packageRoot, '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];

    expect(allowed.filter((line) => /env|accounts|secrets|data|\.git/.test(line))).toEqual([]);
  });

  test('the packages are installed before the sources are copied, so that a change of a source installs nothing', () => {
    const installed = stages.find((stage) => stage.includes('npm ci')) ?? '';

    expect(installed).not.toMatch(/COPY (src|workers|bin|\.)\b/);
    expect(last.indexOf('node_modules')).toBeLessThan(last.indexOf('/app/dist'));
  });

  test('it runs as an ordinary user under tini, is asked how it is, and is open to nobody by itself', () => {
    expect(last).toMatch(/^USER 1000:1000$/m);
    expect(last).toMatch(/^ENTRYPOINT \["tini", "--", "node", "\/app\/bin\/askonce\.mjs"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK .* CMD \["node", "\/app\/ops\/image\/health\.mjs"\]$/m);
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).not.toMatch(/^ENV .*(HTTP_HOST|ADMIN_TOKEN|SEND_MODE)/m);
  });
});

describe('the health check', () => {
  const asked: { path: string | undefined; headers: IncomingHttpHeaders }[] = [];

  async function server(status: number): Promise<Record<string, string>> {
    asked.length = 0;
    const http = createServer((request, response) => {
      asked.push({ path: request.url, headers: request.headers });
      response.writeHead(status).end('the reason');
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => http.close(resolve)));
    return { HTTP_PORT: String((http.address() as AddressInfo).port) };
  }

  test('a worker that answers is healthy, also where it listens on every address', async () => {
    const env = await server(200);

    expect((await run('health.mjs', [], env)).code).toBe(0);
    expect((await run('health.mjs', [], { ...env, HTTP_HOST: '0.0.0.0' })).code).toBe(0);
    expect(asked.map(({ path }) => path)).toEqual(['/healthz', '/healthz']);
  });

  test('a worker that answers anything else is not, and the line says what', async () => {
    const { code, output } = await run('health.mjs', ['readyz'], await server(503));

    expect(code).toBe(1);
    expect(output).toContain('/readyz answers 503 the reason');
  });

  test('where nobody listens it says what may be the cause', async () => {
    const env = await server(200);
    for (const close of closing.splice(0)) await close();

    const { code, output } = await run('health.mjs', [], env);

    expect(code).toBe(1);
    expect(output).toContain('ROLES');
  });

  test('the token goes along where it is needed, and nowhere else', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'token'), 'from-a-file\n');
    const env = { ...(await server(200)), ADMIN_TOKEN_FILE: join(folder, 'token') };

    await run('health.mjs', ['readyz'], env);
    await run('health.mjs', [], env);

    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer from-a-file', undefined]);
  });
});

describe('pruning the packages', () => {
  type Manifest = Readonly<Record<string, unknown>>;

  /** A project whose files are named like `node_modules/a/package.json`. */
  async function project(root: Manifest, packages: Readonly<Record<string, Manifest>>, files: readonly string[] = []) {
    const folder = await freshFolder();
    const write = async (path: string, content: string) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    };
    await write('package.json', JSON.stringify({ name: 'root', ...root }));
    for (const [path, manifest] of Object.entries(packages)) {
      await write(`node_modules/${path}/package.json`, JSON.stringify({ name: path, ...manifest }));
    }
    for (const file of files) await write(`node_modules/${file}`, '');
    return folder;
  }

  async function left(folder: string): Promise<string[]> {
    const entries = await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'node_modules').length + 1))
      .sort();
  }

  test('what is reached stays, by way of dependencies and of peers that are not optional', async () => {
    const folder = await project(
      { dependencies: { a: '*' }, optionalDependencies: { '@scope/here': '*', elsewhere: '*' } },
      {
        a: { dependencies: { b: '*' }, peerDependencies: { peer: '*' } },
        b: {},
        peer: {},
        '@scope/here': {},
      },
    );

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual(['@scope/here', 'a', 'b', 'peer'].map((name) => join(name, 'package.json')));
  });

  test('a compiler that somebody names as an optional peer goes, with its own dependencies, its scope and its programs', async () => {
    const folder = await project(
      { dependencies: { a: '*' }, devDependencies: { compiler: '*' } },
      {
        a: { peerDependencies: { compiler: '*' }, peerDependenciesMeta: { compiler: { optional: true } } },
        compiler: { dependencies: { '@compiler/native': '*' } },
        '@compiler/native': {},
      },
      ['.bin/compiler', '.package-lock.json'],
    );

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual([join('a', 'package.json')]);
    expect(await readdir(join(folder, 'node_modules'))).toEqual(['a']);
  });

  test('a package nested in another stays where that one loads it, and goes where nobody does', async () => {
    const folder = await project(
      { dependencies: { a: '*', b: '*' } },
      { a: { dependencies: { b: '*' } }, 'a/node_modules/b': {}, 'a/node_modules/c': {}, b: {} },
    );

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual(['a/node_modules/b', 'a', 'b'].map((name) => join(name, 'package.json')));
  });

  test('of what stays, nothing goes but what no running program reads; licences stay', async () => {
    const files = ['a/index.js', 'a/data.json', 'a/LICENSE.md', 'a/lib/x.wasm', 'a/node.node'];
    const folder = await project({ dependencies: { a: '*' } }, { a: {} }, [
      ...files,
      ...['a/README.md', 'a/index.d.ts', 'a/index.d.mts', 'a/index.js.map', 'a/lib/libx.a'],
    ]);

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual([...files, 'a/package.json'].sort());
  });

  test("of Prisma's compilers the one for Postgres stays", async () => {
    const runtime = '@prisma/client/runtime';
    const kept = [`${runtime}/client.mjs`, `${runtime}/query_compiler_small_bg.postgresql.mjs`];
    const folder = await project({ dependencies: { '@prisma/client': '*' } }, { '@prisma/client': {} }, [
      ...kept,
      `${runtime}/query_compiler_small_bg.mysql.mjs`,
      `${runtime}/query_compiler_fast_bg.sqlite.wasm-base64.js`,
    ]);

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual(['@prisma/client/package.json', ...kept]);
  });

  test('a workspace is a link, whose files are left alone and whose dependencies stay', async () => {
    const folder = await project({ dependencies: { ours: '*' } }, { theirs: {} });
    await mkdir(join(folder, 'packages', 'ours'), { recursive: true });
    await writeFile(join(folder, 'packages', 'ours', 'package.json'), '{"name":"ours","dependencies":{"theirs":"*"}}');
    await writeFile(join(folder, 'packages', 'ours', 'index.d.ts'), '');
    await symlink(join('..', 'packages', 'ours'), join(folder, 'node_modules', 'ours'));

    expect(await run('prune.mjs', [folder])).toMatchObject({ code: 0 });

    expect(await left(folder)).toEqual(['ours', join('theirs', 'package.json')]);
    expect(existsSync(join(folder, 'packages', 'ours', 'index.d.ts'))).toBe(true);
  });

  test('a dependency that is missing ends the build, not a worker', async () => {
    const folder = await project({ dependencies: { a: '*' } }, { a: { dependencies: { lost: '*' } } });

    const { code, output } = await run('prune.mjs', [folder]);

    expect(code).not.toBe(0);
    expect(output).toContain('a needs lost, which is not installed');
  });
});
