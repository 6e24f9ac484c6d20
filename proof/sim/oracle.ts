import type { Claim, Ledger, ReviewRequest, SettleResult } from '../../src/ledger/ledger.js';
import type { Reports } from '../../src/ledger/reports.js';
import type { AfterAnswer } from '../../src/policy/answer.js';
import type { SimulatedAmazon } from '../../src/simulator/amazon.js';
import type { Instant } from '../../src/simulator/instant.js';
import type { OrderTruth } from '../../src/simulator/truth.js';
import type { FaultKind } from '../../test/support/finding.js';
import type { Calendar } from './calendar.js';
import { Disturbances } from './disturbances.js';
import type { OrderStory } from './order-lives.js';
import { freshWatch, type OrderWatch, type PostOnTheWay } from './order-watch.js';
import type { Configuration } from './owner.js';
import { refusesToAsk, whyNotAt } from './owner-says.js';
import { attemptText, contentOf, isFinal } from './row-content.js';
import type { SeedPlan } from './seed-plan.js';
import type { Trace } from './trace.js';
import { clocksDifferMs } from './weather.js';

export interface SimFinding {
  readonly kind: FaultKind;
  /** The order or account. */
  readonly about: string;
  readonly text: string;
  readonly at: Instant;
}

export interface SimFigures {
  posts: number;
  accepted: number;
  lostAnswers: number;
  crashes: number;
  stops: number;
  clockJumps: number;
  checks: number;
}

/**
 * Watches a run: what reached Amazon against what the ledger held at that moment, and every row at every change. Keeps its
 * own record of claims, POSTs and answers, and believes neither the steps nor the ledger.
 */
export class Oracle {
  readonly findings: SimFinding[] = [];
  readonly figures: SimFigures = {
    posts: 0,
    accepted: 0,
    lostAnswers: 0,
    crashes: 0,
    stops: 0,
    clockJumps: 0,
    checks: 0,
  };
  readonly disturbances = new Disturbances();
  /** For whoever wants to do the worst thing at the worst moment. */
  whenClaimed: (account: string, orderId: string) => void = () => {};
  readonly #plan: SeedPlan;
  readonly #calendar: Calendar;
  readonly #ledger: Ledger & Reports;
  readonly #watches = new Map<string, OrderWatch>();
  readonly #stories: ReadonlyMap<string, OrderStory>;
  readonly #pauses = new Map<
    string,
    { readonly since: Instant; readonly by: string; readonly end: (at: Instant) => void }
  >();
  #amazon: SimulatedAmazon | null = null;
  #configuration: () => Configuration;

  readonly #trace: Trace;

  constructor(plan: SeedPlan, calendar: Calendar, ledger: Ledger & Reports, trace: Trace) {
    this.#trace = trace;
    this.#plan = plan;
    this.#calendar = calendar;
    this.#ledger = ledger;
    this.#stories = new Map(plan.orders.map((story) => [story.orderId, story]));
    this.#configuration = () => plan.configurations[0] as Configuration;
  }

  attach(amazon: SimulatedAmazon, configuration: () => Configuration): void {
    this.#amazon = amazon;
    this.#configuration = configuration;
  }

  watch(orderId: string): OrderWatch {
    const known = this.#watches.get(orderId);
    if (known !== undefined) return known;
    const fresh = freshWatch();
    this.#watches.set(orderId, fresh);
    return fresh;
  }

