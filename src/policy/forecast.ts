import { DateTime } from 'luxon';
import { firstAllowed } from './asking-hours.js';
import type { AskingRules } from './asking-rules.js';
import type { CapReason, MarketplaceCaps } from './daily-cap.js';

/** An order that the rules would ask, before anybody counts how many fit into a day. */
export interface AskWish {
  readonly orderId: string;
  readonly marketplaceId: string;
  /** Not before this. */
  readonly lookAt: DateTime;
  readonly closesAt: DateTime;
  readonly catchUp: boolean;
}

export interface ForecastRules {
  readonly zone: string;
  readonly rules: AskingRules;
  readonly caps: MarketplaceCaps;
}

export interface ForecastAccount {
  /** By marketplace id. */
  readonly marketplaces: ReadonlyMap<string, ForecastRules>;
  /** Requests per second that Amazon allows the account. */
  readonly rate: number;
  /** Requests that count already today, by {@link capKey}. */
  readonly used: ReadonlyMap<string, number>;
}

export type Forecast =
  /** `askAt`: when it comes due on that date. Its turn is later by as long as those before it take. */
  | { readonly kind: 'ask'; readonly wish: AskWish; readonly date: string; readonly askAt: DateTime }
  /** The order would expire. */
  | { readonly kind: 'at-risk'; readonly wish: AskWish; readonly date: string; readonly reason: RiskReason };

/** A cap or Amazon's rate leaves no room before the window closes; or there is no look before it closes. */
export type RiskReason = FullReason | 'window-closed';
export type FullReason = CapReason | 'rate';

/** The key of a cap's count on one local date. */
export function capKey(reason: CapReason, marketplaceIds: readonly string[], date: string): string {
  return [reason, date, ...[...marketplaceIds].sort()].join(' ');
}

/**
 * What would be asked on which day, if nothing else changes. Plays what the worker does: one request after the other at
 * Amazon's rate; of those who are due the oldest deadline first; who finds the day full waits for the next one. An order
 * that comes due later cannot hold a place, however near its deadline. Dates are those of the marketplaces.
 */
export function forecast(wishes: readonly AskWish[], account: ForecastAccount, now: DateTime): Forecast[] {
  const lanes = lanesOf(wishes, account, now);
  const used = new Map(account.used);
  const results: Forecast[] = [];
  let clock = now.toMillis();
  for (;;) {
    clock = Math.max(clock, Math.min(...lanes.map((lane) => lane.next())));
    if (clock === Number.POSITIVE_INFINITY) return results;
    for (const lane of lanes) lane.arrive(clock);
    const ready = lanes.filter((lane) => lane.deadline(clock) !== null);
    const lane = ready.reduce<Lane | null>(
      (first, each) => (first !== null && (first.deadline(clock) ?? 0) <= (each.deadline(clock) ?? 0) ? first : each),
      null,
    );
    const placed = lane?.place(clock, used) ?? null;
    if (placed === null) continue;
    results.push(placed);
    // No sooner does Amazon's rate let the next request through.
    if (placed.kind === 'ask') clock += 1000 / account.rate;
  }
}

function lanesOf(wishes: readonly AskWish[], { marketplaces }: ForecastAccount, now: DateTime): readonly Lane[] {
  const lanes = new Map<string, Lane>();
  for (const [id, rules] of marketplaces) {
    const calendar = new Calendar(rules);
    for (const catchUp of [false, true]) lanes.set(`${id} ${catchUp}`, new Lane(calendar, catchUp));
  }
  for (const wish of wishes) {
    const lane = lanes.get(`${wish.marketplaceId} ${wish.catchUp}`);
    if (lane === undefined) throw new Error(`order ${wish.orderId} has no rules for its marketplace`);
    lane.add(wish, now);
  }
  return [...lanes.values()];
}

/** Instants in milliseconds: a hundred thousand orders are compared again and again. */
interface Waiting {
  readonly wish: AskWish;
  /** When it comes due. */
  readonly from: number;
  readonly closesAt: number;
}

