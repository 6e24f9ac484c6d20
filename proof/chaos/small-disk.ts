import { execFile } from 'node:child_process';
import { chmod, type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  /** Leaves not a byte. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  unmount(): Promise<void>;
}

/** A disk of its own that can be filled without harm to anybody. Throws with a sentence where none can be mounted. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-chaos-disk-'));
  const how = await mount(folder, megabytes).catch(async (cause: Error) => {
    await rm(folder, { recursive: true, force: true });
    throw new Error(
      `a disk that can be filled could not be mounted (${cause.message.trim().replaceAll('\n', ' ')}). It takes Linux and ` +
        'the right to mount: run it as root or with passwordless sudo, in a container with --cap-add SYS_ADMIN',
      { cause },
    );
  });
  const ballast = join(folder, 'ballast');
  return {
    folder,
    async fill() {
      const file = await open(ballast, 'w');
      try {
        // In large pieces first, then byte by byte as it were: a database needs no more than a page.
        for (const bytes of [1 << 20, 1 << 14, 1 << 12]) await writeUntilFull(file, Buffer.alloc(bytes));
      } finally {
        await file.close();
      }
    },
    empty: () => rm(ballast, { force: true }),
    async unmount() {
      await run(how.command, [...how.args, 'umount', '-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Privilege {
  readonly command: string;
  readonly args: readonly string[];
}

async function mount(folder: string, megabytes: number): Promise<Privilege> {
  const how: Privilege = process.getuid?.() === 0 ? { command: 'env', args: [] } : { command: 'sudo', args: ['-n'] };
  // Everybody may pass, and the worker's own account may write.
  const options = `size=${megabytes}m,mode=0755,uid=${process.getuid?.() ?? 0}`;
  await run(how.command, [...how.args, 'mount', '-t', 'tmpfs', '-o', options, 'askonce-chaos', folder]);
  await chmod(folder, 0o755);
  return how;
}

async function writeUntilFull(file: FileHandle, piece: Buffer): Promise<void> {
  for (;;) {
    try {
      await file.write(piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
