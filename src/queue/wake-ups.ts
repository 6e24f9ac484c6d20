import type { DateTime } from 'luxon';
import type { RedisSafety } from './eviction-policy.js';

/** Which verb a wake-up is for. Each has a queue of its own, so that a slow one does not delay another. */
export type Verb = 'schedule' | 'send' | 'settle';

/** "Look at this order at that time." Carries nothing else: whoever hears it asks the ledger what is true now. */
export interface WakeUp {
  readonly verb: Verb;
  readonly orderId: string;
  readonly at: DateTime;
}

/** Recurring work that rings by itself. `discover:<account>` is one per account. */
export interface Recurring {
  /** e.g. `sweep` or `discover`. Together with `key` it is the identity: starting again replaces, never doubles. */
  readonly name: 'sweep' | 'discover';
  /** Account name for `discover`, `all` for `sweep`. */
  readonly key: string;
  readonly everyMs: number;
}

/**
 * Told that the queue was found empty of all recurring work: at the very first start, or because it was emptied behind our
 * back, and every wake-up with it. Of several processes more than one may be told. Told again later where it throws. For
 * `unseenMs` nobody here has seen it filled; null: never.
 */
export type OnEmptied = (unseenMs: number | null) => Promise<void>;

/** The alarm clock. Losing, doubling, delaying or reordering what it holds changes when we look, never what we do. */
export interface WakeUps {
  /** Rings at (or as soon as possible after) each wake-up's time. Ringing twice for the same verb, order and time is one. */
  ring(wakeUps: readonly WakeUp[]): Promise<void>;
  /**
   * Sets the recurring work to exactly this list: others, e.g. of a removed account, are taken away. New work begins at once,
   * that of many accounts one after the other within seconds or minutes.
   */
  keepRinging(recurring: readonly Recurring[], onEmptied?: OnEmptied): Promise<void>;
  /**
   * Rings one recurring piece of work once, now, besides its rhythm. While such a ring waits, another adds nothing; one that
   * comes while the work is being done leads to one more afterwards.
   */
  ringNow(name: Recurring['name'], key: string): Promise<void>;
  /** Wake-ups that wait, per verb: for `status`, metrics and tests. */
  depth(): Promise<Record<Verb, number>>;
  /** Throws with the cause when the queue cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What the queues hold, for every scrape: counts alone. */
export interface QueueCounts {
  /** Throws with the cause when the queue cannot be reached. */
  queueContents(): Promise<readonly QueueContents[]>;
}

/** A look into the queue, for people; changes nothing. */
export interface QueueReports {
  /** Throws with the cause when the queue cannot be reached. */
  queueReport(): Promise<QueueReport>;
}

export interface QueueReport {
  readonly backend: 'redis' | 'postgres';
  /** `null`: the queue lives in Postgres, as safe as the ledger. */
  readonly safety: RedisSafety | null;
  readonly queues: readonly QueueContents[];
  readonly recurring: readonly RecurringRing[];
}

/** How many wake-ups one queue holds. */
export interface QueueContents {
  readonly queue: keyof Listeners;
  /** Their time has come, and nobody has taken them yet. */
  readonly waiting: number;
  /** Their time has not come. Those that rang in vain wait here for the next try. */
  readonly delayed: number;
  /** With a listener. */
  readonly active: number;
  /** Given up after several tries, and kept. */
  readonly failed: number;
}

/** Recurring work as the queue holds it. */
export interface RecurringRing {
  readonly name: Recurring['name'];
  readonly key: string;
  /** `null`: it is not askonce's. */
  readonly everyMs: number | null;
  /** By the clock of the machine that set it; `null`: it does not ring. */
  readonly nextAt: DateTime | null;
}

/** What hears the wake-ups. A listener that throws rings again later with a growing pause; it must be safe to call twice. */
export interface Listeners {
  /** May answer with a later time to be rung again at: "not now". */
  readonly schedule?: (orderId: string) => Promise<{ readonly again: DateTime } | undefined>;
  readonly send?: (orderId: string) => Promise<{ readonly again: DateTime } | undefined>;
  readonly settle?: (orderId: string) => Promise<{ readonly again: DateTime } | undefined>;
  readonly discover?: (account: string) => Promise<void>;
  readonly sweep?: () => Promise<void>;
}

/** Running listeners of one process. */
export interface Listening {
  /** Stops taking wake-ups at once and waits for those in hand, at most `graceMs`; afterwards lets go of them. */
  stop(graceMs: number): Promise<void>;
}

/** The alarm clock of a process that also listens to it. */
export interface AlarmClock extends WakeUps, QueueCounts, QueueReports {
  /** Starts taking wake-ups for the listeners given; answers once they can be heard. */
  listen(listeners: Listeners, options: ListenOptions): Promise<Listening>;
}

export interface ListenOptions {
  /** How many wake-ups of a kind this process holds in hand at once; 1 where nothing is said. */
  readonly concurrency?: Partial<Record<keyof Listeners, number>>;
  readonly onError: OnTrouble;
}

/** Told of every listener that threw and of every trouble with the queue itself, which mends by itself. */
export type OnTrouble = (error: Error, context: TroubleContext) => void;

export interface TroubleContext {
  readonly queue: keyof Listeners;
  /** The order or account whose listener threw; `null` when the queue itself is in trouble. */
  readonly subject: string | null;
}
