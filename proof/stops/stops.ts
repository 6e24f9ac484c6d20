import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Finding } from '../../test/support/finding.js';
import { type TestPostgres, testPostgres } from '../../test/support/postgres.js';
import type { Worker } from '../../test/support/worker.js';
import { misbehaved, playSeries, type QueueKind, type Series, startOf } from '../support/series.js';
import { inTwos } from '../support/shares.js';
import type { Verdict } from '../verdict.js';

export interface StopsOptions {
  readonly times: number;
  readonly queues: readonly QueueKind[];
  readonly seed: string;
  readonly progress?: (text: string) => void;
}

/** Container platforms kill then. */
const MOST_SECONDS = 10;
const ASKS_PER_SECOND = 10;
/** A stop in the middle of a start: a start takes one to two seconds. */
const LONGEST_STARTING_MS = 1_500;
/** A stop under load: the burst of ten is over in the first second. */
const LONGEST_WORKING_MS = 3_000;
/** Longer than a worker may take to stop, so that the answers never come in time, and the claims hold. */
const longCalls = { REQUEST_TIMEOUT: '20s', CLAIM_LEASE: '60s' };

/** What the worker is at when it is asked to stop. */
const moments = ['starting', 'asking', 'asking', 'calls-hang'] as const;
type Moment = (typeof moments)[number];

interface Told {
  readonly stops: Readonly<Record<Moment, number>>;
  readonly longestSeconds: number;
  readonly findings: readonly Finding[];
  readonly orders: number;
  readonly asked: number;
}

/** Stops real workers by SIGTERM again and again, starts the next one, and compares what Amazon knows with the ledger at the end. */
export async function proveStops(options: StopsOptions): Promise<Verdict> {
  const begun = performance.now();
  const server = await testPostgres();
  try {
    const shares = options.queues.map((queue, index) => ({
      queue,
      times: Math.floor((options.times + index) / options.queues.length),
    }));
    const told = await inTwos(shares, (share) => stopAgainAndAgain(share, server, options));
    const sum = (count: (one: Told) => number) => told.reduce((total, one) => total + count(one), 0);
    return {
      name: 'stops',
      figures: {
        stops: sum(({ stops }) => stops.starting + stops.asking + stops['calls-hang']),
        'during the start': sum(({ stops }) => stops.starting),
        'with calls that hang': sum(({ stops }) => stops['calls-hang']),
        's at most until the end': Math.round(Math.max(...told.map((one) => one.longestSeconds)) * 10) / 10,
        orders: sum(({ orders }) => orders),
        asked: sum(({ asked }) => asked),
      },
      findings: told.flatMap(({ findings }) => findings),
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await server.stop();
  }
}

interface Share {
  readonly queue: QueueKind;
  readonly times: number;
}

async function stopAgainAndAgain({ queue, times }: Share, server: TestPostgres, options: StopsOptions): Promise<Told> {
  const name = `stops, queue on ${queue}`;
  const stops: Record<Moment, number> = { starting: 0, asking: 0, 'calls-hang': 0 };
  const findings: Finding[] = [];
  let longestSeconds = 0;
  let told: Told | null = null;
  const seed = `${options.seed} ${queue}`;
  await playSeries(
    { name, seed, queue, server, broken: null, asksPerSecond: ASKS_PER_SECOND, capped: false },
    async (series) => {
      await series.scenario.configure(longCalls);
      for (let turn = 0; turn < times; turn += 1) {
        series.supply();
        const moment = moments[turn % moments.length] ?? 'asking';
        const worker = series.scenario.startWorker();
        const reached = await untilMoment(moment, worker, series, series.random);
        const { code, seconds } = await worker.stop();
        series.scenario.simulator.faults.clear();
        stops[moment] += 1;
        longestSeconds = Math.max(longestSeconds, seconds);
        findings.push(...(await findingsOf({ worker, moment, reached, code, seconds }, series)));
      }
      series.supply();
      series.stopSupply();
      findings.push(...(await series.findingsAtTheEnd([await series.started()])));
      told = { stops, longestSeconds, findings, orders: series.orders, asked: series.scenario.accepted };
      options.progress?.(`${name}: ${times} stops, ${findings.length} findings`);
    },
  );
  if (told === null) throw new Error(`${name} was not played`);
  return told;
}

/** Lets the worker come to the moment. False: it did not. */
async function untilMoment(moment: Moment, worker: Worker, series: Series, random: SeededRandom): Promise<boolean> {
  const heard = await worker.waitForLog('starting', { within: 60_000 }).then(
    () => true,
    () => false,
  );
  switch (moment) {
    case 'starting':
      await pause(random.next() * LONGEST_STARTING_MS);
      return heard;
    case 'asking':
      if (!heard || !(await startOf(worker))) return false;
      await pause(random.next() * LONGEST_WORKING_MS);
      return true;
    case 'calls-hang': {
      const { simulator } = series.scenario;
      // Some were accepted before the silence, some never came.
      simulator.faults.add(
        { kind: 'hang', moment: 'after', operations: ['createSolicitation'], times: 2 },
        { kind: 'hang', moment: 'before', operations: ['createSolicitation'], times: 4 },
      );
      if (!heard || !(await startOf(worker))) return false;
      return series.scenario
        .until('a request hangs', () => hasStruck(series), { within: 60_000 })
        .then(
          () => true,
          () => false,
        );
    }
    default:
      return moment satisfies never;
  }
}

function hasStruck(series: Series): boolean {
  series.supply();
  return series.scenario.simulator.faults.list().some(({ struck }) => struck > 0);
}

interface Stop {
  readonly worker: Worker;
  readonly moment: Moment;
  readonly reached: boolean;
  readonly code: number | null;
  readonly seconds: number;
}

async function findingsOf({ worker, moment, reached, code, seconds }: Stop, series: Series): Promise<Finding[]> {
  const { rows } = await series.database.query<{ order_id: string }>(
    `SELECT order_id FROM review_request WHERE state = 'sending'`,
  );
  const said = () => worker.lastWords(8);
  return [
    ...(reached ? [] : [misbehaved(`a worker never came to the moment "${moment}":\n${said()}`)]),
    ...(code === 0 ? [] : [misbehaved(`a worker asked to stop while ${moment} ended with ${code}:\n${said()}`)]),
    ...(seconds <= MOST_SECONDS ? [] : [misbehaved(`a stop while ${moment} took ${seconds.toFixed(1)} s:\n${said()}`)]),
    ...(worker.logged('stopped').length === 1
      ? []
      : [misbehaved(`no last line after a stop while ${moment}:\n${said()}`)]),
    ...rows.map(({ order_id }): Finding => ({ kind: 'stuck', text: `${order_id} was left "sending" (${moment})` })),
  ];
}
