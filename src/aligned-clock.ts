import { DateTime } from 'luxon';
import type { Timers, WorkerClock } from './clock.js';

/** Clocks further apart than this are not late by an answer's way: one of them is wrong. */
const TOLERANCE_MS = 120_000;
/** An answer of the ledger's that took longer tells its time too vaguely. */
const LONGEST_READING_MS = 2_000;
/** Where Amazon has not been heard in a whole day, nobody here asks it anything; its clock is then taken to agree. */
const AMAZON_IS_HEARD_WITHIN_MS = 86_400_000;
/** Small corrections are everyday; nobody needs to read of them. */
const WORTH_TELLING_MS = 5_000;
/** An answer heard longer ago tells nothing about clocks that may have been set since. */
const HEARD_LATELY_MS = 3_600_000;
/** The clock of the machine was set, or the machine slept, where its two timers have parted by more. */
const PARTED_MS = 1_000;
/** HTTP names whole seconds: the true time lies up to one second behind it, half of one on average. */
const HALF_A_SECOND_MS = 500;

export type ClockNews = (event: 'clock-corrected' | 'clock-skew', facts: Record<string, unknown>) => void;

/**
 * A clock that does not follow the machine's: it runs on the steady timer from the ledger's time, which is one for every
 * process, so that claims and slots mean the same everywhere and `date -s` moves nothing. Where the ledger's time is wrong
 * by Amazon's, it follows Amazon: the window is Amazon's, and an order that ends by a wrong clock would never be asked.
 */
export class AlignedClock implements WorkerClock {
  readonly #timers: Timers;
  readonly #tell: ClockNews;
  readonly #startedAt: number;
  /** What the steady timer lacks to the ledger's time. */
  #ledger: number;
  /** The same for Amazon's, and how many answers in a row said so. */
  #amazon: { readonly offset: number; readonly heard: number } | null = null;
  /** The last answers of Amazon's, the latest first. */
  #heard: readonly Hearing[] = [];

  constructor(timers: Timers, tell: ClockNews) {
    this.#timers = timers;
    this.#tell = tell;
    this.#startedAt = timers.steady();
    this.#ledger = wallOffset(timers);
  }

  now(): DateTime {
    return DateTime.fromMillis(Math.round(this.#timers.steady() + this.#offset()), { zone: 'utc' });
  }

  stopwatch(): () => number {
    const { wall, steady } = this.#timers;
    const from = { wall: wall(), steady: steady() };
    return () => Math.max(wall() - from.wall, steady() - from.steady);
  }

  agreesWithAmazon(): boolean {
    if (this.#amazon === null) return this.#timers.steady() - this.#startedAt >= AMAZON_IS_HEARD_WITHIN_MS;
    return near(this.#amazon.offset, this.#offset());
  }

  /**
   * Reads the ledger's time and goes by it from now on. The answer's way is not known, so a reading corrects only what it
   * proves to be wrong; one that took long is dropped, and one that fails is thrown.
   */
  async followLedger(time: () => Promise<DateTime>): Promise<void> {
    const asked = this.#timers.steady();
    const told = (await time()).toMillis();
    const answered = this.#timers.steady();
    if (answered - asked > LONGEST_READING_MS) return;
    if (told - answered <= this.#ledger && this.#ledger <= told - asked) return;
    const offset = told - (asked + answered) / 2;
    const corrected = Math.round(offset - this.#ledger);
    this.#ledger = offset;
    if (Math.abs(corrected) >= WORTH_TELLING_MS) this.#tell('clock-corrected', { byMs: corrected, from: 'ledger' });
  }

  /**
   * How far the clock of this machine and the ledger's are ahead of Amazon's (negative: behind), and how long ago the
   * earlier of its last two answers was heard. Of both the one counts that finds less wrong: the other may have been long on
   * its way, or a proxy's. `null`: not heard twice within the hour, or the machine's clock was set since.
   */
  againstAmazon(): { machineAheadMs: number; ledgerAheadMs: number; heardMsAgo: number } | null {
    const { wall, steady } = this.#timers;
    const [last, before] = this.#heard;
    if (last === undefined || before === undefined) return null;
    const parted = wall() - steady();
    const heardMsAgo = steady() - before.at;
    const isSound = (hearing: Hearing) =>
      steady() - hearing.at <= HEARD_LATELY_MS && Math.abs(parted - hearing.parted) <= PARTED_MS;
    if (!isSound(last) || !isSound(before)) return null;
    const ahead = (offset: number) =>
      smaller(...[last, before].map((heard) => offset - heard.offset - HALF_A_SECOND_MS));
    return { machineAheadMs: ahead(parted), ledgerAheadMs: ahead(this.#ledger), heardMsAgo };
  }

  /** Takes note of the time that an answer of Amazon's has just named. A single answer moves nothing: a proxy may have written it. */
  hearAmazon(time: DateTime): void {
    const { wall, steady } = this.#timers;
    const offset = time.toMillis() - steady();
    this.#heard = [{ offset, at: steady(), parted: wall() - steady() }, ...this.#heard.slice(0, 1)];
    const again = this.#amazon !== null && near(offset, this.#amazon.offset);
    const followed = this.#followsAmazon();
    this.#amazon =
      again && this.#amazon !== null ? { ...this.#amazon, heard: this.#amazon.heard + 1 } : { offset, heard: 1 };
    if (this.#followsAmazon() !== followed) {
      this.#tell('clock-skew', {
        ledgerBehindAmazonMs: Math.round(offset - this.#ledger),
        followed: followed ? 'ledger' : 'amazon',
      });
    }
  }

  #offset(): number {
    return this.#amazon !== null && this.#followsAmazon() ? this.#amazon.offset : this.#ledger;
  }

  #followsAmazon(): boolean {
    return this.#amazon !== null && this.#amazon.heard >= 2 && !near(this.#amazon.offset, this.#ledger);
  }
}

interface Hearing {
  /** What the steady timer lacked to Amazon's time. */
  readonly offset: number;
  /** By the steady timer. */
  readonly at: number;
  /** By how much the clock of the machine was ahead of the steady timer. */
  readonly parted: number;
}

function smaller(...amounts: readonly number[]): number {
  return amounts.reduce((least, amount) => (Math.abs(amount) < Math.abs(least) ? amount : least));
}

const READINGS = 5;

/** A process may lose its processor between the two readings: of some pairs, the one that was read fastest. */
function wallOffset({ wall, steady }: Timers): number {
  const readings = Array.from({ length: READINGS }, () => {
    const before = steady();
    const offset = wall() - before;
    return { offset, tookMs: steady() - before };
  });
  return readings.reduce((best, reading) => (reading.tookMs < best.tookMs ? reading : best)).offset;
}

function near(one: number, other: number): boolean {
  return Math.abs(one - other) <= TOLERANCE_MS;
}
