import type { DateTime } from 'luxon';
import type { StepContext } from './step.js';

/** What a page may take beyond its two calls, the login's and the read itself: waiting for a slot, writing it down. */
const LEASE_SPARE_SECONDS = 10;
/** So long the right to read an account serves page after page before it is taken anew. */
const LEASE_KEPT_SECONDS = 10;
/** How long orders that are new may wait for the sweep while the account is read on. */
const RING_EVERY_SECONDS = 5;

/** What an account's turn keeps from page to page, so that not every page costs a statement and a ring. */
export class ReadingTurn {
  readonly #account: string;
  readonly #context: StepContext;
  #leasedAt: DateTime | null = null;
  #rungAt: DateTime | null = null;
  #hasNews = false;

  constructor(account: string, context: StepContext) {
    this.#account = account;
    this.#context = context;
  }

  /**
   * Takes or keeps the right to read the account while one page is read; a process that dies gives it back soon after. A claim
   * outlasts any one call to Amazon.
   */
  async mayReadOn(): Promise<boolean> {
    const { ledger, clock, settings, worker } = this.#context;
    const now = clock.now();
    if (this.#leasedAt !== null && now < this.#leasedAt.plus({ seconds: LEASE_KEPT_SECONDS })) return true;
    const pageTakes = settings.claimLease.plus(settings.claimLease).plus({ seconds: LEASE_SPARE_SECONDS });
    const until = now.plus(pageTakes).plus({ seconds: LEASE_KEPT_SECONDS });
    const isOurs = await ledger.leaseFeeds(this.#account, worker, until, now);
    this.#leasedAt = isOurs ? now : null;
    return isOurs;
  }

  /** Tells the sweep of orders that are new: at once of the first, then every few seconds. */
  async tellOfNews(): Promise<void> {
    const now = this.#context.clock.now();
    this.#hasNews = true;
    if (this.#rungAt === null || now >= this.#rungAt.plus({ seconds: RING_EVERY_SECONDS })) await this.#ring(now);
  }

  async end(): Promise<void> {
    const { ledger, clock, worker } = this.#context;
    try {
      if (this.#hasNews) await this.#ring(clock.now());
    } finally {
      await ledger.releaseFeeds(this.#account, worker);
    }
  }

  async #ring(now: DateTime): Promise<void> {
    await this.#context.wakeUps.ringNow('sweep', 'all');
    this.#rungAt = now;
    this.#hasNews = false;
  }
}
