import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.js';
import { type Check, note } from './check-line.js';

const OTHERS_MAY_READ = 0o004;

/** Env files hold secrets; on POSIX everybody on the machine may read a file that is made without care. */
export async function envFilesChecks(
  { accounts, accountsDir }: Config,
  envFile: string,
  cwd: string,
): Promise<Check[]> {
  if (process.platform === 'win32') return [];
  const files = [envFile, ...accounts.map(({ name }) => join(accountsDir, `${name}.env`))].map((file) =>
    resolve(cwd, file),
  );
  const readable = await Promise.all(files.map(othersMayRead));
  const open = files.filter((_, index) => readable[index]);
  if (open.length === 0) return [];
  return [note('env files', `every user of this machine may read ${open.join(', ')}`, 'chmod 600 them')];
}

async function othersMayRead(file: string): Promise<boolean> {
  // One that is not there, e.g. where the environment holds everything, is nobody's secret.
  const mode = await stat(file).then(
    (found) => found.mode,
    () => 0,
  );
  return (mode & OTHERS_MAY_READ) !== 0;
}
