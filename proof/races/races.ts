import { systemClock } from '../../src/clock.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { eventually } from '../../test/support/eventually.js';
import type { Finding } from '../../test/support/finding.js';
import { testPostgres } from '../../test/support/postgres.js';
import type { Worker } from '../../test/support/worker.js';
import type { Break } from '../support/broken.js';
import { isOutside, points } from '../support/points.js';
import { misbehaved, playSeries, type QueueKind, type Series } from '../support/series.js';
import { inTwos, overAndOver } from '../support/shares.js';
import { whilePosting } from '../support/while-posting.js';
import { REACHED, type Wish } from '../support/wish.js';
import type { Verdict } from '../verdict.js';
import { answersOf, spoilt } from './late-writer.js';
import { canBeOvertaken, type Race, race, type Stop } from './race.js';
import { onRecord } from './rows.js';

export interface RacesOptions {
  readonly races: number;
  /** Only these; `null`: all at which a race can be run. */
  readonly at: readonly string[] | null;
  /** How many processes work on each ledger. */
  readonly workers: readonly number[];
  readonly queues: readonly QueueKind[];
  readonly seed: string;
  readonly broken: Break | null;
  readonly progress?: (text: string) => void;
}

/**
 * The path of one order. Not among them: `send.fence:after`. From there to the write it is one turn of the process, and a
 * process that is stopped in the middle of it writes when it goes on; no client can guard that, and Amazon refuses the second.
 */
export const racePoints = points.filter(
  ({ name }) => /^(order|send|settle|post)\./.test(name) && name !== 'send.fence:after',
);

/** Few enough that the orders of a series can be asked when its races are over. */
const ASKS_PER_SECOND = 4;
/** Points to stop at the first of: some are passed all the time, others seldom. */
const WISHES_AT_ONCE = 6;
/** What the process is stopped for: until somebody else went on, or also until that decided the order. */
const untils = ['decided', 'overtaken'] as const;
const LONGEST_WAIT_MS = 10_000;
const LONGEST_PER_RACE_MS = 20_000;

interface Told {
  readonly races: readonly Race[];
  /** Stops in which nobody could go on with the order: no races. */
  readonly alone: readonly Race[];
  readonly unreached: readonly string[];
  readonly findings: readonly Finding[];
  readonly orders: number;
  readonly asked: number;
}

/** Stops real workers for longer than their lease, lets others go on with their orders, and lets them go on, too. */
export async function proveRaces(options: RacesOptions): Promise<Verdict> {
  const begun = performance.now();
  const random = new SeededRandom(options.seed);
  const all = options.at ?? racePoints.map(({ name }) => name);
  const wanted = overAndOver(all, options.races, random);
  const series = options.workers.map((workers, index) => ({
    workers,
    queue: options.queues[index % options.queues.length] ?? 'postgres',
    capped: index === 0 && (options.workers.length > 1 || wanted.some(needsCap)),
    points: wanted.filter((point, place) => index === (needsCap(point) ? 0 : place % options.workers.length)),
  }));
  const told = await inTwos(series, (one, index) => runRaces(one, index, options));
  return verdictOf(told, options, new Set(wanted), performance.now() - begun);
}

function needsCap(point: string): boolean {
  return point.startsWith('send.askedOn:');
}

interface Setting {
  readonly workers: number;
  readonly capped: boolean;
  readonly queue: QueueKind;
  readonly points: readonly string[];
}

async function runRaces(
  { workers, queue, capped, points: wanted }: Setting,
  index: number,
  { seed, broken, progress }: RacesOptions,
): Promise<Told> {
  const name = `series ${index + 1} (queue on ${queue}, ${workers} workers)`;
  const unreached = [...wanted];
  const races: Race[] = [];
  const alone: Race[] = [];
  const findings: Finding[] = [];
  let orders = 0;
  let asked = 0;
  // Eight workers need most of the connections of a server.
  const server = await testPostgres();
  try {
    const options = { name, seed: `${seed} ${index}`, queue, server, broken, asksPerSecond: ASKS_PER_SECOND, capped };
    await playSeries(options, async (series) => {
      series.scenario.simulator.faults.add(
        { kind: 'answer-lost', everyNth: 4 },
        { kind: 'reset', operations: ['createSolicitation'], everyNth: 7 },
        { kind: 'look-stale', staleMs: 1_200 },
      );
      series.supply();
      const supplying = setInterval(() => series.supply(), 100);
      const started: Worker[] = [];
      // One after the other: eight at once would be slow enough on two processors to miss their own time limits.
      while (started.length < workers) {
        started.push(await series.started());
      }
      const wakeUps = await openWakeUps(series.queue, { clock: systemClock, onError: () => {} });
      const deadline = performance.now() + 60_000 + wanted.length * LONGEST_PER_RACE_MS;
      // One of them is left out, so that there is somebody to go on.
      await Promise.all(
        started.slice(1).map(async (worker) => {
          while (unreached.length > 0 && performance.now() < deadline) {
            const first = series.random.pick(unreached);
            const stopping = () => stopSomewhere(series, worker, first, unreached);
            const stop = await (needsLapsedClaim(first) ? whileClaimLapses(started[0], stopping) : stopping());
            if (stop === null) continue;
            const run = await race(series, worker, stop, wakeUps, untils[races.length % untils.length] ?? 'decided');
            if (run.overtaken || !canBeOvertaken(stop.point)) {
              races.push(run);
            } else {
              alone.push(run);
              unreached.push(stop.point);
            }
          }
          worker.tell('[]');
        }),
      );
      await wakeUps.close();
      clearInterval(supplying);
      series.stopSupply();
      for (const worker of started) worker.signal('SIGCONT');
      findings.push(...(await series.findingsAtTheEnd(started)));
      for (const one of [...races, ...alone])
        findings.push(...spoilt(one, await onRecord(series.database, one.stop.orderId)));
      orders = series.orders;
      asked = series.scenario.accepted;
      progress?.(`${name}: ${races.length} races, ${asked} of ${orders} orders asked`);
    });
  } finally {
    await server.stop();
  }
  return { races, alone, unreached, findings, orders, asked };
}

