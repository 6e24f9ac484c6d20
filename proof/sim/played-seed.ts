import type { SimFinding } from './oracle.js';
import { type RunResult, simulate } from './simulate.js';

/** What is kept of a seed that was played. */
export interface PlayedSeed extends Pick<RunResult, 'seed' | 'kinds' | 'fingerprint'> {
  readonly findings: readonly SimFinding[];
  /** `null`: the run itself fell over. */
  readonly figures: RunResult['figures'] | null;
}

export async function playSeed(seed: number, days: number): Promise<PlayedSeed> {
  try {
    const { findings, figures, kinds, fingerprint } = await simulate(seed, {
      days,
      without: new Set(),
      keepTrace: false,
    });
    return { seed, findings, figures, kinds, fingerprint };
  } catch (error) {
    const text = `the run fell over: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
    return {
      seed,
      findings: [{ kind: 'misbehaved', about: '', text, at: 0 }],
      figures: null,
      kinds: [],
      fingerprint: '',
    };
  }
}
