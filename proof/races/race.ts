import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { systemClock } from '../../src/clock.js';
import type { AlarmClock, Verb } from '../../src/queue/wake-ups.js';
import type { Worker } from '../../test/support/worker.js';
import type { Series } from '../support/series.js';
import { answersOf } from './late-writer.js';
import { hasMoved, isFinal, type OnRecord, onRecord } from './rows.js';

/** Where a process has come to a stop. */
export interface Stop {
  readonly point: string;
  readonly orderId: string;
}

/** A process that was stopped and went on. */
export interface Race {
  readonly stop: Stop;
  readonly worker: Worker;
  readonly stoppedMs: number;
  /** What was on record at the moment it went on. */
  readonly wentOnAt: OnRecord;
  /** Another process had gone on with the order by then. */
  readonly overtaken: boolean;
  /** Statements of others that waited for a lock at the end. */
  readonly waiting: readonly string[];
  /** How many of its answers about the order the process had logged by then. */
  readonly answersBefore: number;
}

/** Longer than the lease of 3 s. */
const SHORTEST_MS = 3_300;
/** Less than the 15 s for which the queue leaves a job in silent hands. */
const LONGEST_MS = 12_000;
const POLL_MS = 100;
const RING_EVERY_MS = 1_000;

/**
 * Leaves the process stopped for longer than its lease, and until another one has gone on with its order, or even decided it;
 * rings for the order meanwhile, as a sweep would after half a minute.
 */
export async function race(
  { database }: Series,
  worker: Worker,
  stop: Stop,
  wakeUps: AlarmClock,
  until: 'overtaken' | 'decided',
): Promise<Race> {
  const begun = performance.now();
  const first = await onRecord(database, stop.orderId);
  let now = first;
  let ringAt = 0;
  let stoppedMs = 0;
  const isOver = () =>
    stoppedMs > LONGEST_MS ||
    (stoppedMs > SHORTEST_MS &&
      (!canBeOvertaken(stop.point) || isFinal(now) || (until === 'overtaken' && hasMoved(first, now))));
  while (!isOver()) {
    const verb = verbFor(now);
    if (verb !== null && stoppedMs >= ringAt) {
      ringAt = stoppedMs + RING_EVERY_MS;
      // One that does not arrive on a busy machine is only one chance less to be overtaken.
      await wakeUps.ring([{ verb, orderId: stop.orderId, at: systemClock.now() }]).catch(() => {});
    }
    await pause(POLL_MS);
    now = await onRecord(database, stop.orderId);
    stoppedMs = performance.now() - begun;
  }
  const waiting = await waitingStatements(database);
  const answersBefore = answersOf(worker, stop.orderId).length;
  worker.signal('SIGCONT');
  return {
    stop,
    worker,
    stoppedMs,
    wentOnAt: now,
    overtaken: isFinal(first) || hasMoved(first, now),
    waiting,
    answersBefore,
  };
}

async function waitingStatements(database: pg.Pool): Promise<string[]> {
  const { rows } = await database.query<{ query: string; blocker: string }>(
    `SELECT left(regexp_replace(waits.query, '\\s+', ' ', 'g'), 60) AS query,
       left(regexp_replace(blocks.query, '\\s+', ' ', 'g'), 60) || ' (' || blocks.state || ')' AS blocker
     FROM pg_stat_activity waits, pg_stat_activity blocks
     WHERE waits.datname = current_database() AND blocks.pid = ANY(pg_blocking_pids(waits.pid))`,
  );
  return rows.map(({ query, blocker }) => `${query} waits for ${blocker}`);
}

/** Behind these points nothing is left to be done for the order: nobody can go on with it. */
export function canBeOvertaken(point: string): boolean {
  return !['send.putOff:after', 'send.record:after', 'send.learnPostRate:before', 'send.learnPostRate:after'].includes(
    point,
  );
}

function verbFor({ row }: OnRecord): Verb | null {
  switch (row['state']) {
    case 'scheduled':
      return 'send';
    case 'sending':
    case 'unknown':
      return 'settle';
    default:
      return null;
  }
}
