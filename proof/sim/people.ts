import { DateTime } from 'luxon';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Run } from './run-parts.js';
import { lengthBetween } from './storm.js';

const HOUR = 3_600_000;
const PERSON = 'owner';

/** The owner at the command line: pauses, resumes, and says never; sometimes in the very moment of a claim. */
export class People {
  readonly #run: Run;
  readonly #ledger: Ledger;

  constructor(run: Run, ledger: Ledger) {
    this.#run = run;
    this.#ledger = ledger;
    const { storm, plan, calendar, oracle } = run;
    oracle.whenClaimed = (account, orderId) => this.#inTheVeryMoment(account, orderId);
    if (!storm.blows('people')) return;
    const random = storm.stream('people');
    for (let count = Math.ceil(random.next() * 4); count > 0; count -= 1) {
      const { name } = random.pick(plan.accounts);
      calendar.at(Math.floor(random.between(plan.start, plan.calmFrom)), () => this.#pause(name));
    }
    for (let count = Math.ceil(random.next() * 4); count > 0; count -= 1) {
      const { orderId } = random.pick(plan.orders);
      calendar.at(Math.floor(random.between(plan.start, plan.calmFrom)), () => this.#never(orderId));
    }
    calendar.at(plan.calmFrom, () => void this.#resume(plan.accounts.map(({ name }) => name)));
  }

  #inTheVeryMoment(account: string, orderId: string): void {
    const { storm } = this.#run;
    if (!storm.chance('people', 0.06)) return;
    if (storm.stream('people').chance(0.5)) this.#pause(account);
    else this.#never(orderId);
  }

  #pause(account: string): void {
    const { calendar, storm, trace, oracle, plan } = this.#run;
    trace.note(calendar.now, 'owner', 'pauses', account);
    const now = DateTime.fromMillis(calendar.now, { zone: 'utc' });
    void this.#ledger.pause([account], 'by hand', PERSON, now).then((paused) => oracle.paused(paused, PERSON));
    const ms = lengthBetween(HOUR, 72 * HOUR, storm.stream('people'));
    calendar.at(Math.min(calendar.now + ms, plan.calmFrom), () => void this.#resume([account]));
  }

  async #resume(accounts: readonly string[]): Promise<void> {
    const { calendar, trace, oracle } = this.#run;
    for (const account of accounts) trace.note(calendar.now, 'owner', 'resumes', account);
    oracle.resumed(await this.#ledger.resume(accounts, PERSON));
  }

  #never(orderId: string): void {
    const { calendar, trace, oracle } = this.#run;
    trace.note(calendar.now, 'owner', 'says never', orderId);
    const now = DateTime.fromMillis(calendar.now, { zone: 'utc' });
    void this.#ledger.suppress([orderId], PERSON, 'by hand', now).then(() => {
      oracle.suppressed(orderId);
      oracle.touched('suppress', [orderId]);
    });
  }
}
