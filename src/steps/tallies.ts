import type { StepContext } from './step.js';

/** Counted at every start: it takes a moment, and whoever loaded orders by hand sees them at once. */
const SMALL_LEDGER = 200_000;
const RECOUNT_EVERY_DAYS = 1;

type Tallying = Pick<StepContext, 'ledger' | 'clock' | 'log'>;

/** Keeps the tallies that people see short, and once a day right whatever was done to the ledger by hand. */
export async function keepTallies(context: Tallying): Promise<void> {
  const { ledger, clock } = context;
  await ledger.addUpTallies();
  const now = clock.now();
  if (await ledger.takeRecount(now.minus({ days: RECOUNT_EVERY_DAYS }), now)) await recount(context);
}

/** At the start of a worker. */
export async function recountSmallLedger(context: Tallying): Promise<void> {
  const now = context.clock.now();
  if (await context.ledger.takeRecount(now, now, SMALL_LEDGER)) await recount(context);
}

async function recount({ ledger, log }: Tallying): Promise<void> {
  const corrected = await ledger.recount();
  if (corrected > 0) log.warn('tallies-corrected', { tallies: corrected });
}
