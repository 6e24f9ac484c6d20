import type { Calendar } from './calendar.js';
import type { Oracle } from './oracle.js';
import type { SeedPlan } from './seed-plan.js';
import type { Storm } from './storm.js';
import type { Trace } from './trace.js';

/** What every part of a run needs of the others. */
export interface Run {
  readonly plan: SeedPlan;
  readonly calendar: Calendar;
  readonly trace: Trace;
  readonly storm: Storm;
  readonly oracle: Oracle;
}
