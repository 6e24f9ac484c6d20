import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Finding } from '../../test/support/finding.js';
import { type TestPostgres, testPostgres } from '../../test/support/postgres.js';
import type { Worker } from '../../test/support/worker.js';
import type { Break } from '../support/broken.js';
import { points } from '../support/points.js';
import { misbehaved, playSeries, type QueueKind, type Series, startOf } from '../support/series.js';
import { inTwos, overAndOver } from '../support/shares.js';
import { whilePosting } from '../support/while-posting.js';
import { REACHED } from '../support/wish.js';
import type { Verdict } from '../verdict.js';
import { KillPlan, type Life } from './plan.js';

export interface CrashOptions {
  readonly kills: number;
  /** Only these; `null`: all of them. */
  readonly at: readonly string[] | null;
  /** None at random moments. */
  readonly pointsOnly: boolean;
  readonly queues: readonly QueueKind[];
  readonly seed: string;
  readonly broken: Break | null;
  /** Told of each series that has ended. */
  readonly progress?: (text: string) => void;
}

/** A third of the kills is made at random moments. */
const AT_RANDOM = 1 / 3;
/** So that work is left when a process dies, and hundreds of orders are asked in minutes. */
const ASKS_PER_SECOND = 10;
/** Kills that one ledger sees; more are spread over further ones. */
const KILLS_PER_SERIES = 80;
/** As on a machine that is far too busy. */
const MOST_FAILED_STARTS = 10;
/** A process that works for so long and does not come to its point is killed where it is. */
const LONGEST_LIFE_MS = 10_000;
/** What a kill may take on a busy machine before the series is given up as too slow. */
const LONGEST_PER_KILL_MS = 15_000;

interface Told {
  readonly plan: KillPlan;
  readonly findings: readonly Finding[];
  readonly orders: number;
  readonly asked: number;
  /** Requests whose fate had to be settled. */
  readonly doubts: number;
}

/** Kills real workers at every point and at random, starts them again, and compares what Amazon knows with the ledger. */
export async function proveCrash(options: CrashOptions): Promise<Verdict> {
  const begun = performance.now();
  const random = new SeededRandom(options.seed);
  const all = options.at ?? points.map(({ name }) => name);
  const atRandom = options.pointsOnly ? 0 : Math.round(options.kills * AT_RANDOM);
  const wanted = overAndOver(all, options.kills - atRandom, random);
  const each = Math.max(1, Math.ceil(options.kills / KILLS_PER_SERIES / options.queues.length));
  const series = options.queues.flatMap((queue) =>
    Array.from({ length: each }, (_, index) => ({ queue, processes: 1 + (index % 2) })),
  );
  const server = await testPostgres();
  try {
    const told = await inTwos(series, ({ queue, processes }, index) => {
      const mine = <T>(things: readonly T[]) => things.filter((_, place) => place % series.length === index);
      const plan = new KillPlan(
        mine(wanted),
        mine(Array.from({ length: atRandom })).length,
        random.fork(`plan ${index}`),
      );
      return killAll(plan, { queue, processes, index, server }, options);
    });
    return verdictOf(told, new Set(wanted), options.kills, performance.now() - begun);
  } finally {
    await server.stop();
  }
}

interface Setting {
  readonly queue: QueueKind;
  readonly processes: number;
  readonly index: number;
  readonly server: TestPostgres;
}

async function killAll(
  plan: KillPlan,
  { queue, processes, index, server }: Setting,
  { seed, broken, progress }: CrashOptions,
): Promise<Told> {
  const name = `series ${index + 1} (queue on ${queue}, ${processes} at a time)`;
  const findings: Finding[] = [];
  let told: Told = { plan, findings, orders: 0, asked: 0, doubts: 0 };
  await playSeries(
    { name, seed: `${seed} ${index}`, queue, server, broken, asksPerSecond: ASKS_PER_SECOND, capped: true },
    async (series) => {
      series.scenario.simulator.faults.add(
        { kind: 'answer-lost', everyNth: 11 },
        { kind: 'reset', operations: ['createSolicitation'], everyNth: 29 },
        { kind: 'server-error', moment: 'after', operations: ['createSolicitation'], everyNth: 37 },
        // Not for as long as until the second look: that Amazon cannot be worked with by anybody.
        { kind: 'look-stale', staleMs: 1_200 },
      );
      series.supply();
      const supplying = setInterval(() => series.supply(), 100);
      const deadline = performance.now() + 60_000 + plan.left * LONGEST_PER_KILL_MS;
      await Promise.all(Array.from({ length: processes }, () => lives(series, plan, deadline, findings)));
      clearInterval(supplying);
      const workers = await Promise.all(Array.from({ length: processes }, () => series.started()));
      findings.push(...(await series.findingsAtTheEnd(workers)));
      const { rows } = await series.database.query<{ doubts: string }>(
        'SELECT sum(doubts) AS doubts FROM review_request',
      );
      told = {
        plan,
        findings,
        orders: series.orders,
        asked: series.scenario.accepted,
        doubts: Number(rows[0]?.doubts),
      };
      progress?.(`${name}: ${plan.kills} kills, ${told.asked} of ${told.orders} orders asked`);
    },
  );
  return told;
}

