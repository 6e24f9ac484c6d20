import type { Finding } from '../../test/support/finding.js';
import type { Verdict } from '../verdict.js';
import { explained } from './failing-seed.js';
import { type PlayedSeed, playSeed } from './played-seed.js';
import { playAll } from './players.js';

export interface SimOptions {
  readonly from: number;
  readonly seeds: number;
  readonly days: number;
  readonly jobs: number;
  readonly onPlayed?: (done: number, of: number) => void;
}

/** More of them teach nothing, and each is played again many times. */
const MOST_EXPLAINED = 3;

/** Plays a range of seeds: the real steps and policy on a virtual calendar, in all weathers. */
export async function proveSim({ from, seeds, days, jobs, onPlayed }: SimOptions): Promise<Verdict> {
  const startedAt = performance.now();
  const wanted = Array.from({ length: seeds }, (_, index) => from + index);
  let done = 0;
  const played =
    seeds === 1
      ? [await playSeed(from, days)]
      : await playAll(wanted, {
          days,
          jobs,
          onPlayed: () => {
            done += 1;
            onPlayed?.(done, seeds);
          },
        });
  const failing = played.filter(({ findings }) => findings.length > 0);
  const findings: Finding[] = [];
  for (const [index, seed] of failing.entries()) {
    findings.push(...(index < MOST_EXPLAINED && seed.figures !== null ? await explained(seed, days) : plain(seed)));
  }
  if (played.length < seeds)
    findings.push({ kind: 'misbehaved', text: `${played.length} of ${seeds} seeds were played` });
  return {
    name: 'sim',
    figures: figuresOf(played, days),
    findings,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

function plain({ seed, findings }: PlayedSeed): readonly Finding[] {
  return findings.map(({ kind, about, text }) => ({ kind, text: `seed ${seed}: ${about} ${text}` }));
}

function figuresOf(played: readonly PlayedSeed[], days: number): Verdict['figures'] {
  const sum = (what: keyof NonNullable<PlayedSeed['figures']>) =>
    played.reduce((total, { figures }) => total + (figures?.[what] ?? 0), 0);
  return {
    seeds: played.length,
    'days each': days,
    orders: sum('orders'),
    POSTs: sum('posts'),
    accepted: sum('accepted'),
    'lost answers': sum('lostAnswers'),
    crashes: sum('crashes'),
    stops: sum('stops'),
    outages: sum('outages'),
    'queue wipes': sum('queueWipes'),
    'clock jumps': sum('clockJumps'),
    'changes checked': sum('checks'),
    'seeds beyond the limits': sum('beyondLimits'),
  };
}
