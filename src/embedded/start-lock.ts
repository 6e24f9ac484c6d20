import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { identityOf, isAlive, type ProcessIdentity } from './processes.js';

const LOOK_EVERY_MS = 50;

/**
 * Runs `task` while no other process on this machine does so for the same folder.
 *
 * The folder holds numbered files, and the highest number alone counts: held while it names a live process, free when it
 * is empty or its process is dead. Taking the lock is creating the next number, which only one can win. The usual single
 * lock file has a gap here: two who find it stale may each delete it, the second one deleting the first one's new lock.
 */
export async function withStartLock<T>(folder: string, timeoutMs: number, task: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const mine = await take(folder, timeoutMs);
  try {
    return await task();
  } finally {
    // Emptied, not deleted: the highest number must never go down.
    await truncate(mine).catch(unlessGone);
  }
}

async function take(folder: string, timeoutMs: number): Promise<string> {
  const me = await identityOf(process.pid);
  const draft = join(folder, `draft-${process.pid}-${randomUUID()}`);
  // Written before it gets its number, so that no one ever reads half an entry.
  await writeFile(draft, JSON.stringify(me));
  try {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const highest = await highestNumber(folder);
      const holder = await holderOf(join(folder, String(highest)));
      if (holder === null || !(await isAlive(holder))) {
        const mine = await claim(folder, draft, highest + 1);
        if (mine) return mine;
      } else if (performance.now() > until) {
        throw new EmbeddedPostgresError(
          `Process ${holder.pid} has been starting or stopping the embedded Postgres for more than ` +
            `${Math.round(timeoutMs / 1000)} seconds. If it hangs, end it and start again. (${folder})`,
        );
      } else {
        await pause(LOOK_EVERY_MS);
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function claim(folder: string, draft: string, number: number): Promise<string | null> {
  const mine = join(folder, String(number));
  try {
    await link(draft, mine);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  // Slow ones may create a number that was used and tidied away meanwhile; then a higher one exists.
  if ((await highestNumber(folder)) !== number) {
    await rm(mine, { force: true });
    return null;
  }
  for (const name of await readdir(folder)) {
    if (/^\d+$/.test(name) && Number(name) < number) await rm(join(folder, name), { force: true });
  }
  return mine;
}

async function highestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number));
}

async function holderOf(path: string): Promise<ProcessIdentity | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
}

/** The whole folder may have been deleted meanwhile; then there is nothing to let go of. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
