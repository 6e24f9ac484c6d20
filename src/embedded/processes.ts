import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; empty where the platform does not say, and then the pid alone decides. */
  readonly startedAt: string;
}

export async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { pid, startedAt: (await startOf(pid)) ?? '' };
}

/** A zombie counts as gone: it holds nothing any more, though its pid still answers to signal 0. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (!answersSignals(identity.pid)) return false;
  const startedAt = await startOf(identity.pid);
  if (startedAt === 'gone') return false;
  // Not told (another user's process, hidden by the system): believing it alive only costs waiting.
  return !startedAt || !identity.startedAt || startedAt === identity.startedAt;
}

export function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Like `servesDirectory` for a pid that did serve it a moment ago; cheap enough to ask every second. */
export async function stillServes(pid: number, dataDirectory: string): Promise<boolean> {
  // Elsewhere a program has to be run to tell more.
  return process.platform === 'linux' ? servesDirectory(pid, dataDirectory) : answersSignals(pid);
}

/** Whether `pid` is the Postgres server of this data directory, and not some process that inherited the number. */
export async function servesDirectory(pid: number, dataDirectory: string): Promise<boolean> {
  if (!answersSignals(pid)) return false;
  switch (process.platform) {
    case 'linux': {
      const args = (await readOrNull(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
      if (basename(args[0] ?? '') !== 'postgres') return false;
      // The server changes into its directory, which settles it where the path was spelled differently.
      return args.includes(dataDirectory) || (await sameDirectory(`/proc/${pid}/cwd`, dataDirectory));
    }
    case 'win32':
      return (await output('tasklist', ['/FI', `PID eq ${pid}`, '/NH'])).toLowerCase().includes('postgres');
    default:
      return (await output('ps', ['-o', 'command=', '-p', String(pid)])).includes(dataDirectory);
  }
}

/** `gone` for a zombie, `null` where it cannot be told. */
async function startOf(pid: number): Promise<string | null> {
  switch (process.platform) {
    case 'linux': {
      const line = await readOrNull(`/proc/${pid}/stat`);
      if (line === null) return null;
      // The second field is the program's name in brackets and may itself hold spaces and brackets.
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return 'gone';
      // Ticks since boot, so another boot of the machine must not look alike.
      return `${(await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim()} ${fields[19]}`;
    }
    case 'win32':
      return null;
    default: {
      const [state = '', ...started] = (await output('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]))
        .trim()
        .split(/\s+/);
      return state.startsWith('Z') ? 'gone' : started.join(' ') || null;
    }
  }
}

async function sameDirectory(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(other)]);
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

async function output(command: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, args)).stdout;
  } catch {
    return '';
  }
}
