import { DateTime } from 'luxon';
import { firstAllowed } from './asking-hours.js';
import type { AskingRules } from './asking-rules.js';
import type { MarketplaceCaps } from './daily-cap.js';

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
  | { readonly kind: 'ask'; readonly wish: AskWish; readonly date: string; readonly askAt: DateTime }
  /** Caps or Amazon's rate leave no room before the window closes: the order would expire. */
  | { readonly kind: 'at-risk'; readonly wish: AskWish; readonly date: string; readonly reason: FullReason };

export type FullReason = 'max-per-day' | 'catch-up-per-day' | 'rate';

/** The key of a cap's count on one local date. */
export function capKey(reason: FullReason, marketplaceIds: readonly string[], date: string): string {
  return [reason, date, ...[...marketplaceIds].sort()].join(' ');
}

/** Windows are at most some weeks long. */
const MOST_DAYS = 60;

/**
 * What would be asked on which day, if nothing else changes: day by day the oldest deadlines first, as many as the caps and
 * Amazon's rate let through. Dates are those of the marketplaces.
 */
export function forecast(wishes: readonly AskWish[], account: ForecastAccount, now: DateTime): Forecast[] {
  const used = new Map(account.used);
  const results: Forecast[] = [];
  let waiting: Waiting[] = wishes.map((wish) => ({ wish, from: DateTime.max(wish.lookAt, now) }));
  for (let day = 0; day < MOST_DAYS && waiting.length > 0; day += 1) {
    const dayEnds = now.plus({ days: day + 1 });
    const [today, later] = partition(waiting, ({ from }) => from < dayEnds);
    today.sort((a, b) => a.wish.closesAt.toMillis() - b.wish.closesAt.toMillis());
    const carried: Waiting[] = [];
    for (const { wish, from } of today) {
      const local = account.marketplaces.get(wish.marketplaceId);
      if (local === undefined) continue;
      const placed = place(wish, from, local, account, used);
      switch (placed.kind) {
        case 'ask':
        case 'at-risk':
          results.push(placed);
          break;
        case 'full':
          carried.push({ wish, from: placed.until });
          break;
        default:
          placed satisfies never;
      }
    }
    waiting = [...carried, ...later];
  }
  return results;
}

interface Waiting {
  readonly wish: AskWish;
  readonly from: DateTime;
}

type Placed = Forecast | { readonly kind: 'full'; readonly until: DateTime };

function place(
  wish: AskWish,
  from: DateTime,
  local: ForecastRules,
  account: ForecastAccount,
  used: Map<string, number>,
): Placed {
  const askAt = firstAllowed(from, wish.closesAt, local.rules, local.zone) ?? from;
  const date = askAt.setZone(local.zone).toISODate() ?? '';
  const limits = limitsOf(wish, local, account, date);
  const full = limits.find(({ key, limit }) => (used.get(key) ?? 0) >= limit);
  if (full === undefined) {
    for (const { key } of limits) used.set(key, (used.get(key) ?? 0) + 1);
    return { kind: 'ask', wish, date, askAt };
  }
  const until = askAt.setZone(local.zone).startOf('day').plus({ days: 1 }).toUTC();
  if (until >= wish.closesAt) return { kind: 'at-risk', wish, date, reason: full.reason };
  return { kind: 'full', until };
}

function limitsOf(
  wish: AskWish,
  { caps, rules }: ForecastRules,
  { rate, marketplaces }: ForecastAccount,
  date: string,
): { key: string; limit: number; reason: FullReason }[] {
  const { maxPerDay, catchUpPerDay } = caps;
  const all = [...marketplaces.keys()];
  return [
    ...(maxPerDay === null ? [] : [limit('max-per-day', maxPerDay.limit, maxPerDay.marketplaceIds)]),
    ...(catchUpPerDay === null || !wish.catchUp
      ? []
      : [limit('catch-up-per-day', catchUpPerDay.limit, catchUpPerDay.marketplaceIds)]),
    limit('rate', dailyCapacity(rate, rules), all),
  ];

  function limit(reason: FullReason, most: number, marketplaceIds: readonly string[]) {
    return { key: capKey(reason, marketplaceIds, date), limit: most, reason };
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

function partition<T>(all: readonly T[], belongs: (each: T) => boolean): [T[], T[]] {
  const inside: T[] = [];
  const outside: T[] = [];
  for (const each of all) (belongs(each) ? inside : outside).push(each);
  return [inside, outside];
}
