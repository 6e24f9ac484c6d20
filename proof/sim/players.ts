import { Worker } from 'node:worker_threads';
import type { PlayedSeed } from './played-seed.js';

/** Plays all seeds on so many threads; answers them in the order of the seeds. */
export async function playAll(
  seeds: readonly number[],
  { days, jobs, onPlayed }: { days: number; jobs: number; onPlayed: (played: PlayedSeed) => void },
): Promise<readonly PlayedSeed[]> {
  const waiting = [...seeds];
  const played: PlayedSeed[] = [];
  const threads = Array.from({ length: Math.min(jobs, seeds.length) }, () => {
    const thread = new Worker(new URL('./player.js', import.meta.url), { workerData: { days } });
    return new Promise<void>((resolve, reject) => {
      const next = () => {
        const seed = waiting.shift();
        if (seed === undefined) void thread.terminate().then(() => resolve());
        else thread.postMessage(seed);
      };
      thread.on('message', (one: PlayedSeed) => {
        played.push(one);
        onPlayed(one);
        next();
      });
      thread.on('error', reject);
      next();
    });
  });
  await Promise.all(threads);
  return played.sort((a, b) => a.seed - b.seed);
}
