import type { DateTime } from 'luxon';
import { marketplaceById } from '../amazon/marketplaces.js';
import type { Ledger } from '../ledger/ledger.js';
import type { HeldOrder, Reports } from '../ledger/reports.js';
import { noFilters } from '../policy/asking-rules.js';
import { capsToday, noCaps } from '../policy/daily-cap.js';
import {
  type AskWish,
  capKey,
  dailyCapacity,
  type Forecast,
  type ForecastAccount,
  forecast,
} from '../policy/forecast.js';
import { type Plan, type PlanningRules, plan } from '../policy/plan.js';
import type { OrderOnRecord } from '../policy/replan.js';
import { askingOperations, slowestPace } from '../policy/usage-plan.js';
import type { StepAccount } from '../steps/step.js';

/** One account, marketplace and local date: the shape programs rely on (design 8). */
export interface PlanDay {
  readonly account: string;
  readonly marketplace: string;
  readonly date: string;
  ask: number;
  readonly held: Record<string, number>;
  /** Orders that would expire for want of room under a cap or Amazon's rate. */
  atRisk: number;
  /** Requests that Amazon's rate lets through in the allowed hours of that day; all marketplaces of the account share it. */
  readonly capacity: number;
  /** ask / capacity. */
  load: number;
}

export interface PlannedLine {
  readonly orderId: string;
  readonly account: string;
  readonly marketplace: string;
  readonly decision: 'ask' | 'hold';
  readonly askAt: string | null;
  readonly reason: string | null;
}

/** How long an order that is skipped for good still shows: Amazon's window is over by then. */
const SHOW_SKIPPED_DAYS = 40;

/** Plans every open order of an account by the rules as they stand now; changes nothing. */
export async function accountPlan(
  account: StepAccount,
  ledger: Ledger & Reports,
  now: DateTime,
): Promise<{ days: PlanDay[]; orders: PlannedLine[] }> {
  const { rate } = slowestPace(askingOperations, await ledger.learntRates([account.name]));
  const sheet = new PlanSheet(account, rate, now);
  const paused = ((await ledger.account(account.name))?.paused ?? null) !== null;
  const unfiltered = withoutFilters(account.rules);
  const wishes: AskWish[] = [];
  for await (const batch of ledger.plannedOrders(account.name)) {
    for (const order of batch) {
      const fresh = plan(order.facts, order.seen, account.rules, now);
      if (fresh.kind === 'scheduled') wishes.push(wishOf(order, fresh));
      else
        sheet.hold(
          order.facts.orderId,
          order.facts.marketplaceId,
          fresh.reason,
          wouldBe(order, unfiltered, now) ?? now,
        );
    }
  }
  // Nobody knows when it is resumed: each order shows on the day it would be looked at.
  if (paused)
    for (const { orderId, marketplaceId, lookAt } of wishes.splice(0))
      sheet.hold(orderId, marketplaceId, 'account-paused', lookAt);
  const used = await usedToday(account, ledger, now);
  const terms: ForecastAccount = { marketplaces: forecastRules(account), rate, used };
  for (const each of forecast(wishes, terms, now)) sheet.place(each);
  for (const held of await ledger.heldForGood(account.name, now.minus({ days: SHOW_SKIPPED_DAYS }))) sheet.keep(held);
  return sheet.document();
}

function wishOf(order: OrderOnRecord, fresh: Extract<Plan, { kind: 'scheduled' }>): AskWish {
  // Where the plan stands, a look that Amazon answered "not yet" has its next one on record. What a dry run held is due at
  // once when the account goes live.
  const stands =
    order.askAt?.toMillis() === fresh.askAt.toMillis() && order.nextLookAt !== null && order.reason !== 'dry-run';
  return {
    orderId: order.facts.orderId,
    marketplaceId: order.facts.marketplaceId ?? '',
    lookAt: stands && order.nextLookAt !== null && order.nextLookAt > fresh.lookAt ? order.nextLookAt : fresh.lookAt,
    closesAt: fresh.window.closesAt,
    catchUp: order.catchUp,
  };
}

