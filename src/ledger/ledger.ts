import type { DateTime } from 'luxon';
import type { AfterAnswer, HeldReason } from '../policy/answer.js';
import type { CapToday } from '../policy/daily-cap.js';
import type { DeliveryEstimate, SeenBefore } from '../policy/evidence.js';
import type { OrderFacts } from '../policy/order.js';
import type { Plan } from '../policy/plan.js';
import type { OrderOnRecord } from '../policy/replan.js';
import type { KnownBy, OpenState, State } from '../policy/review-request.js';
import type { FirstLooks, Sight } from '../policy/settling.js';
import type { Operation, UsagePace } from '../policy/usage-plan.js';
import type { Via } from './operator-actions.js';
import type { TallyKeeping } from './overview.js';
import type { Suppressions } from './suppressions.js';

/**
 * The only truth: one row per order, every attempt, and the pace of every account. All instants are UTC and come in as
 * arguments; a ledger tells its time, and reckons with none. Every method throws when the ledger cannot be reached; none ever
 * throws because somebody else was faster: that is an answer.
 */
export interface Ledger
  extends Feeds,
    Sweeping,
    Orders,
    Sending,
    Settling,
    Pace,
    Accounts,
    Replanning,
    Suppressions,
    TallyKeeping {
  ping(): Promise<void>;
  /** The time of the ledger's own clock, one for every process. */
  time(): Promise<DateTime>;
  close(): Promise<void>;
}

/** Where discovery stands, per account and marketplace. */
export interface Feeds {
  /** Makes sure every account and marketplace has its row; those no longer configured keep theirs. */
  registerAccounts(accounts: readonly AccountRow[], now: DateTime): Promise<void>;
  /** The reads of an account: marketplaces that stand at the same place are read together. */
  feeds(account: string, marketplaceIds: readonly string[]): Promise<Feed[]>;
  /** One process reads an account at a time. False: another one does. */
  leaseFeeds(account: string, by: string, until: DateTime, now: DateTime): Promise<boolean>;
  releaseFeeds(account: string, by: string): Promise<void>;
  /** What the ledger knows about these orders already, and which of them are never to be asked. */
  known(orderIds: readonly string[]): Promise<KnownOrders>;
  /** Suppressed ids among these. */
  suppressed(orderIds: readonly string[]): Promise<Set<string>>;
  /**
   * Writes one page and where its read stands, at once or not at all: the watermark moves only with the page.
   * Facts older than those on record, and final rows, are left alone.
   */
  recordPage(page: PlannedPage, now: DateTime): Promise<PageCounts>;
  /** The read cannot go on (its token expired, its marketplaces changed): begin again from the watermark. */
  restartRead(account: string, marketplaceIds: readonly string[]): Promise<void>;
}

export interface AccountRow {
  readonly name: string;
  readonly region: string;
  readonly marketplaceIds: readonly string[];
}

export interface Feed {
  readonly marketplaceIds: readonly string[];
  /** Everything updated before this is in the ledger; `null`: never read. */
  readonly watermark: DateTime | null;
  /** A read under way; its pages all repeat `from`. */
  readonly read: {
    readonly from: DateTime;
    readonly through: DateTime | null;
    readonly token: string;
    readonly startedAt: DateTime;
  } | null;
}

export interface KnownOrders {
  /** By order id; orders that were never seen are absent. */
  readonly orders: ReadonlyMap<string, KnownOrder>;
  /** Seen before or not. */
  readonly suppressed: ReadonlySet<string>;
}

export interface KnownOrder extends SeenBefore {
  readonly state: State;
  readonly reason: string | null;
  readonly account: string;
  /** `lastUpdatedTime` on record; `null` where the order was never readable. */
  readonly lastUpdatedAt: DateTime | null;
  readonly fulfillmentStatus: string | null;
  /** See `packageStatusText`. */
  readonly packageStatus: string | null;
  readonly askAt: DateTime | null;
  readonly closesAt: DateTime | null;
  readonly nextLookAt: DateTime | null;
}

export interface PlannedOrder {
  readonly facts: OrderFacts;
  readonly seen: SeenBefore;
  readonly plan: Plan;
}

export interface PlannedPage {
  readonly account: string;
  /** Accounts that are configured; an order of one that is gone goes over to the account that sees it now. */
  readonly configuredAccounts: readonly string[];
  readonly orders: readonly PlannedOrder[];
  readonly unreadable: readonly { readonly orderId: string; readonly problem: string }[];
  readonly cursor: FeedCursor | null;
}

