import { asBefore, clear, firing, type Verdict } from './alarm.js';
import type { AlarmThresholds, ClockFacts, QueueProblem } from './alarm-facts.js';
import { lengthInWords } from './alarm-words.js';

/** `queue-unsafe`: Redis may lose jobs. Nothing would be forgotten, but looked at late. */
export function judgeQueue(problems: readonly QueueProblem[] | null): Verdict {
  if (problems === null) return asBefore;
  if (problems.length === 0) return clear;
  return firing(
    ...problems.map(({ problem, remedy }) => `${problem}: ${remedy}.`),
    'No order is forgotten meanwhile: the sweep rings again for what is due.',
  );
}

const RELEASE = 0.8;

/** `clock-skew`: the clock of this machine, or the ledger's, is not Amazon's. */
export function judgeClock(clock: ClockFacts | null, host: string, { clockSkew }: AlarmThresholds): Verdict {
  if (clock === null) return asBefore;
  const { machineAheadMs, ledgerAheadMs, heardAt, lastChangeAt } = clock;
  // Another process on this machine has heard Amazon since, and knows better.
  if (lastChangeAt !== null && heardAt <= lastChangeAt) return asBefore;
  const limit = clockSkew.toMillis();
  const worst = Math.max(Math.abs(machineAheadMs), Math.abs(ledgerAheadMs));
  if (worst <= limit) return worst <= limit * RELEASE ? clear : asBefore;
  return firing(
    `Measured by Amazon's clock, that of the machine ${host} is ${offset(machineAheadMs)}, the ledger's is ${offset(ledgerAheadMs)}.`,
    "Set whichever is wrong, by NTP. askonce goes by the ledger's clock, and by Amazon's where that is minutes off, so nothing is asked at a wrong time meanwhile.",
  );
}

function offset(aheadMs: number): string {
  if (Math.abs(aheadMs) < 1_000) return 'right';
  return `${lengthInWords(aheadMs)} ${aheadMs > 0 ? 'ahead' : 'behind'}`;
}
