import { parentPort, workerData } from 'node:worker_threads';
import { type PlayedSeed, playSeed } from './played-seed.js';

/** A thread that plays the seeds it is told, one after the other. */
const { days } = workerData as { readonly days: number };

parentPort?.on('message', (seed: number) => {
  void playSeed(seed, days).then((played: PlayedSeed) => parentPort?.postMessage(played));
});
