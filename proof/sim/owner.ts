import { DateTime, Duration } from 'luxon';
import { marketplaceByCode } from '../../src/amazon/marketplaces.js';
import type { AskingRules, HourSpan, OrderFilters } from '../../src/policy/asking-rules.js';
import { noFilters } from '../../src/policy/asking-rules.js';
import type { MarketplaceCaps } from '../../src/policy/daily-cap.js';
import type { PlanningRules } from '../../src/policy/plan.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { Instant } from '../../src/simulator/instant.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { StepSettings } from '../../src/steps/step.js';

/** What one account is told to do, from one start of the workers to the next change. */
export interface AccountRules {
  readonly account: SimulatedAccount;
  readonly live: boolean;
  readonly planning: PlanningRules;
  readonly caps: ReadonlyMap<string, MarketplaceCaps>;
}

/** All env files together, as they are from an instant on. A change holds for every worker that starts behind it. */
export interface Configuration {
  readonly from: Instant;
  readonly accounts: readonly AccountRules[];
}

const transitDays = {
  SAME_DAY: 0,
  NEXT_DAY: 1,
  SECOND_DAY: 2,
  PRIORITY: 2,
  EXPEDITED: 3,
  STANDARD: 4,
  SCHEDULED: 4,
  FREE_ECONOMY: 6,
  UNKNOWN: 4,
};

const application = { clientId: 'amzn1.application-oa2-client.sim', clientSecret: 'amzn1.oa2-cs.v1.sim' };

/** One to four accounts: several marketplaces and zones, and perhaps the same seller twice. */
export function drawAccounts(random: SeededRandom): readonly SimulatedAccount[] {
  const named = (name: string, marketplaces: string[], more: Partial<SimulatedAccount> = {}): SimulatedAccount => ({
    ...application,
    name,
    refreshToken: `Atzr|${name}`,
    marketplaces,
    ...more,
  });
  const north = named('north', random.chance(0.6) ? ['US', 'CA'] : ['US']);
  const others = [
    named('europe', random.chance(0.6) ? ['DE', 'UK'] : ['DE']),
    named('orient', ['JP', 'AU'], { clientId: `${application.clientId}.2`, clientSecret: 'amzn1.oa2-cs.v1.sim2' }),
    named('twin', [...north.marketplaces], { sameSellerAs: 'north' }),
  ];
  return [north, ...others.filter(() => random.chance(0.4))];
}

/** The owner's settings for all workers of a run. Longer rhythms than the defaults, so that 60 days are quick to play. */
export function drawSettings(random: SeededRandom): StepSettings & { readonly discoverEvery: Duration } {
  const minutes = (choices: readonly number[]) => Duration.fromObject({ minutes: random.pick(choices) });
  return {
    looks: random.pick([
      [minutes([15]), Duration.fromObject({ hours: 24 })],
      [minutes([15]), Duration.fromObject({ hours: 24 })],
      [minutes([30]), Duration.fromObject({ hours: 6 }), Duration.fromObject({ hours: 24 })],
    ]),
    recheckEvery: Duration.fromObject({ hours: random.pick([24, 24, 12]) }),
    queueHorizon: Duration.fromObject({ hours: 1 }),
    sweepEvery: minutes([30, 60, 60, 120, 120, 120, 120, 120]),
    claimLease: minutes([2, 2, 5]),
    catchUpDays: 30,
    discoverEvery: minutes([60, 360, 720, 720, 720]),
  };
}

/** The first configuration, and those that the owner changes it to. */
export function drawConfigurations(
  accounts: readonly SimulatedAccount[],
  recheckEvery: Duration,
  span: { readonly from: Instant; readonly until: Instant },
  changes: boolean,
  random: SeededRandom,
): readonly Configuration[] {
  const dryAtFirst = new Set(accounts.filter(() => changes && random.chance(0.2)).map(({ name }) => name));
  const at = changes
    ? Array.from({ length: random.pick([1, 1, 2]) }, () => Math.floor(random.between(span.from, span.until))).sort()
    : [];
  return [span.from, ...at].map((from, index) => ({
    from,
    accounts: accounts.map((account) => ({
      account,
      live: index > 0 || !dryAtFirst.has(account.name),
      planning: drawRules(account, recheckEvery, random.fork(`${account.sameSellerAs ?? account.name} ${index}`)),
      caps: drawCaps(account, random.fork(`caps ${account.name}`)),
    })),
  }));
}

