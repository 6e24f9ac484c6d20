import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from './processes.js';

// Who uses the server: one file each, so that the last to leave knows it is the last. Only touched under the start lock.

/** Signs in and gives back the entry to sign out with. */
export async function signIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const entry = join(folder, `${process.pid}-${randomUUID()}`);
  await writeFile(entry, JSON.stringify(await identityOf(process.pid)));
  return entry;
}

/** Signs out; answers whether nobody is left. Entries of processes that died without signing out do not count. */
export async function signOut(folder: string, entry: string): Promise<'last' | 'others remain'> {
  await rm(entry, { force: true });
  let remain = 0;
  for (const name of await readdir(folder)) {
    const other = join(folder, name);
    if (await isLive(other)) remain += 1;
    else await rm(other, { force: true });
  }
  return remain === 0 ? 'last' : 'others remain';
}

async function isLive(entry: string): Promise<boolean> {
  try {
    return await isAlive(JSON.parse(await readFile(entry, 'utf8')) as ProcessIdentity);
  } catch {
    return false;
  }
}
