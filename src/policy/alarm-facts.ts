import type { DateTime, Duration } from 'luxon';
import type { Alarm } from './alarm.js';
import type { FirstLooks } from './settling.js';

/** Everything that alarms are judged by. `null` wherever it could not be read: then the alarms it decides stay as they are. */
export interface AlarmFacts {
  /** The configured ones. */
  readonly accounts: readonly AccountFacts[];
  /** What is wrong with the queue's store, in words; empty: nothing. */
  readonly queue: readonly QueueProblem[] | null;
  readonly clock: ClockFacts | null;
  /** The machine this process runs on. */
  readonly host: string;
  /** Those told, or to be told, and not over yet. */
  readonly open: readonly OpenAlarm[];
}

export interface OpenAlarm extends Alarm {
  readonly firedAt: DateTime;
}

export interface QueueProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** How far clocks are ahead of Amazon's, in milliseconds; negative: behind. */
export interface ClockFacts {
  readonly machineAheadMs: number;
  readonly ledgerAheadMs: number;
  /** All that it was measured by was heard since. */
  readonly heardAt: DateTime;
  /** When the alarm about this machine was last raised or taken back, by whichever process. */
  readonly lastChangeAt: DateTime | null;
}

export interface AccountFacts {
  readonly name: string;
  /** It really asks. */
  readonly live: boolean;
  readonly paused: Pause | null;
  /** The day the client secret was made: midnight, UTC. */
  readonly secretRotatedOn: DateTime | null;
  readonly reading: ReadingFacts | null;
  readonly arrivals: readonly ArrivalDay[] | null;
  readonly line: LineFacts | null;
  readonly doubts: DoubtFacts | null;
  readonly looks: LookFacts | null;
}

export interface Pause {
  readonly at: DateTime;
  readonly reason: string;
  readonly by: string;
}

/** How the orders of an account are read. */
export interface ReadingFacts {
  /** Every order updated before is known; `null`: never read to the end. */
  readonly readThrough: DateTime | null;
  /** The last sign of reading beside it: a move of `readThrough` that this process saw, or the begin of a read under way. */
  readonly movedAt: DateTime | null;
  /** Since when this process has watched the account without its being paused. */
  readonly watchedSince: DateTime;
}

/** Orders placed on one day. */
export interface ArrivalDay {
  /** `2026-11-22`, UTC. */
  readonly day: string;
  readonly orders: number;
  /** When the last of them was first seen. */
  readonly lastAt: DateTime;
}

/** The orders of an account that wait to be asked. */
export interface LineFacts {
  readonly overdue: number;
  /** Since when the oldest of them has been due; an order that was tried in vain is due anew. */
  readonly overdueSince: DateTime | null;
  /** Since when this process has seen orders due, or tried in vain, without a break. */
  readonly waitingSince: DateTime | null;
  /** The last request to Amazon; `null`: none ever. */
  readonly lastAskAt: DateTime | null;
  /** Some were tried in vain the last time, and are to be tried again. */
  readonly inVain: boolean;
  /** Orders asked since the alarm was raised; `null`: it is not. */
  readonly askedSinceRaised: number | null;
  /** First looks that Amazon answered within `nothingSentAfter`. */
  readonly answeredLooks: number;
  /** Overdue orders whose window ends within `deadlineWithin`. */
  readonly closing: number;
  /** Since when this process has seen any of them without a break. */
  readonly closingSince: DateTime | null;
  readonly nearestDeadline: DateTime | null;
}

/** The requests of an account whose fate is not known. */
export interface DoubtFacts {
  /** The oldest first. */
  readonly requests: readonly { readonly orderId: string; readonly intentAt: DateTime }[];
}

export interface LookFacts {
  /** The account's first looks, over spans that all end now. */
  readonly spans: readonly LookSpan[];
  /** When the alarm was last taken back; `null`: never. */
  readonly clearedAt: DateTime | null;
}

export interface LookSpan {
  readonly since: DateTime;
  readonly looks: FirstLooks;
  /** Requests to Amazon since then: of orders that were offered. */
  readonly posts: number;
}

export interface AlarmThresholds {
  /** How often alarms are judged: all facts may be that old. */
  readonly every: Duration;
  /** How often orders are read. */
  readonly readEvery: Duration;
  readonly feedSilentAfter: Duration;
  readonly nothingSentAfter: Duration;
  readonly unknownAfter: Duration;
  readonly deadlineWithin: Duration;
  /** Orders. */
  readonly deadlineBacklog: number;
  /** 0 exclusive to 1 inclusive. */
  readonly eligibilityEmptyShare: number;
  readonly secretRotationWithin: Duration;
  readonly clockSkew: Duration;
}