export type FeedCursor =
  | {
      readonly kind: 'more';
      readonly marketplaceIds: readonly string[];
      readonly from: DateTime;
      readonly through: DateTime | null;
      readonly token: string;
      readonly startedAt: DateTime;
    }
  /** The last page: the watermark moves. */
  | { readonly kind: 'done'; readonly marketplaceIds: readonly string[]; readonly watermark: DateTime };

export interface PageCounts {
  readonly fresh: number;
  readonly replanned: number;
  readonly unchanged: number;
}

/** Finding what is due; nothing here grows with the ledger. */
export interface Sweeping {
  /**
   * The accounts that a sweep has something to do for, by name: with orders that come due before `until` and have no wake-up, with
   * wake-ups unheard since before `unheardBefore`, with overdue orders that have times after `now`, or paused by askonce itself.
   * A glance at each account, however many orders it has.
   */
  accountsToSweep(until: DateTime, unheardBefore: DateTime, now: DateTime): Promise<SweptAccount[]>;
  /**
   * Orders that come due before `until` and have no wake-up yet: of each kind the earliest first, of the same instant those
   * first whose window closes first, at most its limit.
   */
  due(kinds: readonly DueKind[], until: DateTime): Promise<DueOrder[]>;
  /** Orders whose wake-up should have rung before `before` and that nobody looked at; of each kind at most its limit. */
  unheard(kinds: readonly DueKind[], before: DateTime): Promise<DueOrder[]>;
  /**
   * Notes wake-ups that are about to be handed out, and how far the accounts' backlogs have times. Answers the orders that it
   * was noted for: those that somebody else gave a wake-up since `unheardBefore`, or put off, are not among them.
   */
  markRung(
    rung: readonly { readonly orderId: string; readonly at: DateTime }[],
    backlogs: readonly Backlog[],
    unheardBefore: DateTime,
  ): Promise<ReadonlySet<string>>;
  /** Takes back the account's wake-ups for asking that have not rung yet: at a new pace they are due at other times. */
  takeBackWakeUps(account: string, now: DateTime): Promise<void>;
  /**
   * Takes back every wake-up of every account: the queue that held them was emptied. Answers how many orders had one; null, and
   * takes back nothing, where somebody began with it since `unlessSince`, if that is given. What the sweep hands out meanwhile
   * may be among them.
   */
  takeBackAllWakeUps(unlessSince: DateTime | null, now: DateTime): Promise<number | null>;
  /** Closes open rows, of any account, whose window has ended (`sending` is settle's). Answers how many. */
  expire(now: DateTime): Promise<number>;
  /** Makes the orders that a dry run held due again, for accounts that are live now. */
  releaseDryRun(accounts: readonly string[], now: DateTime): Promise<number>;
}

export interface SweptAccount extends AccountState {
  /** Some order of it comes due without a wake-up. */
  readonly hasDue: boolean;
  /** Some wake-up of it was not heard. */
  readonly hasUnheard: boolean;
}

/** Open orders of one account in one state: counted apart, so that none of them crowds out another. */
export interface DueKind {
  readonly account: string;
  readonly state: OpenState;
  readonly catchUp: boolean;
  readonly limit: number;
}

/** How far the overdue orders of an account have wake-ups, and at which pace they were handed out. */
export interface Backlog {
  readonly account: string;
  readonly through: DateTime;
  /** Requests per second. */
  readonly rate: number;
}

export interface DueOrder {
  readonly orderId: string;
  readonly account: string;
  readonly state: OpenState;
  readonly catchUp: boolean;
  readonly lookAt: DateTime;
  readonly closesAt: DateTime | null;
}

export interface Orders {
  read(orderId: string): Promise<ReviewRequest | null>;
  /** Writes one order read by itself. */
  recordOrder(account: string, order: PlannedOrder, attempt: AttemptFacts, now: DateTime): Promise<void>;
  /** Puts off the next look at an open order, guarded by its state; the attempt is kept. */
  putOff(orderId: string, state: State, hold: Hold, attempt: AttemptFacts | null, now: DateTime): Promise<boolean>;
  /** Another order of the account that is neither final nor this one, for a control call. */
  anotherOrder(account: string, notThis: string): Promise<{ orderId: string; marketplaceId: string } | null>;
}

export interface Hold {
  readonly reason: HeldReason | null;
  readonly lookAt: DateTime;
}

