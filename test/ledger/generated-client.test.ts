import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';

const committed = join(packageRoot, 'src', 'ledger', 'generated');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'askonce-generated-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the generated client in src is the one that the schema gives', async () => {
  const schema = await readFile(join(packageRoot, 'prisma', 'schema.prisma'), 'utf8');
  const elsewhere = schema.replace('"../src/ledger/generated"', '"./generated"');
  await writeFile(join(folder, 'schema.prisma'), elsewhere);
  await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));

  await promisify(execFile)(
    process.execPath,
    [
      join(packageRoot, 'node_modules', 'prisma', 'build', 'index.js'),
      'generate',
      '--schema',
      join(folder, 'schema.prisma'),
    ],
    { cwd: folder, env: { HOME: folder, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' } },
  );

  const fresh = await sourcesIn(join(folder, 'generated'));
  expect(elsewhere).not.toBe(schema);
  // The client carries its schema in one line of its own.
  const moved = new Map(
    [...fresh].map(([file, text]) => [file, text.replaceAll('\\"./generated\\"', '\\"../src/ledger/generated\\"')]),
  );
  expect([...moved.keys()]).toEqual([...(await sourcesIn(committed)).keys()]);
  expect(moved).toEqual(await sourcesIn(committed));
});

async function sourcesIn(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : [])).sort();
  return new Map(
    await Promise.all(files.map(async (file) => [relative(root, file), await readFile(file, 'utf8')] as const)),
  );
}