  /** Only the first of a kind about the same order: what follows from it teaches nothing. */
  found(kind: FaultKind, about: string, text: string): void {
    if (this.findings.some((finding) => finding.kind === kind && finding.about === about)) return;
    this.findings.push({ kind, about, text, at: this.#calendar.now });
  }

  // What the ledger does.

  claimed(by: string, claim: Claim | null): void {
    if (claim === null) return;
    const { now } = this.#calendar;
    const watch = this.watch(claim.orderId);
    const clockIsOffMs = claim.claimedAt.toMillis() - now;
    watch.claim = { id: claim.id, by, at: now, clockIsOffMs, heardAt: Number.POSITIVE_INFINITY };
    watch.claims += 1;
    this.whenClaimed(claim.account, claim.orderId);
  }

  claimHeard(claim: Claim | null): void {
    if (claim === null) return;
    const held = this.watch(claim.orderId).claim;
    if (held?.id === claim.id) held.heardAt = this.#calendar.now;
  }

  recorded(claim: Claim, after: AfterAnswer, result: 'recorded' | 'late'): void {
    if (result === 'late') return;
    const post = this.watch(claim.orderId).posts.find(({ claimId }) => claimId === claim.id);
    if (post === undefined || after.state === 'unknown' || after.state === 'sent') return;
    if (post.status === null || post.status >= 500) {
      this.found(
        'wrongly-recorded',
        claim.orderId,
        `recorded as ${after.state} (${after.reason}), though its POST may have been accepted: no answer told otherwise`,
      );
    } else {
      if (after.state === 'scheduled' && !after.reachedAmazon) {
        this.found('wrongly-recorded', claim.orderId, 'recorded as never having reached Amazon, though it was written');
      }
      post.decided = true;
    }
  }

  settled(orderId: string, result: SettleResult, done: boolean): void {
    if (!done || result.kind === 'look-again') return;
    const watch = this.watch(orderId);
    const truth = this.#truth(orderId);
    const isTaken = truth?.posts.some(({ decision }) => decision !== 'refused') ?? false;
    if (!this.#plan.weather.beyondLimits) {
      if (result.kind === 'scheduled' && isTaken) {
        this.found('wrongly-recorded', orderId, 'settled as not sent, though Amazon had taken the request');
      }
      if (result.kind === 'sent' && !isTaken && truth?.standing === 'open') {
        this.found(
          'wrongly-recorded',
          orderId,
          'settled as sent, though Amazon has no request and would still take one',
        );
      }
    }
    for (const post of watch.posts) post.decided = true;
  }

  paused(accounts: readonly string[], by: string): void {
    const { now } = this.#calendar;
    for (const account of accounts) {
      this.#pauses.get(account)?.end(now);
      this.#pauses.set(account, { since: now, by, end: this.disturbances.begin(now, account) });
    }
  }

  resumed(accounts: readonly string[]): void {
    for (const account of accounts) {
      this.#pauses.get(account)?.end(this.#calendar.now);
      this.#pauses.delete(account);
    }
  }

  suppressed(orderId: string): void {
    this.watch(orderId).suppressedAt ??= this.#calendar.now;
  }

  /** Some call may have changed these orders; `null`: any. */
  touched(by: string, orderIds: readonly string[] | null): void {
    if (orderIds === null) {
      void this.#checkEvery(by);
      return;
    }
    for (const orderId of orderIds) {
      void this.#ledger.read(orderId).then((row) => {
        if (row !== null) this.#check(by, row);
      });
    }
  }

  // What reaches Amazon.

  postWritten(by: string, account: string, orderId: string): PostOnTheWay {
    const { now } = this.#calendar;
    const watch = this.watch(orderId);
    const { claim, row } = watch;
    this.#trace.note(now, by, 'writes a POST', orderId);
    this.figures.posts += 1;
    const wrong = (kind: FaultKind, text: string) => this.found(kind, orderId, text);
    if (claim === null || claim.by !== by || claim.heardAt > now) {
      wrong('double', `a POST by ${by}, which holds no claim`);
    } else {
      if (row?.state !== 'sending' || row.claimId !== claim.id) {
        wrong('double', `a POST by ${by} whose claim was gone: the row is ${row?.state}`);
      }
      if (now > claim.at + this.#plan.settings.claimLease.toMillis() / 2 + clocksDifferMs(this.#plan.weather)) {
        wrong('double', `a POST by ${by} ${Math.round((now - claim.at) / 1000)} s after its claim`);
      }
      const pause = this.#pauses.get(account);
      if (pause !== undefined && pause.since <= claim.heardAt) wrong('misbehaved', `a POST while ${account} is paused`);
      if (watch.suppressedAt !== null && watch.suppressedAt <= claim.heardAt)
        wrong('misbehaved', 'a POST in spite of never');
    }
    if (watch.posts.some(({ decided }) => !decided))
      wrong('double', `a POST by ${by} while the fate of an earlier one is open`);
    this.#checkTheOwnersWill(account, orderId, row);

    const post = { orderId, claimId: claim?.id ?? null, status: null, decided: false };
    watch.posts.push(post);
    return post;
  }

