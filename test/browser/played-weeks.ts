import { DateTime } from 'luxon';
import type { WorkerClock } from '../../src/clock.js';
import type { Config } from '../../src/config/config.js';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import type { WakeUp } from '../../src/queue/wake-ups.js';
import type { NewOrder } from '../../src/simulator/new-order.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Simulator } from '../../src/simulator/server.js';
import { discover } from '../../src/steps/discover.js';
import { schedule } from '../../src/steps/schedule.js';
import { send } from '../../src/steps/send.js';
import { settle } from '../../src/steps/settle.js';
import type { StepContext } from '../../src/steps/step.js';
import { sweep } from '../../src/steps/sweep.js';
import { openAccounts } from '../../workers/accounts.js';

/** Goes where it is put; once let go it goes with the machine's. */
export class SteppedClock implements WorkerClock {
  #at: DateTime | null;

  constructor(at: DateTime) {
    this.#at = at;
  }

  now(): DateTime {
    return this.#at ?? DateTime.utc();
  }

  moveTo(instant: DateTime): void {
    if (this.#at !== null && instant > this.#at) this.#at = instant;
  }

  letGo(): void {
    this.#at = null;
  }

  stopwatch(): () => number {
    const began = this.now();
    return () => this.now().diff(began).toMillis();
  }

  agreesWithAmazon(): boolean {
    return true;
  }
}

const STEP_HOURS = 4;
const MOST_WAKE_UPS_IN_A_STEP = 5_000;

/**
 * Lets a worker's steps live through weeks on a stepped clock, up to now: the ledger then holds what a worker that had run all
 * that time would have written, through the same steps and the same SQL. Lets go of the clock at the end.
 * `atEach` is told of each step of some hours before it is played.
 */
export async function playWeeks(
  config: Config,
  clock: SteppedClock,
  atEach: (instant: DateTime) => void = () => {},
): Promise<void> {
  const url = config.databaseUrl?.reveal() ?? '';
  await applyMigrations(url);
  const ledger = openPrismaLedger(url, { connections: 4, onConnectionLost: () => {} });
  const accounts = openAccounts(config, clock, new AbortController().signal);
  const random = new SeededRandom('weeks');
  let rung: WakeUp[] = [];
  const context: StepContext = {
    ledger,
    wakeUps: { ring: async (wakeUps) => void rung.push(...wakeUps), ringNow: async () => {} },
    clock,
    random: () => random.next(),
    waitUntil: async (instant) => clock.moveTo(instant),
    log: { info: () => {}, warn: () => {} },
    accounts,
    settings: {
      looks: config.settleLooks,
      recheckEvery: config.recheckEvery,
      queueHorizon: config.queueHorizon,
      sweepEvery: config.sweepEvery,
      claimLease: config.claimLease,
      catchUpDays: config.catchUpDays,
    },
    worker: 'weeks',
  };
  const steps = { schedule, send, settle };
  const today = DateTime.utc();
  try {
    await ledger.registerAccounts([...accounts.values()], clock.now());
    for (let at = clock.now(); at < today; at = DateTime.min(at.plus({ hours: STEP_HOURS }), today)) {
      clock.moveTo(at);
      atEach(at);
      for (const name of accounts.keys()) await discover(name, context);
      await sweep(context);
      for (let heard = 0; rung.length > 0 && heard < MOST_WAKE_UPS_IN_A_STEP; heard += 1) {
        rung = rung.toSorted((a, b) => a.at.toMillis() - b.at.toMillis());
        const [next] = rung.splice(0, 1);
        if (next === undefined || next.at > today) break;
        clock.moveTo(next.at);
        await steps[next.verb](next.orderId, context);
      }
      rung = [];
    }
  } finally {
    clock.letGo();
    await ledger.close();
  }
}

/** How many orders an account has on a day of the week, from Monday on. */
export interface Trade {
  readonly account: string;
  readonly marketplaces: readonly string[];
  readonly perDay: number;
}

const weekdays = [1, 0.9, 0.95, 1, 1.1, 1.3, 1.25];

/** Orders as ordinary sellers get them, from `days` ago on; each delivered some days later. */
export function addTrade(simulator: Simulator, trades: readonly Trade[], days: number): void {
  const random = new SeededRandom('trade');
  const orders = trades.flatMap((trade) =>
    Array.from({ length: days }, (_, index) => days - index).flatMap((daysAgo) => {
      const weekday = DateTime.utc().minus({ days: daysAgo }).weekday;
      const many = Math.round(trade.perDay * (weekdays[weekday - 1] ?? 1) * random.between(0.75, 1.25));
      return Array.from({ length: many }, () => anOrder(trade, daysAgo - random.next(), random));
    }),
  );
  simulator.world.addOrders(orders);
}

function anOrder({ account, marketplaces }: Trade, daysAgo: number, random: SeededRandom): NewOrder {
  const at = (days: number) =>
    DateTime.utc()
      .minus({ minutes: Math.round((daysAgo - days) * 1440) })
      .toISO() ?? '';
  const ships = random.between(0.2, 1.5);
  const arrives = ships + random.between(1.5, 4.5);
  const life = {
    account,
    marketplace: random.pick(marketplaces),
    createdAt: at(0),
    shippedAt: at(ships),
    deliveredAt: at(arrives),
  };
  const lot = random.next();
  if (lot < 0.03) return { ...life, shippedAt: null, deliveredAt: null, cancelledAt: at(0.1) };
  if (lot < 0.045) return { ...life, askedElsewhereAt: at(arrives + 2) };
  if (lot < 0.06) return { ...life, replaces: '302-0000001-0000001' };
  if (lot < 0.3) return { ...life, ...byMerchant(at, arrives), packages: 'tracked' };
  if (lot < 0.32) return { ...life, ...byMerchant(at, arrives), deliveredAt: null, packages: 'tracked' };
  return life;
}

function byMerchant(at: (days: number) => string, arrives: number) {
  return { fulfilledBy: 'MERCHANT', promisedFrom: at(arrives - 1), promisedBy: at(arrives + 1) } as const;
}
