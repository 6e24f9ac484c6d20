import { setTimeout as pause } from 'node:timers/promises';
import type { DateTime } from 'luxon';
import type { Region } from '../../amazon/marketplaces.js';
import type { Clock } from '../../clock.js';
import type { WholeLedger } from '../../ledger/whole-ledger.js';
import type { Operation } from '../../policy/usage-plan.js';
import { takeSlot } from '../../steps/slot.js';
import type { StepAccount } from '../../steps/step.js';

/** A running worker shares the pace; so long a check waits for its turn. */
const SLOT_PATIENCE_MS = 5_000;

/** What the checks of an account stand on. */
export interface AccountGround {
  /** `null`: it cannot be asked; then nothing is known of orders, and calls are not paced. */
  readonly ledger: WholeLedger | null;
  readonly clock: Clock;
  /** Ids of marketplaces with orders in the ledger, by account. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same account, called in another region; `null`: the endpoint is the same for all regions. */
  readonly elsewhere: ((account: StepAccount, region: Region) => StepAccount) | null;
  /** Told by how many milliseconds Amazon's clock is ahead. */
  hearAmazon(aheadMs: number): void;
}

/** False: somebody else has it for some time to come. */
export async function myTurn(
  account: string,
  operation: Operation,
  { ledger, clock }: AccountGround,
): Promise<boolean> {
  if (ledger === null) return true;
  const waitUntil = async (instant: DateTime) => {
    await pause(Math.max(instant.diff(clock.now()).toMillis(), 0));
  };
  return (await takeSlot(account, operation, { ledger, clock, waitUntil }, SLOT_PATIENCE_MS)).kind === 'taken';
}
