import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseEnvText } from './env-file.js';
import { type Layer, makeLayer } from './layer.js';
import type { Problems } from './problems.js';
import { errorCode, readText } from './read-text.js';
import type { Setting } from './setting.js';

/** The env file of one account, read. */
export interface AccountFile {
  readonly account: string;
  readonly layer: Layer;
}

/** `accountsDir` is an absolute path. `null` when the folder itself is the problem: then nothing can be said about which accounts there are. */
export function readAccountFiles(
  accountsDir: Setting<string>,
  cwd: string,
  problems: Problems,
): readonly AccountFile[] | null {
  const folder = accountsDir.value;
  const names = fileNames(folder, accountsDir, problems);
  if (names === null) return null;

  const seen = new Map<string, string>();
  const files: AccountFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const source = asSeenFrom(cwd, path);
    const account = name.slice(0, -'.env'.length);
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/i.test(account)) {
      problems.add(
        source,
        'file name',
        "the account's name, the part before .env, must be 1 to 63 letters, digits, - or _, and begin with a letter or digit",
        'rename it, e.g. main-eu.env',
      );
      continue;
    }
    const twin = seen.get(account.toLowerCase());
    if (twin) problems.add(source, 'file name', `differs from ${twin} only by case`, 'rename one of the two accounts');
    seen.set(account.toLowerCase(), name);

    const file = readText(path);
    if ('trouble' in file) {
      problems.add(source, 'file', file.trouble, 'make it a file that this user may read');
      continue;
    }
    const layer = makeLayer({ source, folder }, parseEnvText(file.text, source, problems), problems);
    files.push({ account, layer });
  }
  return files;
}

function fileNames(folder: string, accountsDir: Setting<string>, problems: Problems): readonly string[] | null {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.env'))
      .sort();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && !accountsDir.given) return [];
    const problem = code === 'ENOENT' ? 'the folder does not exist' : `the folder cannot be read (${code})`;
    problems.add(
      accountsDir.source,
      accountsDir.writtenAs,
      problem,
      'name a folder that holds one env file per account, e.g. ACCOUNTS_DIR=./accounts',
    );
    return null;
  }
}

/** A path as a person in `cwd` would write it. */
function asSeenFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
}