/** The day on which a held order would be asked without the filter that holds it. */
function wouldBe({ facts, seen }: OrderOnRecord, unfiltered: PlanningRules, now: DateTime): DateTime | null {
  const without = plan(facts, seen, unfiltered, now);
  switch (without.kind) {
    case 'scheduled':
    case 'waiting':
      return without.lookAt;
    case 'skipped':
    case 'expired':
      return null;
    default:
      return without satisfies never;
  }
}

function withoutFilters(rules: PlanningRules): PlanningRules {
  const marketplaces = [...rules.marketplaces].map(([id, local]) => [id, { ...local, filters: noFilters }] as const);
  return { ...rules, marketplaces: new Map(marketplaces) };
}

async function usedToday(account: StepAccount, ledger: Ledger, now: DateTime): Promise<Map<string, number>> {
  const used = new Map<string, number>();
  for (const [id, { zone }] of account.rules.marketplaces) {
    for (const cap of capsToday(account.caps.get(id) ?? noCaps, true, zone, now)) {
      const key = capKey(cap.reason, cap.marketplaceIds, now.setZone(zone).toISODate() ?? '');
      if (!used.has(key)) used.set(key, await ledger.askedOn(account.name, cap));
    }
  }
  return used;
}

function forecastRules(account: StepAccount): ForecastAccount['marketplaces'] {
  return new Map(
    [...account.rules.marketplaces].map(([id, { zone, rules }]) => [
      id,
      { zone, rules, caps: account.caps.get(id) ?? noCaps },
    ]),
  );
}

class PlanSheet {
  readonly rate: number;
  readonly #account: StepAccount;
  readonly #now: DateTime;
  readonly #days = new Map<string, PlanDay>();
  readonly #orders: PlannedLine[] = [];

  constructor(account: StepAccount, rate: number, now: DateTime) {
    this.#account = account;
    this.rate = rate;
    this.#now = now;
  }

  place(result: Forecast): void {
    const { wish, date } = result;
    const day = this.#day(wish.marketplaceId, date);
    if (result.kind === 'at-risk') {
      day.atRisk += 1;
      day.held[result.reason] = (day.held[result.reason] ?? 0) + 1;
      this.#line(wish.orderId, wish.marketplaceId, 'hold', null, result.reason);
      return;
    }
    day.ask += 1;
    day.load = day.ask / day.capacity;
    this.#line(wish.orderId, wish.marketplaceId, 'ask', result.askAt, null);
  }

  hold(orderId: string, marketplaceId: string | null, reason: string, at: DateTime): void {
    const zone = this.#account.rules.marketplaces.get(marketplaceId ?? '')?.zone ?? 'utc';
    const day = this.#day(marketplaceId, at.setZone(zone).toISODate() ?? '');
    day.held[reason] = (day.held[reason] ?? 0) + 1;
    this.#line(orderId, marketplaceId, 'hold', null, reason);
  }

  keep({ orderId, marketplaceId, reason }: HeldOrder): void {
    this.hold(orderId, marketplaceId, reason, this.#now);
  }

  document(): { days: PlanDay[]; orders: PlannedLine[] } {
    const days = [...this.#days.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
    return { days, orders: this.#orders };
  }

  #day(marketplaceId: string | null, date: string): PlanDay {
    const marketplace = codeOf(marketplaceId);
    const key = `${date} ${marketplace}`;
    const known = this.#days.get(key);
    if (known !== undefined) return known;
    const rules = this.#account.rules.marketplaces.get(marketplaceId ?? '')?.rules;
    const capacity = rules === undefined ? 0 : dailyCapacity(this.rate, rules);
    const day = { account: this.#account.name, marketplace, date, ask: 0, held: {}, atRisk: 0, capacity, load: 0 };
    this.#days.set(key, day);
    return day;
  }

  #line(
    orderId: string,
    marketplaceId: string | null,
    decision: 'ask' | 'hold',
    askAt: DateTime | null,
    reason: string | null,
  ) {
    const marketplace = codeOf(marketplaceId);
    this.#orders.push({
      orderId,
      account: this.#account.name,
      marketplace,
      decision,
      askAt: askAt?.toISO() ?? null,
      reason,
    });
  }
}

function codeOf(marketplaceId: string | null): string {
  return marketplaceById(marketplaceId ?? '')?.code ?? marketplaceId ?? '?';
}
