import { setTimeout as pause } from 'node:timers/promises';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { OrderTruth } from '../../src/simulator/truth.js';
import type { Worker } from '../../test/support/worker.js';
import type { OutsidePoint } from './points.js';
import type { Series } from './series.js';

type Post = OrderTruth['posts'][number];

/** How Amazon holds one POST in the state that the process is to die in, and how that POST is recognised. */
interface Hold {
  readonly fault: FaultInput;
  readonly isHeld: (post: Post) => boolean;
  /** So long before the answer; 0: there is none. */
  readonly answerInMs: number;
}

const operations: ['createSolicitation'] = ['createSolicitation'];
const ANSWER_MS = 120;

const holds: Readonly<Record<OutsidePoint, Hold>> = {
  'post.arrived': {
    fault: { kind: 'hang', operations, times: 1 },
    isHeld: ({ fault, decision }) => fault === 'hang' && decision === 'refused',
    answerInMs: 0,
  },
  'post.accepted-later': {
    fault: { kind: 'accepted-late', afterMs: 400, times: 1 },
    isHeld: ({ fault }) => fault === 'accepted-late',
    answerInMs: 0,
  },
  'post.accepted': {
    fault: { kind: 'hang', moment: 'after', operations, times: 1 },
    isHeld: ({ fault, decision }) => fault === 'hang' && decision === 'accepted',
    answerInMs: 0,
  },
  'post.answered': {
    fault: { kind: 'delay', ms: ANSWER_MS, operations, times: 1 },
    isHeld: ({ decision }) => decision === 'accepted',
    answerInMs: ANSWER_MS,
  },
};

const POLL_MS = 5;

/**
 * Holds POSTs until one of this process is held, and lets `then` happen at that moment, told how long the answer is still
 * away. False: it sent none in time. POSTs of others that were held meanwhile are answers lost like any other.
 */
export async function whilePosting(
  { scenario, database }: Series,
  worker: Worker,
  point: OutsidePoint,
  then: (orderId: string, answerInMs: number) => Promise<void>,
  within = 10_000,
): Promise<boolean> {
  const { fault, isHeld, answerInMs } = holds[point];
  const { faults } = scenario.simulator;
  const deadline = performance.now() + within;
  while (performance.now() < deadline && worker.isRunning) {
    const posts = scenario.posts;
    const since = new Date().toISOString();
    if (!faults.list().some(({ kind, times }) => kind === fault.kind && times === 1)) faults.add(fault);
    while (scenario.posts === posts && performance.now() < deadline && worker.isRunning) await pause(POLL_MS);
    const held = scenario.truth.orders.filter((order) => order.posts.some((post) => post.at >= since && isHeld(post)));
    if (held.length === 0) continue;
    const { rows } = await database.query<{ order_id: string }>(
      'SELECT order_id FROM review_request WHERE order_id = ANY($1) AND claimed_by LIKE $2',
      [held.map(({ orderId }) => orderId), `%-${worker.pid}-%`],
    );
    const [own] = rows;
    if (own === undefined) continue;
    await then(own.order_id, answerInMs);
    return true;
  }
  return false;
}
