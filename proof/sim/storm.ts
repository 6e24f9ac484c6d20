import type { Instant } from '../../src/simulator/instant.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Calendar } from './calendar.js';
import type { SeedPlan } from './seed-plan.js';
import type { WeatherKind } from './weather.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MOST_WALL_IS_OFF_MS = 60 * 24 * HOUR;
/** Inside the limits. Further off than two minutes, Amazon's clock is followed, once it has been heard twice. */
const MOST_LEDGER_IS_OFF_MS = 100_000;

/** `from` is inside, `until` is not. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** What Amazon does to every request, or to every one of an account, for a while. */
export interface AmazonOutage extends Span {
  readonly what: 'server-error' | 'hang' | 'refused' | 'denied' | 'throttle' | 'login-down' | 'login-refused' | 'empty';
  /** `null`: all accounts. */
  readonly account: string | null;
}

export interface ClockStep {
  readonly at: Instant;
  readonly isOffMs: number;
}

/** Something befalls the process that makes a call. */
export interface Strike {
  readonly kind: 'crash' | 'stop' | 'sleep';
  /** Where the call stands: not yet out; out, and not yet done; done, and not yet answered; answered, and not yet read. */
  readonly moment: 'before' | 'under-way' | 'done' | 'answered';
  readonly ms: number;
}

/** Calls in which an instant decides much are struck more often than those that only read. */
const delicate = new Set([
  'claim',
  'mayPost',
  'ask',
  'record',
  'prepare',
  'putOff',
  'doubtAgain',
  'recordSight',
  'takeOver',
  'recordOrder',
  'recordPage',
  'recordReplans',
  'markRung',
  'suppress',
  'createSolicitation',
]);

/** The weather of one run as it comes: outages that are fixed beforehand, and strikes that are drawn when there is a chance. */
export class Storm {
  readonly ledgerOutages: readonly Span[];
  readonly queueOutages: readonly Span[];
  readonly amazonOutages: readonly AmazonOutage[];
  /** All workers are down. */
  readonly blackouts: readonly Span[];
  readonly queueWipes: readonly Instant[];
  /** When the wall clock of some machine is set, and how far it is off from then on. */
  readonly wallSteps: readonly ClockStep[];
  /** The same for the ledger's clock, in order; the last puts it right. */
  readonly ledgerSteps: readonly ClockStep[];
  readonly #plan: SeedPlan;
  readonly #calendar: Calendar;
  readonly #streams = new Map<WeatherKind, SeededRandom>();

