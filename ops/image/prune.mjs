// Leaves in ROOT/node_modules what a running askonce can reach, and nothing else: `node prune.mjs ROOT`.
//
// `npm prune --omit=dev` keeps a devDependency that some package also names as its optional peer: the TypeScript compiler and
// Prisma's command line, hundreds of megabytes that no worker ever loads.
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What only a person, a compiler, a debugger or a linker reads. Licences stay. */
const UNREAD = /\.(d\.[cm]?ts|map|tsbuildinfo|md|markdown|a)$/i;
const LICENCE = /licen[cs]e|notice|copying/i;
/** In Prisma's runtime, which is needed: the query compilers for databases that askonce has no driver for. */
const OTHER_DATABASE = /^query_compiler_\w+\.(cockroachdb|mysql|sqlite|sqlserver)\./;

const root = realpathSync(process.argv[2] ?? '.');
const modules = join(root, 'node_modules');
const before = bytesIn(modules);
const kept = reachableFrom(root);
prune(modules, kept);
const prisma = join(modules, '@prisma', 'client', 'runtime');
if (existsSync(prisma)) removeFiles(prisma, (name) => OTHER_DATABASE.test(name));
process.stdout.write(
  `${kept.size} packages stay: ${megabytes(before)} MB before, ${megabytes(bytesIn(modules))} MB now\n`,
);

/**
 * The real folder of every package that `root` reaches through dependencies, and through peers that are not optional. One that
 * is missing is an error: better here than when a worker loads it.
 */
function reachableFrom(root) {
  const found = new Set();
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const [name, needed] of namesIn(manifest)) {
      const next = findPackage(folder, root, name);
      if (next !== null) waiting.push(next);
      else if (needed) throw new Error(`${manifest.name} needs ${name}, which is not installed`);
    }
  }
  found.delete(root);
  return found;
}

function namesIn({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return new Map([
    ...peers.map((name) => [name, true]),
    ...Object.keys(dependencies).map((name) => [name, true]),
    // Last, because some manifests list them among the dependencies, too. One that is made for another platform is not there.
    ...Object.keys(optionalDependencies).map((name) => [name, false]),
  ]);
}

/** Where Node would find the package from `folder`. */
function findPackage(folder, root, name) {
  for (let step = folder; ; step = dirname(step)) {
    const candidate = join(step, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (step === root || step === dirname(step)) return null;
  }
}

/** Removes from a node_modules folder the packages that nobody reaches, and from the others the files that nobody reads. */
function prune(modules, kept) {
  for (const name of packageNames(modules)) {
    const folder = join(modules, name);
    // A workspace is a link, and its files are ours.
    if (lstatSync(folder).isSymbolicLink()) continue;
    if (!kept.has(folder)) {
      rmSync(folder, { recursive: true });
      continue;
    }
    removeFiles(folder, (file) => UNREAD.test(file) && !LICENCE.test(file));
    if (existsSync(join(folder, 'node_modules'))) prune(join(folder, 'node_modules'), kept);
  }
  removeRests(modules);
}

function packageNames(modules) {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => join(name, part)) : [name],
    );
}

/** Links to programs that are gone, npm's notes, scopes without a package. */
function removeRests(modules) {
  for (const name of readdirSync(modules)) {
    const path = join(modules, name);
    const empty = name.startsWith('@') && readdirSync(path).length === 0;
    if (empty || name.startsWith('.')) rmSync(path, { recursive: true });
  }
  if (readdirSync(modules).length === 0) rmSync(modules, { recursive: true });
}

/** Within one package: not in the packages nested in it, which have their own turn. */
function removeFiles(folder, isUnread) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') removeFiles(path, isUnread);
    else if (entry.isFile() && isUnread(entry.name)) rmSync(path);
  }
}

function bytesIn(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
