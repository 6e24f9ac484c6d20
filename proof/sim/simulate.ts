import { DateTime } from 'luxon';
import { simulatedAmazon } from '../../src/simulator/simulated-amazon.js';
import { type MemoryLedger, openMemoryLedger } from '../../test/support/memory-ledger.js';
import { SimulatedQueue } from './alarm-clock.js';
import { AmazonMoods } from './amazon-moods.js';
import { Calendar } from './calendar.js';
import { trueClock } from './clocks.js';
import { Fleet } from './fleet.js';
import { Oracle, type SimFigures, type SimFinding } from './oracle.js';
import { People } from './people.js';
import { reckon } from './reckoning.js';
import type { Run } from './run-parts.js';
import { planOfSeed, type SeedOptions } from './seed-plan.js';
import { Storm } from './storm.js';
import { Trace } from './trace.js';
import type { WeatherKind } from './weather.js';
import { realSteps, type Steps } from './worker.js';

export interface RunOptions extends SeedOptions {
  readonly keepTrace: boolean;
  /** A test puts broken ones in. */
  readonly steps?: Partial<Steps>;
  readonly ledger?: (ledger: MemoryLedger) => MemoryLedger;
}

export interface RunResult {
  readonly seed: number;
  readonly findings: readonly SimFinding[];
  readonly figures: SimFigures & {
    readonly orders: number;
    readonly outages: number;
    readonly queueWipes: number;
    readonly beyondLimits: number;
    readonly sent: number;
    readonly fatesUnknown: number;
  };
  readonly kinds: readonly WeatherKind[];
  /** Equal for runs that went alike. */
  readonly fingerprint: string;
  readonly trace: Trace;
}

const HOUR = 3_600_000;

/** Plays one seed from its first day to its last, and says what was wrong. */
export async function simulate(seed: number, options: RunOptions): Promise<RunResult> {
  const plan = planOfSeed(seed, options);
  const { random, start, end, accounts } = plan;
  const calendar = new Calendar(start, random.fork('calendar'));
  const trace = new Trace({ keep: options.keepTrace });
  const storm = new Storm(plan, calendar);
  const inner = openMemoryLedger(() => DateTime.fromMillis(calendar.now + storm.ledgerIsOffMs, { zone: 'utc' }));
  const ledger = options.ledger?.(inner) ?? inner;
  const oracle = new Oracle(plan, calendar, ledger, trace);
  const run: Run = { plan, calendar, trace, storm, oracle };

  const amazon = simulatedAmazon({
    accounts,
    seed: `amazon ${seed}`,
    clock: trueClock(calendar),
    tokenLifeSeconds: plan.tokenLifeSeconds,
  });
  amazon.world.addOrders(plan.orders.map(({ order }) => order));
  for (const { orderId, changes } of plan.orders) {
    for (const { at, changes: change } of changes) {
      if (at > start) calendar.at(at, () => void amazon.world.updateOrder(orderId, change));
      else amazon.world.updateOrder(orderId, change);
    }
  }

  const followers: (() => void)[] = [];
  for (const { at, isOffMs } of storm.ledgerSteps) {
    calendar.at(at, () => {
      trace.note(calendar.now, 'weather', `the ledger's clock is set: off by ${isOffMs} ms`, '');
      oracle.figures.clockJumps += 1;
      for (const tell of followers) tell();
    });
  }
  const queue = new SimulatedQueue(run, random.fork('queue'));
  const fleet = new Fleet(
    {
      run,
      ledger,
      amazon,
      moods: new AmazonMoods(plan, storm, oracle),
      queue,
      steps: { ...realSteps, ...options.steps },
      whenLedgerClockMoves: (tell) => void followers.push(tell),
    },
    random.fork('fleet'),
  );
  oracle.attach(amazon, () => fleet.configuration);
  new People(run, ledger);
  queue.keepRinging('sweep', 'all', plan.settings.sweepEvery.toMillis(), end);
  for (const { name } of accounts) queue.keepRinging('discover', name, plan.settings.discoverEvery.toMillis(), end);
  for (const at of storm.queueWipes) {
    calendar.at(at, () => {
      trace.note(calendar.now, 'weather', 'wipes the queue', '');
      queue.wipe();
    });
  }
  announce(run);
  for (let at = start + 12 * HOUR; at < end; at += 12 * HOUR) calendar.at(at, () => void oracle.checkAll());

  await calendar.runUntil(end, () => {});
  await oracle.checkAll();
  const truth = amazon.world.truth();
  await reckon(plan, oracle, ledger, truth);
  const rows = await Promise.all(plan.orders.map(({ orderId }) => ledger.read(orderId)));
  return {
    seed,
    findings: oracle.findings,
    figures: {
      ...oracle.figures,
      orders: plan.orders.length,
      outages:
        storm.ledgerOutages.length + storm.queueOutages.length + storm.amazonOutages.length + storm.blackouts.length,
      queueWipes: storm.queueWipes.length,
      beyondLimits: plan.weather.beyondLimits ? 1 : 0,
      sent: rows.filter((row) => row?.state === 'sent').length,
      fatesUnknown: rows.filter((row) => row?.reason === 'fate-unknown').length,
    },
    kinds: [...plan.weather.kinds],
    fingerprint: trace.fingerprint,
    trace,
  };
}

/** Outages belong into the story, and nobody is to blame for what they cost. */
function announce({ calendar, storm, trace, oracle }: Run): void {
  const tell = (what: string, spans: readonly { readonly from: number; readonly until: number }[]) => {
    for (const { from, until } of spans) {
      calendar.quietlyAt(from, () => trace.note(calendar.now, 'weather', `${what} begins`, ''));
      calendar.quietlyAt(until, () => trace.note(calendar.now, 'weather', `${what} ends`, ''));
      oracle.disturbances.add(from, until, null);
    }
  };
  tell('an outage of the ledger', storm.ledgerOutages);
  tell('an outage of the queue', storm.queueOutages);
  tell('a blackout of all workers', storm.blackouts);
  for (const { from, until, what, account } of storm.amazonOutages) {
    calendar.quietlyAt(from, () => trace.note(calendar.now, 'weather', `Amazon: ${what} begins`, account ?? ''));
    calendar.quietlyAt(until, () => trace.note(calendar.now, 'weather', `Amazon: ${what} ends`, account ?? ''));
    oracle.disturbances.add(from, until, account);
  }
}