/** One row of `review_request`. */
export interface ReviewRequest {
  readonly orderId: string;
  readonly account: string;
  readonly marketplaceId: string | null;
  readonly state: State;
  readonly reason: string | null;
  readonly rule: string | null;
  readonly delivery: DeliveryEstimate | null;
  readonly opensAt: DateTime | null;
  readonly closesAt: DateTime | null;
  readonly askAt: DateTime | null;
  readonly nextLookAt: DateTime | null;
  /** It was due already when it was first seen. */
  readonly catchUp: boolean;
  readonly fulfilledBy: string | null;
  /** When Amazon's facts were last written. */
  readonly factsAt: DateTime;
  readonly seen: SeenBefore;
  /** The claim and its lease are on record until the order is decided. */
  readonly claimId: string | null;
  readonly leaseUntil: DateTime | null;
  readonly intentAt: DateTime | null;
  /** POSTs of ours that reached Amazon or may have. */
  readonly posts: number;
  /** POSTs of ours whose answer never came: the "earlier intent on record". */
  readonly doubts: number;
  readonly looks: number;
  readonly settleLooks: number;
  readonly lastSight: Sight | null;
  readonly sentAt: DateTime | null;
  readonly knownBy: KnownBy | null;
  readonly firstSeenAt: DateTime;
}

/** What is written into the append-only `attempt` table about one call or decision. */
export interface AttemptFacts {
  readonly kind: AttemptKind;
  /** The outcome's kind, or the new state of a decision. */
  readonly outcome: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly durationMs: number | null;
  /** The rule, trouble or cause, in a word; what Amazon said where we could not classify it. */
  readonly detail: string | null;
}

/** `order`: GET of the order; `look`: GET of the actions before asking; `settle`: GET of the actions in doubt. */
export type AttemptKind = 'order' | 'look' | 'claim' | 'answer' | 'settle' | 'decision';

export interface Sending {
  /**
   * Commits the intent to ask: `scheduled` -> `sending`, with the attempt, in one statement. `null`: not ours to ask
   * (another claim, another state, window closed, account paused, order suppressed). `look` is the GET that offered it.
   */
  claim(
    orderId: string,
    by: string,
    leaseSeconds: number,
    look: AttemptFacts,
    now: DateTime,
    /** Daily caps that must have room; checked together with the claim, so that two claims cannot share the last place. */
    caps?: readonly CapToday[],
  ): Promise<Claim | null>;
  /**
   * Requests that count for a cap so far, of a day long past as well as of today: those that reached a buyer or may have. A
   * refusal gives the place back.
   */
  askedOn(account: string, cap: Omit<CapToday, 'limit' | 'reason'>): Promise<number>;
  /** The fence: is the claim still ours and younger than half its lease, and the account not paused? */
  mayPost(claim: Claim, now: DateTime): Promise<boolean>;
  /**
   * Records the answer under the claim. `late`: the claim had gone meanwhile; the answer is kept as an attempt, and what
   * settle found stays, except that a late proof of acceptance still counts for a row in doubt.
   */
  record(claim: Claim, after: AfterAnswer, attempt: AttemptFacts, now: DateTime): Promise<'recorded' | 'late'>;
  /** A scheduled row with an earlier doubt whose action is gone: back to settle. */
  doubtAgain(orderId: string, lookAt: DateTime, attempt: AttemptFacts, now: DateTime): Promise<boolean>;
}

/** The committed right to make one call. */
export interface Claim {
  readonly id: string;
  readonly orderId: string;
  readonly account: string;
  readonly claimedAt: DateTime;
  readonly leaseUntil: DateTime;
  /** POSTs for this order, this one included. */
  readonly posts: number;
  /** Before this one, on record: see {@link ReviewRequest.doubts}. */
  readonly earlierDoubt: boolean;
  readonly closesAt: DateTime;
}

export interface Settling {
  /** A `sending` row whose lease ran out becomes `unknown`; the claim is gone from then on. Null: it is not so. */
  takeOver(orderId: string, lookAt: DateTime, now: DateTime): Promise<ReviewRequest | null>;
  /** Writes what a look decided, or when to look instead of now, if the doubt still stands as `expected`; the attempt is kept. */
  recordSight(
    orderId: string,
    expected: SettleMark,
    sight: SettleResult,
    attempt: AttemptFacts | null,
    now: DateTime,
  ): Promise<boolean>;
  /** First looks of the account since `since`, and of the span before it. */
  firstLooks(account: string, since: DateTime): Promise<FirstLooks>;
}

