import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmbeddedPostgresError, OWN_SERVER_REMEDY } from './embedded-postgres-error.js';

/** Whose rights the server runs with. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Postgres refuses to run as root, so root lends it an unprivileged account; `null` for everybody else.
 * Data that is already there stays with its owner: an account `postgres` that appears later must not lock them out.
 */
export async function serverAccount(dataDirectory: string): Promise<Account | null> {
  if (!isRoot()) return null;
  const owner = await stat(dataDirectory).catch(() => null);
  if (owner && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };

  const rows = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const row = rows.find(([name]) => name === 'postgres') ?? rows.find(([name]) => name === 'nobody');
  if (!row) {
    throw new EmbeddedPostgresError(
      'Postgres refuses to run as root, and this machine has neither an account "postgres" nor "nobody" to lend it. ' +
        `Start askonce as an ordinary user. ${OWN_SERVER_REMEDY}`,
    );
  }
  return { name: row[0] ?? '', uid: Number(row[2]), gid: Number(row[3]) };
}

export async function canRead(account: Account, file: string): Promise<boolean> {
  return (await grants(account, file, 0o4)) && (await barrierTo(account, dirname(file))) === null;
}

/** The outermost folder that stops `account` on its way into `folder`; `null` when nothing does. */
export async function barrierTo(account: Account, folder: string): Promise<string | null> {
  let barrier: string | null = null;
  for (let step = folder; ; step = dirname(step)) {
    if (!(await grants(account, step, 0o1))) barrier = step;
    if (step === dirname(step)) return barrier;
  }
}

async function grants(account: Account, path: string, right: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & right) === right;
}
