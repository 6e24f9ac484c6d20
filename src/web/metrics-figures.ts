import type { DateTime } from 'luxon';
import type { Clock } from '../clock.js';
import type { AlarmConfig } from '../config/config.js';
import type { AlarmBook, StoredAlarm } from '../ledger/alarm-book.js';
import type { LearntRate, Ledger } from '../ledger/ledger.js';
import type { AccountAsks, AccountBacklog, DayTally, Overview } from '../ledger/overview.js';
import type { AccountStatus, Reports } from '../ledger/reports.js';

/** What the metrics ask of the ledger. */
export type MeasuredLedger = Pick<Ledger, 'time' | 'learntRates'> &
  Pick<Reports, 'status'> &
  Pick<Overview, 'backlogs' | 'sentPerDay' | 'asks'> &
  Pick<AlarmBook, 'openAlarms'>;

/** The ledger at one moment. */
export interface LedgerFigures {
  readonly accounts: readonly AccountStatus[];
  readonly backlogs: readonly AccountBacklog[];
  readonly sentToday: readonly DayTally[];
  readonly lastMinute: readonly AccountAsks[];
  readonly rates: readonly LearntRate[];
  readonly alarms: readonly StoredAlarm[];
  /** Of the ledger's clock before this machine's, to about the time an answer takes. */
  readonly aheadOfMachineSeconds: number;
}

interface FiguresFrom {
  readonly ledger: MeasuredLedger;
  readonly clock: Clock;
  /** Milliseconds since 1970 by this machine's clock. */
  readonly machineTime: () => number;
  readonly alarms: Pick<AlarmConfig, 'deadlineWithin'>;
}

/** One statement after the other: the steps need the connections more. */
export async function readFigures({ ledger, clock, machineTime, alarms }: FiguresFrom): Promise<LedgerFigures> {
  const now = clock.now();
  const asked = machineTime();
  const time = await ledger.time();
  const answered = machineTime();
  const accounts = await ledger.status();
  return {
    accounts,
    backlogs: await ledger.backlogs(now, now.plus(alarms.deadlineWithin)),
    sentToday: todaysOf(await ledger.sentPerDay(now.toUTC().startOf('day')), now),
    lastMinute: await ledger.asks(now.minus({ minutes: 1 })),
    rates: await ledger.learntRates(accounts.map(({ name }) => name)),
    alarms: await ledger.openAlarms(),
    aheadOfMachineSeconds: (time.toMillis() - (asked + answered) / 2) / 1000,
  };
}

function todaysOf(days: readonly DayTally[], now: DateTime): DayTally[] {
  const today = now.toUTC().toISODate();
  return days.filter(({ day }) => day === today);
}