/** The orders that share hours and caps. Where one finds its day full or over, all behind it do, and wait together. */
class Lane {
  readonly #calendar: Calendar;
  readonly #catchUp: boolean;
  readonly #ahead = new Heap<Waiting>((a, b) => a.from - b.from);
  readonly #due = new Heap<Waiting>(
    (a, b) => a.closesAt - b.closesAt || a.from - b.from || (a.wish.orderId < b.wish.orderId ? -1 : 1),
  );
  /** Until then only those are asked whose window closes before: the deadline wins. */
  #opens = Number.NEGATIVE_INFINITY;
  #full: CapReason | null = null;

  constructor(calendar: Calendar, catchUp: boolean) {
    this.#calendar = calendar;
    this.#catchUp = catchUp;
  }

  add(wish: AskWish, now: DateTime): void {
    const from = Math.max(wish.lookAt.toMillis(), now.toMillis());
    this.#ahead.push({ wish, from, closesAt: wish.closesAt.toMillis() });
  }

  arrive(clock: number): void {
    while (this.#ahead.first !== undefined && this.#ahead.first.from <= clock) this.#due.push(this.#ahead.pop());
  }

  /** When there is something to do; an instant of the past is now. */
  next(): number {
    const arrival = this.#ahead.first?.from ?? Number.POSITIVE_INFINITY;
    const { first } = this.#due;
    if (first === undefined) return arrival;
    return first.closesAt <= this.#opens ? first.from : Math.min(arrival, this.#opens);
  }

  /** The oldest deadline of those who may be asked; `null`: nobody may. */
  deadline(clock: number): number | null {
    const { first } = this.#due;
    return first !== undefined && (this.#opens <= clock || first.closesAt <= this.#opens) ? first.closesAt : null;
  }

  /** Gives the oldest deadline its place; `null`: the lane, or this order, waits. */
  place(clock: number, used: Map<string, number>): Forecast | null {
    const order = this.#due.pop();
    const { wish, from, closesAt } = order;
    const { date, ends } = this.#calendar.dayOf(Math.min(clock, closesAt));
    if (clock >= closesAt) {
      return { kind: 'at-risk', wish, date, reason: from >= closesAt ? 'window-closed' : (this.#full ?? 'rate') };
    }
    const allowed = this.#calendar.firstAllowed(clock);
    if (allowed > clock && allowed < closesAt) return this.#wait(order, allowed);

    const caps = this.#calendar.capsOn(date, this.#catchUp);
    const full = caps.find(({ key, limit }) => (used.get(key) ?? 0) >= limit);
    if (full !== undefined) {
      this.#full = full.reason;
      if (ends >= closesAt) return { kind: 'at-risk', wish, date, reason: full.reason };
      const opens = this.#calendar.firstAllowed(ends);
      if (opens < closesAt) return this.#wait(order, opens);
      this.#ahead.push({ ...order, from: ends });
      return null;
    }
    for (const { key } of caps) used.set(key, (used.get(key) ?? 0) + 1);
    this.#full = null;
    const cameDue = this.#opens <= clock ? Math.max(from, this.#opens) : from;
    const askAt = this.#calendar.dayOf(cameDue).date === date ? cameDue : clock;
    return { kind: 'ask', wish, date, askAt: DateTime.fromMillis(askAt, { zone: 'utc' }) };
  }

  #wait(order: Waiting, opens: number): null {
    this.#due.push(order);
    this.#opens = opens;
    return null;
  }
}

interface Day {
  readonly date: string;
  readonly ends: number;
}

interface Cap {
  readonly key: string;
  readonly limit: number;
  readonly reason: CapReason;
}

const QUARTER_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

/** The days, hours and caps of one marketplace; each reckoned once, because zone arithmetic is dear. */
class Calendar {
  readonly #local: ForecastRules;
  /** By quarter of an hour: no day of any zone begins within one. */
  readonly #days = new Map<number, Day>();
  /** By minute: rules know no smaller time. */
  readonly #beginnings = new Map<number, number>();
  readonly #caps = new Map<string, readonly Cap[]>();

  constructor(local: ForecastRules) {
    this.#local = local;
  }

  dayOf(instant: number): Day {
    const quarter = Math.floor(instant / QUARTER_MS);
    const known = this.#days.get(quarter);
    if (known !== undefined) return known;
    const start = DateTime.fromMillis(quarter * QUARTER_MS, { zone: this.#local.zone }).startOf('day');
    const day = { date: start.toISODate() ?? '', ends: start.plus({ days: 1 }).startOf('day').toMillis() };
    this.#days.set(quarter, day);
    return day;
  }

  /** The instant itself, or the begin of the next allowed time; never, when none comes within weeks. */
  firstAllowed(instant: number): number {
    const minute = Math.floor(instant / MINUTE_MS);
    let begins = this.#beginnings.get(minute);
    if (begins === undefined) {
      const from = DateTime.fromMillis(minute * MINUTE_MS, { zone: 'utc' });
      const { rules, zone } = this.#local;
      const found = firstAllowed(from, from.plus({ days: 60 }), rules, zone);
      begins = found?.toMillis() ?? Number.POSITIVE_INFINITY;
      this.#beginnings.set(minute, begins);
    }
    return Math.max(begins, instant);
  }

  capsOn(date: string, catchUp: boolean): readonly Cap[] {
    const key = `${date} ${catchUp}`;
    const known = this.#caps.get(key);
    if (known !== undefined) return known;
    const { maxPerDay, catchUpPerDay } = this.#local.caps;
    const caps = [
      ...(maxPerDay === null ? [] : [{ ...maxPerDay, reason: 'max-per-day' as const }]),
      ...(catchUpPerDay === null || !catchUp ? [] : [{ ...catchUpPerDay, reason: 'catch-up-per-day' as const }]),
    ].map(({ reason, limit, marketplaceIds }) => ({ reason, limit, key: capKey(reason, marketplaceIds, date) }));
    this.#caps.set(key, caps);
    return caps;
  }
}

/** The least first; a binary heap. */
class Heap<T> {
  readonly #all: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get first(): T | undefined {
    return this.#all[0];
  }

  push(added: T): void {
    const all = this.#all;
    let at = all.push(added) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#compare(all[above] as T, added) <= 0) break;
      all[at] = all[above] as T;
      at = above;
    }
    all[at] = added;
  }

  /** Takes out the first; there must be one. */
  pop(): T {
    const all = this.#all;
    const first = all[0] as T;
    const moved = all.pop() as T;
    if (all.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= all.length) break;
      if (below + 1 < all.length && this.#compare(all[below + 1] as T, all[below] as T) < 0) below += 1;
      if (this.#compare(moved, all[below] as T) <= 0) break;
      all[at] = all[below] as T;
      at = below;
    }
    all[at] = moved;
    return first;
  }
}

/** How many requests Amazon's rate lets through in the allowed hours of one day. */
export function dailyCapacity(rate: number, { hours }: Pick<AskingRules, 'hours'>): number {
  const minutes = new Set(
    hours.flatMap(({ from, until }) =>
      Array.from({ length: until > from ? until - from : until + 1440 - from }, (_, minute) => (from + minute) % 1440),
    ),
  );
  return Math.max(Math.floor(minutes.size * 60 * rate), 1);
}
