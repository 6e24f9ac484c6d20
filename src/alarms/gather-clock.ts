import type { DateTime } from 'luxon';
import type { StoredAlarm } from '../ledger/alarm-book.js';
import type { ClockFacts } from '../policy/alarm-facts.js';
import { latest } from '../policy/instants.js';

/** Clocks measured by Amazon's; positive: ahead of it. */
export interface ClockReading {
  readonly machineAheadMs: number;
  readonly ledgerAheadMs: number;
  /** How long ago the first of the answers was heard that this was measured by. */
  readonly heardMsAgo: number;
}

export function clockFacts(
  reading: ClockReading | null,
  host: string,
  recent: readonly StoredAlarm[],
  bookTime: DateTime,
): ClockFacts | null {
  if (reading === null) return null;
  const { machineAheadMs, ledgerAheadMs, heardMsAgo } = reading;
  const last = recent.find(({ name, subject }) => name === 'clock-skew' && subject === host);
  return {
    machineAheadMs,
    ledgerAheadMs,
    heardAt: bookTime.minus(heardMsAgo),
    lastChangeAt: last === undefined ? null : latest(last.firedAt, last.resolvedAt),
  };
}