function drawRules(account: SimulatedAccount, recheckEvery: Duration, random: SeededRandom): PlanningRules {
  return {
    marketplaces: new Map(
      account.marketplaces.map((code) => {
        const marketplace = marketplaceByCode(code);
        if (marketplace === undefined) throw new Error(`no marketplace ${code}`);
        return [
          marketplace.id,
          { zone: marketplace.zone, rules: drawAskingRules(random), filters: drawFilters(random) },
        ] as const;
      }),
    ),
    transitDays,
    windowMargin: Duration.fromObject({ hours: 1 }),
    recheckEvery,
  };
}

const anyTime: readonly HourSpan[] = [{ from: 0, until: 1440 }];
const everyDay = [1, 2, 3, 4, 5, 6, 7];

function drawAskingRules(random: SeededRandom): AskingRules {
  return {
    askAfterDays: random.pick([5, 7, 7, 10, 14]),
    askAfterDaysFor: random.chance(0.2) ? [{ pattern: 'TEA-*', days: 16 }] : [],
    hours: random.pick([
      anyTime,
      [{ from: 540, until: 1200 }],
      [{ from: 540, until: 1200 }],
      [{ from: 1320, until: 120 }],
      [
        { from: 480, until: 720 },
        { from: 840, until: 1080 },
      ],
    ]),
    weekdays: new Set(random.pick([everyDay, everyDay, [1, 2, 3, 4, 5], [2, 6]])),
  };
}

function drawFilters(random: SeededRandom): OrderFilters {
  return {
    ...noFilters,
    ...(random.chance(0.15) && { exceptSkus: ['CUP-*'] }),
    ...(random.chance(0.1) && { exceptPrograms: new Set(['AMAZON_BUSINESS']) }),
    ...(random.chance(0.07) && { fulfilledBy: new Set(['AMAZON'] as const) }),
    ...(random.chance(0.07) && { onlySkus: ['TEA-*', 'POT-*'] }),
  };
}

function drawCaps(account: SimulatedAccount, random: SeededRandom): ReadonlyMap<string, MarketplaceCaps> {
  const ids = account.marketplaces.flatMap((code) => marketplaceByCode(code)?.id ?? []);
  const cap = (limit: number) => ({ limit, marketplaceIds: ids });
  const maxPerDay = random.chance(0.15) ? cap(random.pick([2, 5])) : null;
  const catchUpPerDay = random.chance(0.15) ? cap(random.pick([1, 4])) : null;
  return maxPerDay === null && catchUpPerDay === null
    ? new Map()
    : new Map(ids.map((id) => [id, { maxPerDay, catchUpPerDay }]));
}

/** Does the clock on the wall there lie inside the owner's hours and weekdays? A span over midnight belongs to the day it begins on. */
export function isAllowed({ hours, weekdays }: AskingRules, zone: string, at: Instant): boolean {
  const local = DateTime.fromMillis(at, { zone });
  const minute = local.hour * 60 + local.minute;
  const yesterday = local.weekday === 1 ? 7 : local.weekday - 1;
  return hours.some(({ from, until }) =>
    until > from
      ? weekdays.has(local.weekday) && minute >= from && minute < until
      : (weekdays.has(local.weekday) && minute >= from) || (weekdays.has(yesterday) && minute < until),
  );
}

/** The longest time the owner's hours and weekdays keep us waiting, in milliseconds; with an hour to spare for clock changes. */
export function longestGapMs({ hours, weekdays }: AskingRules): number {
  const quarters = Array.from({ length: 7 * 96 }, (_, quarter) => {
    const day = Math.floor(quarter / 96) + 1;
    const minute = (quarter % 96) * 15;
    const before = day === 1 ? 7 : day - 1;
    return hours.some(({ from, until }) =>
      until > from
        ? weekdays.has(day) && minute >= from && minute < until
        : (weekdays.has(day) && minute >= from) || (weekdays.has(before) && minute < until),
    );
  });
  let longest = 0;
  let run = 0;
  for (const allowed of [...quarters, ...quarters]) {
    run = allowed ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest * 15 * 60_000 + 3_600_000;
}
