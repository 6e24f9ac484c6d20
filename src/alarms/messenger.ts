import type { DateTime, Duration } from 'luxon';
import type { AlarmBook, AlarmMessage } from '../ledger/alarm-book.js';
import type { LogEventAt } from '../log-events.js';
import { type DigestAccount, digestDay } from '../policy/alarm-digest.js';
import { alarmDocument, digestDocument, type MessageFormat } from './message.js';
import { Patience } from './patience.js';
import type { Delivery, Webhook } from './webhook.js';

/** A POST takes at most this long; then it has failed. */
export const POST_TIMEOUT_MS = 10_000;
/** What one process has taken is left to it for so long: the POST, and a little to write down that it was delivered. */
const HOLD_SECONDS = 13;
/** Taken longer ago than this, a message might be somebody else's before its POST is through. */
const LATEST_START_MS = 1_500;
/** The rest comes at the next round. */
const MOST_AT_ONCE = 50;
/** So many refusals in a row are not about the messages. */
const REFUSALS = 3;

export interface MessengerParts {
  readonly book: AlarmBook;
  readonly webhook: Webhook;
  readonly format: MessageFormat;
  readonly mode: string;
  readonly every: Duration;
  readonly repeat: Duration;
  readonly digestAt: Duration | 'off';
  /** The ledger's time: one for all processes, whichever clock each of them follows. */
  readonly time: () => Promise<DateTime>;
  readonly digestAccounts: (now: DateTime) => Promise<readonly DigestAccount[]>;
  /** Milliseconds since it was called, see `WorkerClock`. */
  readonly stopwatch: () => () => number;
  readonly warn: (event: LogEventAt<'warn'>, facts: Record<string, unknown>) => void;
}

/**
 * Tells what the book has to tell. Each message is one process's for a moment, so that it is told once; a process that dies
 * between the POST and its note tells it once more. What fails stays in the book and is tried again, with a growing pause.
 */
export class Messenger {
  readonly #parts: MessengerParts;
  readonly #patience: Patience;

  constructor(parts: MessengerParts) {
    this.#parts = parts;
    this.#patience = new Patience(parts.every.toMillis(), parts.stopwatch());
  }

  /** One round: everything that is to be told now, as far as the webhook goes, and until `isOver`. */
  async tellAll(isOver: () => boolean): Promise<void> {
    if (this.#patience.isResting(null)) return;
    await this.#tellDigest();
    let refusals = 0;
    for (let taken = 0; taken < MOST_AT_ONCE && !isOver(); taken += 1) {
      if (this.#patience.isResting(null)) return;
      const delivery = await this.#tellNext();
      if (delivery === 'nothing') return;
      refusals = delivery === 'refused' ? refusals + 1 : delivery === 'delivered' ? 0 : refusals;
      if (refusals === REFUSALS) return this.#patience.rest(null, null);
    }
  }

  async #tellNext(): Promise<Delivery['kind'] | 'nothing' | 'later'> {
    const { book, time, repeat, webhook } = this.#parts;
    const now = await time();
    const held = this.#parts.stopwatch();
    const message = await book.takeMessage(now.minus(repeat), now.plus({ seconds: HOLD_SECONDS }), now);
    if (message === null) return 'nothing';
    const key = `${message.alarm.id} ${message.state}`;
    if (this.#patience.isResting(key) || held() > LATEST_START_MS) return 'later';
    const delivery = await webhook.post(alarmDocument(message, { ...this.#parts, now }));
    if (delivery.kind === 'delivered') {
      await book.delivered(message, await time());
      this.#patience.forget(key);
      this.#patience.forget(null);
    } else {
      this.#failed(key, delivery, factsOf(message));
    }
    return delivery.kind;
  }

  async #tellDigest(): Promise<void> {
    const { book, time, digestAt, webhook, mode, format } = this.#parts;
    const now = await time();
    const day = digestDay(digestAt, now);
    if (day === null || this.#patience.isResting(day)) return;
    const held = this.#parts.stopwatch();
    if (!(await book.takeDigest(day, now.plus({ seconds: HOLD_SECONDS }), now))) return;
    const accounts = await this.#parts.digestAccounts(now);
    if (held() > LATEST_START_MS) return;
    const delivery = await webhook.post(digestDocument({ day, mode, accounts }, { format, now }));
    if (delivery.kind !== 'delivered') return this.#failed(day, delivery, { digest: day });
    await book.digestDelivered(day, await time());
    this.#patience.forget(day);
  }

  #failed(key: string, delivery: Exclude<Delivery, { kind: 'delivered' }>, facts: Record<string, unknown>): void {
    const isNews = this.#patience.isNews(key);
    this.#patience.rest(key, null);
    if (delivery.kind === 'away') this.#patience.rest(null, delivery.restMs);
    if (isNews) this.#parts.warn('alarm-not-delivered', { ...facts, cause: delivery.cause });
  }
}

function factsOf({ alarm: { name, account, subject }, state }: AlarmMessage): Record<string, unknown> {
  return { alarm: name, account, subject, state };
}
