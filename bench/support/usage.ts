import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuSeconds, memoryOf } from './machine.js';
import type { BenchPostgres } from './postgres.js';
import type { BenchProcess } from './process.js';
import type { Rig } from './rig.js';

const MEMORY_EVERY_MS = 1_000;

/** What everybody used of the machine during a span; `null` where the system does not tell. */
export interface Usage {
  readonly seconds: number;
  /** Processor seconds. */
  readonly workers: number | null;
  readonly postgres: number | null;
  readonly redis: number | null;
  readonly simulator: number | null;
  /** Of the worker that had most: the highest of one reading a second, and since it started. */
  readonly residentMiB: number | null;
  readonly peakMiB: number | null;
  /** Of the ledger's database: statements outside of a transaction count as one each. */
  readonly transactions: number;
}

interface Parties {
  readonly rig: Rig;
  readonly postgres: BenchPostgres;
  readonly workers: readonly BenchProcess[];
}

/** Watches the machine for so long. */
export async function usageDuring(seconds: number, { rig, postgres, workers }: Parties): Promise<Usage> {
  const read = async () => ({
    workers: sum(await Promise.all(workers.map(({ pid }) => cpuSeconds(pid)))),
    postgres: await postgres.cpuSeconds(),
    redis: await rig.redis.cpuSeconds(),
    simulator: await cpuSeconds(rig.amazon.process.pid),
    transactions: await rig.transactions(),
  });
  const before = await read();
  const begun = performance.now();
  const resident: number[] = [];
  const peak: number[] = [];
  while (performance.now() - begun < seconds * 1000) {
    for (const { pid } of workers) {
      const memory = await memoryOf(pid);
      if (memory !== null) {
        resident.push(memory.residentMiB);
        peak.push(memory.peakMiB);
      }
    }
    await pause(Math.max(0, Math.min(MEMORY_EVERY_MS, seconds * 1000 - (performance.now() - begun))));
  }
  const after = await read();
  return {
    seconds: (performance.now() - begun) / 1000,
    workers: difference(after.workers, before.workers),
    postgres: difference(after.postgres, before.postgres),
    redis: difference(after.redis, before.redis),
    simulator: difference(after.simulator, before.simulator),
    residentMiB: resident.length === 0 ? null : Math.max(...resident),
    peakMiB: peak.length === 0 ? null : Math.max(...peak),
    transactions: after.transactions - before.transactions,
  };
}

/** Per cent of the whole machine. */
export function shareOfMachine(cpu: number | null, { seconds }: Pick<Usage, 'seconds'>): number | null {
  return cpu === null ? null : (100 * cpu) / seconds / availableParallelism();
}

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}

function difference(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}