/** Guards against two settlers: the doubt as it stood when the decision was made. */
export interface SettleMark {
  readonly settleLooks: number;
  /** When the look was due. A settler that was stopped for days may meet a later doubt of the same order, with as many looks. */
  readonly nextLookAt: DateTime;
}

export type SettleResult =
  | { readonly kind: 'sent'; readonly knownBy: KnownBy }
  | { readonly kind: 'scheduled'; readonly lookAt: DateTime }
  | { readonly kind: 'expired'; readonly reason: 'fate-unknown' | 'window-closed' }
  /** `sight: null`: the look did not count. */
  | { readonly kind: 'look-again'; readonly sight: Sight | null; readonly lookAt: DateTime };

/** Planning anew what is on record, when the owner's rules have changed. */
export interface Replanning {
  /** A fingerprint of the rules that the account's orders were last planned with; `null`: never, or not to the end. */
  plannedWith(account: string): Promise<string | null>;
  notePlannedWith(account: string, fingerprint: string): Promise<void>;
  /**
   * The account's orders whose plan may change (waiting, scheduled, and skipped by a rule), in the order of their ids, in
   * batches, so that memory stays flat.
   */
  plannedOrders(account: string): AsyncIterable<readonly OrderOnRecord[]>;
  /** Writes changed plans; rows that moved meanwhile are left alone. Answers how many were written. */
  recordReplans(plans: readonly Replan[], now: DateTime): Promise<number>;
}

export interface Replan {
  readonly order: OrderOnRecord;
  readonly plan: Plan;
}

/** The usage plan, shared by every process. */
export interface Pace {
  /**
   * Reserves the next free slot in one atomic statement (GCRA), if it is at most `patienceMs` away. `busy` reserves
   * nothing. `pace` is Amazon's published plan; a learnt rate replaces its rate.
   */
  reserve(account: string, operation: Operation, pace: UsagePace, patienceMs: number, now: DateTime): Promise<Slot>;
  /**
   * Notes the rate from Amazon's header; answers true when it is another than the one in force (`published`, or learnt
   * before). What the bucket lacks is kept in requests, not in time: at ten times the rate it fills ten times as fast.
   */
  learnRate(account: string, operation: Operation, rate: number, published: number, now: DateTime): Promise<boolean>;
  /** After a 429 (somebody else uses the same plan): nothing before `until`, and no burst then. */
  penalise(account: string, operation: Operation, pace: UsagePace, until: DateTime): Promise<void>;
  /** The learnt rates, in requests per second; an account and operation without one is absent. */
  learntRates(accounts: readonly string[]): Promise<readonly LearntRate[]>;
}

export interface LearntRate {
  readonly account: string;
  readonly operation: Operation;
  readonly rate: number;
}

export type Slot =
  | { readonly kind: 'slot'; readonly at: DateTime }
  | { readonly kind: 'busy'; readonly freeAt: DateTime };

export interface Accounts {
  account(name: string): Promise<AccountState | null>;
  accounts(): Promise<AccountState[]>;
  /** Counts one failure of the whole account; an hour after the last cool-down a new series begins. */
  noteTrouble(account: string, now: DateTime): Promise<AccountState>;
  coolDown(account: string, until: DateTime): Promise<void>;
  noteHealth(account: string): Promise<void>;
  /**
   * Answers those that were not paused before; only they are. A person's pause also takes over one by `askonce`. With `via`, the deed of a person: what it changed is written
   * into `operator_action` in the same step.
   */
  pause(accounts: readonly string[], reason: string, by: string, now: DateTime, via?: Via): Promise<string[]>;
  /**
   * Answers the accounts that were paused. `askonce` lifts only its own pauses, never a person's. With `deed`, the deed of a
   * person, on record like that of a pause.
   */
  resume(accounts: readonly string[], by: string, deed?: ResumeDeed): Promise<string[]>;
}

export interface ResumeDeed {
  readonly at: DateTime;
  readonly via: Via;
  /** May be empty: a pause needs a reason, its end does not. */
  readonly because: string;
}

export interface AccountState {
  readonly name: string;
  readonly region: string;
  readonly paused: { readonly at: DateTime; readonly reason: string; readonly by: string } | null;
  readonly failures: number;
  readonly failingSince: DateTime | null;
  readonly coolDownUntil: DateTime | null;
  /** Overdue orders have wake-ups through this instant, handed out at this pace. */
  readonly backlogThrough: DateTime | null;
  readonly backlogRate: number | null;
}
