import type { DateTime } from 'luxon';
import type { Accounts } from '../ledger/ledger.js';
import type { Via } from '../ledger/operator-actions.js';

/** What a person wants, on the command line or on a page. */
export interface PauseWish {
  readonly accounts: readonly string[];
  /** Why; shown wherever the pause is, and kept for ever. May be empty where a pause is lifted. */
  readonly because: string;
  /** The person. */
  readonly by: string;
  readonly via: Via;
}

/**
 * Keeps the accounts from asking, in every process, from the moment this answers: whoever has not yet passed the fence before
 * its POST does not send. Answers those that this changed. Throws when the ledger cannot be reached.
 */
export function pauseAccounts(
  { accounts, because, by, via }: PauseWish,
  ledger: Pick<Accounts, 'pause'>,
  now: DateTime,
): Promise<string[]> {
  return ledger.pause(accounts, because, personName(by), now, via);
}

/** Lifts the accounts' pauses, whoever paused them. Answers those that were paused. Throws when the ledger cannot be reached. */
export function resumeAccounts(
  { accounts, because, by, via }: PauseWish,
  ledger: Pick<Accounts, 'resume'>,
  now: DateTime,
): Promise<string[]> {
  return ledger.resume(accounts, personName(by), { at: now, via, because });
}

/** `askonce` alone is the name of the pauses that askonce lifts by itself; a service often runs as a user of that name. */
function personName(by: string): string {
  return by === 'askonce' ? 'user askonce' : by;
}
