import type { Duration } from 'luxon';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import { days, type Instant } from '../../src/simulator/instant.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { StepSettings } from '../../src/steps/step.js';
import { drawOrders, type OrderStory } from './order-lives.js';
import { type Configuration, drawAccounts, drawConfigurations, drawSettings } from './owner.js';
import { drawWeather, type Weather, type WeatherKind } from './weather.js';

/** Everything that is settled before a run begins. */
export interface SeedPlan {
  readonly seed: number;
  readonly start: Instant;
  /** From here on nothing goes wrong any more. */
  readonly calmFrom: Instant;
  readonly end: Instant;
  readonly settings: StepSettings & { readonly discoverEvery: Duration };
  readonly requestTimeoutMs: number;
  readonly tokenLifeSeconds: number;
  readonly workers: number;
  readonly accounts: readonly SimulatedAccount[];
  readonly configurations: readonly Configuration[];
  readonly orders: readonly OrderStory[];
  readonly weather: Weather;
  readonly random: SeededRandom;
}

export interface SeedOptions {
  readonly days: number;
  /** Weather that is left out. */
  readonly without: ReadonlySet<WeatherKind>;
}

/** 1 January 2026. The run begins on some day of that year, so that clocks are changed in some of the runs. */
const firstDay = Date.UTC(2026, 0, 1);

export function planOfSeed(seed: number, { days: length, without }: SeedOptions): SeedPlan {
  const random = new SeededRandom(`askonce ${seed}`);
  const plan = random.fork('plan');
  const start = firstDay + Math.floor(days(plan.between(0, 300)));
  const end = start + days(length);
  const calmFrom = start + Math.floor(days(length * 0.75));
  const settings = drawSettings(random.fork('settings'));
  const accounts = drawAccounts(random.fork('accounts'));
  const weather = drawWeather(random.fork('weather'), without);
  const span = { from: start, until: calmFrom };
  return {
    seed,
    start,
    calmFrom,
    end,
    settings,
    requestTimeoutMs: 20_000,
    tokenLifeSeconds: plan.pick([3600, 43_200, 43_200]),
    workers: plan.pick([2, 2, 3, 4, 5, 8]),
    accounts,
    configurations: drawConfigurations(
      accounts,
      settings.recheckEvery,
      span,
      weather.kinds.has('new-rules'),
      random.fork('rules'),
    ),
    orders: drawOrders(
      accounts.filter(({ sameSellerAs }) => sameSellerAs === undefined),
      Math.floor(plan.between(10, 60)),
      { from: start, until: end },
      random.fork('orders'),
    ),
    weather,
    random,
  };
}