  postArrived(post: PostOnTheWay): void {
    const truth = this.#truth(post.orderId);
    this.#trace.note(this.#calendar.now, 'Amazon', `a POST arrives: ${truth?.posts.at(-1)?.decision}`, post.orderId);
    const earlier = truth?.posts.slice(0, -1) ?? [];
    if (truth?.posts.at(-1)?.decision === 'accepted') this.figures.accepted += 1;
    if (earlier.some(({ decision }) => decision !== 'refused') && !this.#plan.weather.beyondLimits) {
      this.found('double', post.orderId, 'a second POST reached Amazon after one that it had taken');
    }
    if ((truth?.accepted ?? 0) > 1) this.found('double', post.orderId, `accepted ${truth?.accepted} times`);
  }

  postAnswered(post: PostOnTheWay, status: number | null): void {
    post.status = status;
    if (status === null || status >= 500) this.figures.lostAnswers += 1;
  }

  looked(orderId: string, isAnswer: boolean, body: string): void {
    const watch = this.watch(orderId);
    const isOpen = this.#truth(orderId)?.standing === 'open';
    if (!isAnswer) {
      if (isOpen) watch.failedCalls += 1;
      return;
    }
    const isOffered = body.includes('"actions":[{');
    this.#trace.note(this.#calendar.now, 'Amazon', isOffered ? 'offers to ask' : 'offers nothing', orderId);
    if (!isOffered && isOpen) watch.emptyLooks += 1;
  }

  callFailed(orderId: string): void {
    this.watch(orderId).failedCalls += 1;
  }

  /** Would a wrong look now be the second in a row that counts, at an order that we meant to ask, at least? */
  mayLookEmpty(orderId: string): boolean {
    return this.watch(orderId).row?.lastSight !== 'gone';
  }

  isInDoubt(orderId: string): boolean {
    return this.watch(orderId).row?.state === 'unknown';
  }

  /** Now and then, and at the end: rows whose look is long overdue, and attempts that were touched. */
  async checkAll(): Promise<void> {
    await this.#checkAttempts();
    if (!this.#timeIsUnknown) await this.#checkOverdue();
  }

  async #checkAttempts(): Promise<void> {
    for (const [orderId, watch] of this.#watches) {
      const attempts = await this.#ledger.attempts(orderId);
      const before = attempts.slice(0, watch.attempts.count).map(attemptText).join('\n');
      if (before !== watch.attempts.text) this.found('wrongly-recorded', orderId, 'an attempt on record was changed');
      watch.attempts = { count: attempts.length, text: attempts.map(attemptText).join('\n') };
    }
  }

  async #checkOverdue(): Promise<void> {
    const { now } = this.#calendar;
    const sweepMs = this.#plan.settings.sweepEvery.toMillis();
    const configured = new Set(this.#configuration().accounts.map(({ account }) => account.name));
    for await (const batch of this.#ledger.everyRequest()) {
      for (const row of batch) {
        const { nextLookAt, account, orderId, state } = row;
        if (nextLookAt === null || !configured.has(account)) continue;
        const due = Math.max(nextLookAt.toMillis(), this.watch(orderId).broughtForwardAt);
        const mostMs = 6 * sweepMs + OVERDUE_MS;
        const overdueMs = now - due - this.disturbances.within(due, now, account, sweepMs + RECOVERY_MS);
        if (overdueMs > mostMs) {
          this.found(
            'stuck',
            orderId,
            `${state}, and its next look is overdue by ${Math.round(overdueMs / 3_600_000)} h`,
          );
        }
      }
    }
  }