/** One process after the other, until nothing is left to be killed. */
async function lives(series: Series, plan: KillPlan, deadline: number, findings: Finding[]): Promise<void> {
  while (performance.now() < deadline) {
    const life = plan.next();
    if (life === null) return;
    const worker = series.start(life.kind === 'points' ? life.wishes : []);
    const ended = worker.end();
    const killedBy = await end(series, worker, ended, life);
    await worker.kill();
    const point = worker.logged(REACHED)[0]?.['point'];
    if (typeof point === 'string') plan.diedAt(point);
    else if (killedBy === 'outside' && life.kind === 'outside') plan.diedAt(life.point);
    else if (killedBy === 'time' && life.kind === 'random') plan.diedAtRandom();
    else plan.missed(life);
    if (killedBy !== null || typeof point === 'string') continue;
    if (worker.logged('started').length === 0 && series.failedStarts < MOST_FAILED_STARTS) {
      series.failedStarts += 1;
    } else {
      findings.push(misbehaved(`a worker ended by itself: ${worker.lastWords(5)}`));
      return;
    }
  }
}

/** Brings one life to its end. `null`: it ended by itself, at its point or for a bad reason. */
async function end(
  series: Series,
  worker: Worker,
  ended: Promise<unknown>,
  life: Life,
): Promise<'outside' | 'time' | null> {
  const patience = new AbortController();
  const killAfter = async (ms: number) => {
    await Promise.race([ended, pause(ms, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    if (!worker.isRunning) return null;
    await worker.kill();
    return 'time' as const;
  };
  switch (life.kind) {
    case 'points':
      await Promise.race([ended, startOf(worker)]);
      return killAfter(LONGEST_LIFE_MS);
    case 'random':
      return killAfter(life.after === 'started' && !(await startOf(worker)) ? 0 : life.ms);
    case 'outside': {
      if (!(await startOf(worker))) return killAfter(0);
      const struck = await whilePosting(series, worker, life.point, async (_orderId, answerInMs) => {
        await pause(answerInMs);
        await worker.kill();
      });
      return struck ? 'outside' : killAfter(0);
    }
    default:
      return life satisfies never;
  }
}

function verdictOf(told: readonly Told[], wanted: ReadonlySet<string>, asked: number, milliseconds: number): Verdict {
  const sum = (count: (one: Told) => number) => told.reduce((total, one) => total + count(one), 0);
  const kills = sum(({ plan }) => plan.kills);
  const hit = new Set(told.flatMap(({ plan }) => plan.reached));
  const missed = [...wanted].filter((point) => !hit.has(point));
  const findings = told.flatMap((one) => one.findings);
  if (kills < asked) findings.push(misbehaved(`${asked} kills were asked for, and ${kills} were made`));
  if (missed.length > 0) findings.push(misbehaved(`never reached: ${missed.join(', ')}`));
  return {
    name: 'crash',
    figures: {
      kills,
      'points hit': `${[...hit].filter((point) => wanted.has(point)).length} of ${wanted.size}`,
      'at random moments': sum(({ plan }) => plan.randomKills),
      'orders asked': `${sum((one) => one.asked)} of ${sum((one) => one.orders)}`,
      'open fates settled': sum((one) => one.doubts),
      'kills a minute': Math.round((kills / milliseconds) * 60_000),
    },
    findings,
    seconds: milliseconds / 1000,
  };
}
