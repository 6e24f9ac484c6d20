import type { DateTime } from 'luxon';
import type { Via } from './operator-actions.js';

/** What people never want to be asked about. */
export interface Suppressions {
  /**
   * Says "never" for good about any number of orders, seen already or not. What is open is skipped in the same step; a
   * claim that has not been POSTed is shut at the fence. Saying it again is harmless, keeps the first `by` and `because`,
   * and holds back what was seen in between. With `via`, the deed of a person: it is written into `operator_action` in the
   * same step, once for every ten thousand ids.
   */
  suppress(
    orderIds: readonly string[],
    by: string,
    because: string,
    now: DateTime,
    via?: Via,
  ): Promise<SuppressionCounts>;
}

export interface SuppressionCounts {
  readonly added: number;
  /** Suppressed before; an id named twice was so the second time. */
  readonly already: number;
  /** Orders on record that could still have been asked, and now are not. */
  readonly heldBack: number;
  /** Too late: a request is under way, in doubt or out. These orders go on as they were. */
  readonly asked: number;
}
