import type { Replan } from '../ledger/ledger.js';
import { replan } from '../policy/replan.js';
import { fingerprintOf } from '../policy/rules-fingerprint.js';
import type { StepAccount, StepContext } from './step.js';

/**
 * Plans an account's orders anew if its rules are not those they were planned with; one pass, memory flat. Before
 * anything is sent, so that a new exclusion holds from the start. Interrupted, as by `ending`, it begins again at the next start.
 */
export async function replanAccount(account: StepAccount, context: StepContext, ending?: AbortSignal): Promise<void> {
  const { ledger, clock, log } = context;
  const fingerprint = fingerprintOf(account.rules);
  if ((await ledger.plannedWith(account.name)) === fingerprint) return;
  let seen = 0;
  let changed = 0;
  // While a batch is written the next one is planned.
  let writing: Promise<number> = Promise.resolve(0);
  for await (const batch of ledger.plannedOrders(account.name)) {
    const now = clock.now();
    const plans = batch.flatMap((order): Replan[] => {
      const plan = replan(order, account.rules, now);
      return plan === null ? [] : [{ order, plan }];
    });
    seen += batch.length;
    changed += await writing;
    writing = ledger.recordReplans(plans, now);
    // Met where it is awaited; where reading fails first, nobody comes to await it.
    writing.catch(() => undefined);
    ending?.throwIfAborted();
  }
  changed += await writing;
  await ledger.notePlannedWith(account.name, fingerprint);
  if (seen > 0) log.info('replanned', { account: account.name, orders: seen, changed });
}