  constructor(plan: SeedPlan, calendar: Calendar) {
    this.#plan = plan;
    this.#calendar = calendar;
    this.ledgerOutages = this.#spans('ledger-outages', 5, 6 * HOUR);
    this.queueOutages = this.#spans('queue-outages', 5, 8 * HOUR);
    this.blackouts = this.#spans('crashes', 2, 12 * HOUR);
    const accounts = plan.accounts.map(({ name }) => name);
    this.amazonOutages = [
      ...this.#spans('amazon-outages', 6, 9 * HOUR).map((span): AmazonOutage => {
        const random = this.stream('amazon-outages');
        const what = random.pick([
          'server-error',
          'hang',
          'refused',
          'denied',
          'throttle',
          'login-down',
          'login-refused',
        ] as const);
        return { ...span, what, account: random.chance(0.5) ? random.pick(accounts) : null };
      }),
      ...this.#spans('empty-looks', 3, 6 * HOUR).map(
        (span): AmazonOutage => ({ ...span, what: 'empty', account: null }),
      ),
    ];
    this.queueWipes = this.blows('queue-wipes')
      ? Array.from({ length: 1 + Math.floor(this.stream('queue-wipes').next() * 40 * plan.weather.force) }, () =>
          Math.floor(this.stream('queue-wipes').between(plan.start, plan.calmFrom)),
        )
      : [];
    this.wallSteps = this.#clockSteps('clocks', 20, MOST_WALL_IS_OFF_MS);
    const mostOff = plan.weather.beyondLimits ? MOST_WALL_IS_OFF_MS : MOST_LEDGER_IS_OFF_MS;
    const ledgerSteps = this.#clockSteps('ledger-clock', 4, mostOff);
    this.ledgerSteps = ledgerSteps.length === 0 ? [] : [...ledgerSteps, { at: plan.calmFrom, isOffMs: 0 }];
  }

  /** By how much the ledger's clock is off now. */
  get ledgerIsOffMs(): number {
    return this.ledgerSteps.findLast(({ at }) => at <= this.#calendar.now)?.isOffMs ?? 0;
  }

  /** Does this kind of weather blow in this run, and now? */
  blows(kind: WeatherKind): boolean {
    return this.#plan.weather.kinds.has(kind) && this.#calendar.now < this.#plan.calmFrom;
  }

  chance(kind: WeatherKind, probability: number): boolean {
    return this.blows(kind) && this.stream(kind).chance(probability);
  }

  stream(kind: WeatherKind): SeededRandom {
    const stream = this.#streams.get(kind) ?? this.#plan.random.fork(`weather ${kind}`);
    this.#streams.set(kind, stream);
    return stream;
  }

  /** What befalls a process in the call it is about to make. */
  strike(call: string): Strike | null {
    const { force } = this.#plan.weather;
    const probability = delicate.has(call) ? 0.005 + 0.03 * force : 0.0001 + 0.0003 * force;
    for (const kind of ['crashes', 'stops'] as const) {
      if (!this.chance(kind, probability)) continue;
      const random = this.stream(kind);
      const moment = random.pick(['before', 'under-way', 'done', 'answered'] as const);
      const standstill = this.#plan.weather.kinds.has('clocks') && random.chance(0.4) ? 'sleep' : 'stop';
      const ms = this.#standstillMs(random);
      return { kind: kind === 'crashes' ? 'crash' : standstill, moment, ms };
    }
    return null;
  }

  /** Mostly any length; now and then about as long as settle takes to decide without the one that stands still. */
  #standstillMs(random: SeededRandom): number {
    const decided = this.#plan.settings.looks[1]?.toMillis() ?? 24 * HOUR;
    return random.chance(0.15)
      ? Math.floor(random.between(decided - HOUR, decided + 3 * HOUR))
      : lengthBetween(1000, 26 * HOUR, random);
  }

  isIn(spans: readonly Span[], at = this.#calendar.now): boolean {
    return spans.some(({ from, until }) => at >= from && at < until);
  }

  /** What Amazon does to all requests of the account right now. */
  outageOf(account: string): AmazonOutage | null {
    const { now } = this.#calendar;
    return (
      this.amazonOutages.find(
        (outage) => now >= outage.from && now < outage.until && (outage.account === null || outage.account === account),
      ) ?? null
    );
  }

  /** Milliseconds on a wire to the ledger or the queue, one way. */
  nearMs(random: SeededRandom): number {
    return random.chance(0.02) ? Math.floor(random.between(20, 800)) : Math.floor(random.between(0, 8));
  }

  #clockSteps(kind: WeatherKind, most: number, mostOffMs: number): readonly ClockStep[] {
    if (!this.#plan.weather.kinds.has(kind)) return [];
    const random = this.stream(kind);
    const { start, calmFrom } = this.#plan;
    return Array.from({ length: Math.ceil(random.next() * most) }, () => ({
      at: Math.floor(random.between(start, calmFrom)),
      isOffMs: random.chance(0.3) ? 0 : lengthBetween(1000, mostOffMs, random) * (random.chance(0.5) ? 1 : -1),
    })).sort((a, b) => a.at - b.at);
  }

  #spans(kind: WeatherKind, most: number, longest: number): readonly Span[] {
    if (!this.#plan.weather.kinds.has(kind)) return [];
    const random = this.stream(kind);
    const { start, calmFrom, weather } = this.#plan;
    return Array.from({ length: Math.ceil(random.next() * most * (0.3 + weather.force)) }, () => {
      const from = Math.floor(random.between(start, calmFrom));
      return { from, until: Math.min(from + lengthBetween(MINUTE, longest, random), calmFrom) };
    });
  }
}

/** Short ones are as likely as long ones, on a scale of powers. */
export function lengthBetween(least: number, most: number, random: SeededRandom): number {
  return Math.floor(least * (most / least) ** random.next());
}