/** Lets the process stop at one of the points that are left, and takes that point off; `null`: it came to none of them. */
async function stopSomewhere(series: Series, worker: Worker, first: string, unreached: string[]): Promise<Stop | null> {
  const stop = isOutside(first)
    ? await stopWhilePosting(series, worker, first)
    : await stopAtOneOf(series, worker, first, unreached);
  if (stop === null) return null;
  const index = unreached.indexOf(stop.point);
  if (index >= 0) unreached.splice(index, 1);
  return stop;
}

function needsLapsedClaim(point: string): boolean {
  return point.startsWith('settle.takeOver:');
}

/** A claim runs out only where somebody has stopped over it: this worker, until `then` has happened. */
async function whileClaimLapses<T>(worker: Worker | undefined, then: () => Promise<T>): Promise<T> {
  const before = worker?.logged(REACHED).length;
  worker?.tell(JSON.stringify([{ point: 'send.mayPost:before', nth: 1, act: 'stop' } satisfies Wish]));
  const holds = () => {
    if (worker?.logged(REACHED).length === before) throw new Error('not yet');
  };
  await eventually(holds, { within: LONGEST_WAIT_MS }).catch(() => {});
  try {
    return await then();
  } finally {
    worker?.tell('[]');
    worker?.signal('SIGCONT');
  }
}

async function stopWhilePosting(
  series: Series,
  worker: Worker,
  point: Parameters<typeof whilePosting>[2],
): Promise<Stop | null> {
  let orderId: string | null = null;
  await whilePosting(series, worker, point, async (held) => {
    // At once: an answer that is on its way waits for the process, and is read when that goes on.
    worker.signal('SIGSTOP');
    orderId = held;
  });
  return orderId === null ? null : { point, orderId };
}

async function stopAtOneOf(
  { random }: Series,
  worker: Worker,
  first: string,
  unreached: readonly string[],
): Promise<Stop | null> {
  const before = worker.logged(REACHED).length;
  const inside = unreached.filter((point) => !isOutside(point));
  const chosen = new Set([first, ...Array.from({ length: WISHES_AT_ONCE }, () => random.pick(inside))]);
  const wishes = [...chosen].map(
    (point): Wish => ({ point, nth: 1 + Math.floor(random.next() ** 2 * 3), act: 'stop' }),
  );
  worker.tell(JSON.stringify(wishes));
  const reached = await eventually(
    () => {
      const line = worker.logged(REACHED)[before];
      if (line === undefined) throw new Error('not yet');
      return line;
    },
    { within: LONGEST_WAIT_MS },
  ).catch(() => null);
  if (reached === null) return null;
  return { point: String(reached['point']), orderId: String(reached['orderId']) };
}

function verdictOf(
  told: readonly Told[],
  options: RacesOptions,
  wanted: ReadonlySet<string>,
  milliseconds: number,
): Verdict {
  const races = told.flatMap((one) => one.races);
  const findings = told.flatMap((one) => one.findings);
  const unreached = told.flatMap((one) => one.unreached);
  if (races.length < options.races) {
    findings.push(misbehaved(`${options.races} races were asked for, and ${races.length} were run`));
  }
  if (unreached.length > 0) findings.push(misbehaved(`never stopped at: ${unreached.join(', ')}`));
  const alone = told.flatMap((one) => one.alone);
  const late = races.flatMap(({ worker, stop, answersBefore }) => answersOf(worker, stop.orderId)[answersBefore] ?? []);
  const hit = new Set(races.map(({ stop }) => stop.point));
  return {
    name: 'races',
    figures: {
      races: races.length,
      'points stopped at': `${[...hit].filter((point) => wanted.has(point)).length} of ${wanted.size}`,
      overtaken: races.filter(({ overtaken }) => overtaken).length,
      'more stops in which nobody could go on': alone.length,
      'of them behind a lock': alone.filter(({ waiting }) => waiting.length > 0).length,
      'late answers': late.filter((line) => line['recorded'] === 'late').length,
      'seconds stopped at most': Math.round(Math.max(0, ...races.map(({ stoppedMs }) => stoppedMs)) / 100) / 10,
      'orders asked': `${told.reduce((sum, one) => sum + one.asked, 0)} of ${told.reduce((sum, one) => sum + one.orders, 0)}`,
      'races a minute': Math.round((races.length / milliseconds) * 60_000),
    },
    findings,
    seconds: milliseconds / 1000,
  };
}
