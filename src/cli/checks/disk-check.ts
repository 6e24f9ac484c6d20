import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Check, failed, fine, note } from './check-line.js';

/** Postgres needs room for its log of changes (256 MB) and for what it does beside. */
const LEAST_MB = 512;
const LITTLE_MB = 2_048;

/** Room for the embedded ledger. */
export async function diskChecks(dataDir: string): Promise<Check[]> {
  const { bavail, bsize } = await statfsNearest(dataDir);
  const freeMb = Math.floor((Number(bavail) * Number(bsize)) / 1_000_000);
  const name = 'disk';
  const detail = `${(freeMb / 1000).toFixed(1)} GB free for DATA_DIR`;
  const remedy = 'make room, or move DATA_DIR while nothing runs';
  if (freeMb < LEAST_MB) return [failed(name, detail, remedy)];
  return [freeMb < LITTLE_MB ? note(name, detail, remedy) : fine(name, detail)];
}

/** Of the folder, or of the one in which it will be made. */
async function statfsNearest(folder: string): ReturnType<typeof statfs> {
  try {
    return await statfs(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return statfsNearest(parent);
  }
}
