import type { Duration } from 'luxon';
import { type Check, failed, fine, note } from './check-line.js';

/** By how many milliseconds clocks are ahead of this machine's; `null`: not heard. */
export interface ClockReadings {
  readonly amazonAheadMs: number | null;
  readonly ledgerAheadMs: number | null;
}

/** A clock may differ from Amazon's by so much before the alarm `clock-skew` goes off as well. */
export function clockChecks({ amazonAheadMs, ledgerAheadMs }: ClockReadings, most: Duration): Check[] {
  if (amazonAheadMs === null) return [note('clock', "Amazon's was not heard: no call was answered")];
  const machine = judged('clock', 'this machine', -amazonAheadMs, most, 'set the clock of this machine (NTP)');
  if (ledgerAheadMs === null) return [machine];
  const ledger = judged(
    'clock: ledger',
    'Postgres',
    ledgerAheadMs - amazonAheadMs,
    most,
    "set the clock of Postgres' machine (NTP)",
  );
  return [machine, ledger];
}

function judged(name: string, whose: string, aheadMs: number, most: Duration, remedy: string): Check {
  const seconds = Math.round(aheadMs / 1000);
  const detail = `${whose} is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'before'} Amazon`;
  return Math.abs(aheadMs) > most.toMillis() ? failed(name, detail, remedy) : fine(name, detail);
}