  async #checkEvery(by: string): Promise<void> {
    for await (const batch of this.#ledger.everyRequest()) for (const row of batch) this.#check(by, row);
  }

  #check(by: string, row: ReviewRequest): void {
    const watch = this.watch(row.orderId);
    this.figures.checks += 1;
    const wrong = (kind: FaultKind, text: string) => this.found(kind, row.orderId, text);
    const isOpen = ['waiting', 'scheduled', 'sending', 'unknown'].includes(row.state);
    if (watch.final !== null && watch.final !== contentOf(row)) {
      wrong('wrongly-recorded', `${by} changed a final row: ${watch.final} became ${contentOf(row)}`);
    }
    if (isOpen && row.nextLookAt === null) wrong('stuck', `${row.state} without a next look, after ${by}`);
    if (row.state !== watch.row?.state || row.reason !== watch.row?.reason) {
      const { state, reason, knownBy } = row;
      this.#trace.note(this.#calendar.now, 'ledger', `${state} (${reason ?? knownBy ?? row.rule})`, row.orderId);
      this.#checkMove(row, wrong);
    }
    // A machine that slept writes times of the hour in which it fell asleep, also over a look that lay ahead.
    const before = watch.row?.nextLookAt ?? null;
    if (before !== null && row.nextLookAt !== null && row.nextLookAt < before)
      watch.broughtForwardAt = this.#calendar.now;
    watch.row = row;
    watch.final = isFinal(row) ? contentOf(row) : null;
  }

  #checkMove(row: ReviewRequest, wrong: (kind: FaultKind, text: string) => void): void {
    const { now } = this.#calendar;
    if (row.state === 'expired' && row.reason === 'window-closed' && row.closesAt !== null) {
      if (!this.#timeIsUnknown && now < row.closesAt.toMillis() - clocksDifferMs(this.#plan.weather))
        wrong('wrongly-recorded', 'expired before its window closed');
    }
    if (row.state !== 'sent' || this.#plan.weather.beyondLimits) return;
    const truth = this.#truth(row.orderId);
    if (row.knownBy === 'accepted' && truth?.accepted !== 1)
      wrong('wrongly-recorded', 'sent (accepted), but Amazon has accepted nothing');
  }

  #checkTheOwnersWill(account: string, orderId: string, row: ReviewRequest | null): void {
    const story = this.#stories.get(orderId);
    const rules = this.#configuration().accounts.find((each) => each.account.name === account);
    if (story === undefined || rules === undefined) {
      this.found('misbehaved', orderId, 'a POST of an unknown order');
      return;
    }
    const why = refusesToAsk(story, rules);
    if (why !== null) this.found('misbehaved', orderId, `a POST against the owner's will: ${why}`);
    const late = this.#plan.settings.claimLease.toMillis() / 2 + clocksDifferMs(this.#plan.weather);
    const { now } = this.#calendar;
    if (row?.opensAt && row.closesAt && !this.#timeIsUnknown) {
      if (now < row.opensAt.toMillis() - clocksDifferMs(this.#plan.weather) || now >= row.closesAt.toMillis() + late) {
        this.found('misbehaved', orderId, 'a POST outside of the window on record');
      }
      const when = this.#plan.weather.kinds.has('stops') ? null : whyNotAt(now, story, rules, row.closesAt.toMillis());
      if (when !== null) this.found('misbehaved', orderId, `a POST ${when}`);
    }
  }

  /** The ledger's clock may be off by weeks: then nobody can say when it is time. */
  get #timeIsUnknown(): boolean {
    const { beyondLimits, kinds } = this.#plan.weather;
    return beyondLimits && kinds.has('ledger-clock');
  }

  #truth(orderId: string): OrderTruth | null {
    return this.#amazon?.world.truthOf(orderId) ?? null;
  }
}

/** Nothing of ours takes longer to come back to an order, while somebody works. */
const OVERDUE_MS = 3 * 3_600_000;
const RECOVERY_MS = 3_600_000;
