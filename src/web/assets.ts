import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import serveFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { packageRoot } from '../package-root.js';

/** What the pages load: our own files, and the chart library as its package ships it. */
interface Assets {
  /** Of all of them: a file may name another by a relative path, and each address stands for one content for ever. */
  readonly hash: string;
  readonly names: ReadonlySet<string>;
}

const folder = join(packageRoot, 'src', 'web', 'assets');
const chartLibrary = 'chart.umd.min.js';
const require = createRequire(import.meta.url);
const chartFolder = dirname(require.resolve('chart.js'));

let found: Assets | null = null;

/** The address of a file in `src/web/assets`, or of `chart.umd.min.js`. Throws when there is none of that name. */
export function assetUrl(name: string): string {
  const { hash, names } = assets();
  if (!names.has(name)) throw new Error(`a page needs ${name}, not in ${folder}: the installation is incomplete`);
  return `/assets/${hash}/${name}`;
}

export async function addAssets(app: FastifyInstance): Promise<void> {
  // Browsers ask for it wherever a page names no icon, as the log-in does, and complain when there is none.
  app.get('/favicon.ico', async (_request, reply) => reply.code(204).send());
  await app.register(serveFiles, {
    root: [folder, chartFolder],
    prefix: `/assets/${assets().hash}/`,
    allowedPath: (path) => assets().names.has(path.replace(/^\//, '')),
    index: false,
    dotfiles: 'deny',
    decorateReply: false,
    immutable: true,
    maxAge: '365d',
  });
}

function assets(): Assets {
  found ??= findAssets();
  return found;
}

function findAssets(): Assets {
  const own = readdirSync(folder, { withFileTypes: true }).flatMap((file) => (file.isFile() ? [file.name] : []));
  const files = [...own.sort().map((name) => join(folder, name)), join(chartFolder, chartLibrary)];
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${basename(file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return { hash: hash.digest('hex').slice(0, 16), names: new Set([...own, chartLibrary]) };
}
