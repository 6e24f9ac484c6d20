import { createHash } from 'node:crypto';
import { access, chmod, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Account, barrierTo, isRoot, serverAccount } from './account.js';
import { EmbeddedPostgresError, OWN_SERVER_REMEDY } from './embedded-postgres-error.js';

/** The major is in the name because the files of one major cannot be opened by another. */
export const MAJOR = 18;
export const DATA_FOLDER = `pg${MAJOR}`;

const LOCATION_FILE = 'embedded-postgres.location';

/** Where everything of one embedded server lies, and with whose rights it runs. */
export interface Home {
  readonly folder: string;
  /** `null`: our own. */
  readonly account: Account | null;
}

/**
 * `<dataDir>/postgres`; or a folder below `systemFolder` when root's data directory is out of the unprivileged account's
 * reach. The choice is kept in a file: an empty ledger in a new place would ask every buyer a second time.
 */
export async function findHome(dataDir: string, systemFolder: string, log: (message: string) => void): Promise<Home> {
  const wanted = resolve(dataDir);
  await makeReachable(wanted);
  // One spelling for everybody, since the server is recognised by the path it was started with.
  const real = await realpath(wanted);

  const kept = await readFile(join(real, LOCATION_FILE), 'utf8').catch(() => null);
  if (kept !== null) return keptHome(real, kept.trim(), log);

  const folder = join(real, 'postgres');
  await refuseForeign(folder);
  const account = await serverAccount(join(folder, DATA_FOLDER));
  const barrier = account && (await barrierTo(account, real));
  if (account === null || barrier === null) {
    await makeReachable(folder);
    return { folder, account };
  }
  if (await exists(join(folder, DATA_FOLDER))) {
    throw new EmbeddedPostgresError(
      `The ledger lies in ${folder}, but its server runs as ${account.name}, which may not enter ${barrier}. ` +
        `Let others pass that folder again (chmod o+x), or move ${real} and set DATA_DIR.`,
    );
  }
  return relocate(real, systemFolder, log);
}

/**
 * Whoever deletes a data directory expects the ledger to be gone with it, as it is where the ledger lies inside. Data that
 * no file points to are such a rest: not used again, and not deleted either.
 */
async function unusedFolder(wanted: string, log: (message: string) => void): Promise<string> {
  let folder = wanted;
  for (let number = 2; await exists(join(folder, DATA_FOLDER)); number += 1) {
    log(`an older ledger of a data directory that was deleted lies in ${folder}; it is not used`);
    folder = `${wanted}-${number}`;
  }
  return folder;
}

async function keptHome(dataDir: string, folder: string, log: (message: string) => void): Promise<Home> {
  if (!(await exists(folder))) {
    throw new EmbeddedPostgresError(
      `${join(dataDir, LOCATION_FILE)} says that the ledger lies in ${folder}, but there is nothing. If the data directory ` +
        'was moved or copied here, bring that folder along. To begin with an empty ledger, which has forgotten every ' +
        'request made so far, delete that file.',
    );
  }
  log(`the embedded Postgres keeps its data in ${folder}, as ${join(dataDir, LOCATION_FILE)} says`);
  return { folder, account: await serverAccount(join(folder, DATA_FOLDER)) };
}

async function relocate(dataDir: string, systemFolder: string, log: (message: string) => void): Promise<Home> {
  const folder = await unusedFolder(
    join(systemFolder, createHash('sha256').update(dataDir).digest('hex').slice(0, 12)),
    log,
  );
  const account = await serverAccount(join(folder, DATA_FOLDER));
  const because =
    `the data directory ${dataDir} is out of reach for the account "${account?.name}" that Postgres has to run as ` +
    'when root starts it';
  try {
    await makeReachable(folder);
  } catch (cause) {
    throw new EmbeddedPostgresError(`${because}, and ${folder} cannot be made instead: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (account !== null && (await barrierTo(account, folder)) !== null) {
    throw new EmbeddedPostgresError(
      `${because}, and so is ${folder}. Set DATA_DIR to a folder that every account may pass, e.g. below /srv. ${OWN_SERVER_REMEDY}`,
    );
  }
  const note = join(dataDir, LOCATION_FILE);
  await writeFile(`${note}.new`, `${folder}\n`);
  await rename(`${note}.new`, note);
  log(`${because}; its data go to ${folder} instead, which ${note} remembers`);
  return { folder, account };
}

/** Makes the folder and those above it that are missing. Folders that exist keep their rights, even where they are in the way. */
async function makeReachable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined || !isRoot()) return;
  // Under a strict umask the new folders would be root's alone.
  for (let made = folder; ; made = dirname(made)) {
    await chmod(made, 0o755);
    if (made === first || made === dirname(made)) return;
  }
}

async function refuseForeign(folder: string): Promise<void> {
  const owner = (await stat(folder).catch(() => null))?.uid;
  if (owner === undefined || isRoot() || !process.getuid || owner === process.getuid()) return;
  throw new EmbeddedPostgresError(
    `${folder} belongs to another account (uid ${owner}). Start askonce as that account, or set DATA_DIR to another folder.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
