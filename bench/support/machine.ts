import { readdir, readFile } from 'node:fs/promises';

/** Ticks of /proc/<pid>/stat per second: fixed by Linux for everything it tells to programs (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly parent: number;
  /** Processor seconds of its own, and of children that have ended. */
  readonly own: number;
  readonly ended: number;
}

/** Processor seconds that a process has used so far, on Linux; `null` elsewhere, or when it is gone. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  const stat = await statOf(pid);
  return stat === null ? null : stat.own;
}

/** The same of a process and all it has begotten, dead or alive: a Postgres server has a process for each connection. */
export async function familyCpuSeconds(pid: number): Promise<number | null> {
  const head = await statOf(pid);
  if (head === null) return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const children = (await Promise.all(pids.map(statOf))).filter((stat) => stat?.parent === pid);
  return children.reduce((sum, child) => sum + (child?.own ?? 0), head.own + head.ended);
}

/** Resident memory and its highest level so far, in MiB, on Linux; `null` elsewhere. */
export async function memoryOf(
  pid: number,
): Promise<{ readonly residentMiB: number; readonly peakMiB: number } | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  const kiB = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status ?? '')?.[1]);
  return status === null ? null : { residentMiB: kiB('VmRSS') / 1024, peakMiB: kiB('VmHWM') / 1024 };
}

export async function parentOf(pid: number): Promise<number | null> {
  return (await statOf(pid))?.parent ?? null;
}

async function statOf(pid: number): Promise<ProcessStat | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat === null ? null : parseStat(stat);
}

/** The name in brackets may hold anything; the fields after it are numbered from 3 on in proc(5). */
export function parseStat(stat: string): ProcessStat {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    parent: field(4),
    own: (field(14) + field(15)) / TICKS_PER_SECOND,
    ended: (field(16) + field(17)) / TICKS_PER_SECOND,
  };
}
