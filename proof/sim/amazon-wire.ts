import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from '../../src/amazon/answers.js';
import type { OrderRef } from '../../src/amazon/gateway.js';
import type { SimulatedAmazon } from '../../src/simulator/amazon.js';
import type { AmazonRequest, Reply } from '../../src/simulator/call.js';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { Operation } from '../../src/simulator/operation.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { AmazonMoods } from './amazon-moods.js';
import { befall } from './far-call.js';
import type { PostOnTheWay } from './order-watch.js';
import { never, type Process } from './process.js';
import type { Run } from './run-parts.js';

/** One request of a process to Amazon. */
export interface Sent {
  readonly operation: Operation;
  readonly account: string;
  readonly order: OrderRef | null;
  readonly request: AmazonRequest;
  /** Asked when the request is about to be written. */
  readonly mayStillSend?: () => boolean;
}

export type Exchange =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'no-answer'; readonly cause: string; readonly written: boolean };

export interface Wire {
  exchange(sent: Sent): Promise<Exchange>;
}

/** The network between one process and Amazon. A request that was written arrives, whatever becomes of its sender. */
export function amazonWire(
  amazon: SimulatedAmazon,
  moods: AmazonMoods,
  process: Process,
  run: Run,
  random: SeededRandom,
): Wire {
  return { exchange: (sent) => (process.alive ? exchange(sent, { amazon, moods, process, run, random }) : never()) };
}

interface Ends {
  readonly amazon: SimulatedAmazon;
  readonly moods: AmazonMoods;
  readonly process: Process;
  readonly run: Run;
  readonly random: SeededRandom;
}

function exchange(sent: Sent, ends: Ends): Promise<Exchange> {
  const { process, run, random, moods } = ends;
  const { calendar, storm, trace, plan, oracle } = run;
  const isPost = sent.operation === 'createSolicitation';
  const about = sent.order?.orderId ?? sent.account;
  const slow = storm.chance('slow-wire', 0.15);
  const ms = (most: number) => Math.floor(random.between(5, slow ? most : 150));
  const strike = storm.strike(sent.operation);
  if (strike?.moment === 'before') {
    befall(run, process, strike);
    if (strike.kind === 'crash') return never();
  }

  return new Promise<Exchange>((resolve) => {
    let over = false;
    let written = false;
    let post: PostOnTheWay | null = null;
    const end = (result: Exchange) => {
      if (over) return;
      over = true;
      forget();
      const told = result.kind === 'answer' ? `${result.answer.status}` : result.cause;
      trace.note(calendar.now, process.name, `${sent.operation} -> ${told}`, about);
      if (post !== null) oracle.postAnswered(post, result.kind === 'answer' ? result.answer.status : null);
      resolve(result);
    };
    const giveUp = (cause: string) => end({ kind: 'no-answer', cause, written });
    const forget = process.whenShutDown(() => calendar.at(calendar.now, () => process.hear(() => giveUp('shutdown'))));
    process.later(plan.requestTimeoutMs, () => giveUp('timeout'));

    const connectMs = ms(8000);
    if (moods.refusesConnections(sent.account) || storm.chance('failing-calls', 0.004)) {
      process.later(connectMs, () => giveUp('connection-refused'));
      return;
    }
    process.later(connectMs, () => {
      if (over) return;
      if (sent.mayStillSend && !sent.mayStillSend()) return giveUp('fence');
      written = true;
      if (isPost && sent.order) post = oracle.postWritten(process.name, sent.account, sent.order.orderId);
      if (strike?.moment === 'under-way') befall(run, process, strike);
      const transitMs = ms(isPost ? plan.settings.claimLease.toMillis() / 2 : 9000);
      calendar.at(calendar.now + transitMs, () => arrive(post, transitMs));
    });

    const arrive = (onTheWay: PostOnTheWay | null, transitMs: number) => {
      // What was still in a buffer when its machine died never arrives.
      if (!process.alive && random.chance(0.3)) return;
      const fault = moods.moodFor(sent.operation, sent.account, sent.order?.orderId ?? null);
      const reply = handle(ends.amazon, sent.request, fault);
      if (onTheWay) oracle.postArrived(onTheWay);
      if (sent.operation === 'getSolicitationActions' && sent.order && reply.kind === 'answer') {
        oracle.looked(sent.order.orderId, reply.status === 200, reply.body);
      } else if (sent.order && !(reply.kind === 'answer' && reply.status < 300)) {
        oracle.callFailed(sent.order.orderId);
      }
      if (strike?.moment === 'done') befall(run, process, strike);
      comeBack(reply, transitMs);
    };

    const comeBack = (reply: Reply, transitMs: number) => {
      if (reply.kind === 'silence') return;
      calendar.after(ms(5000) + Math.min(transitMs, 1000) + reply.delayMs, () => {
        process.hear(() => end(heard(reply, calendar.now)));
        if (strike?.moment === 'answered') befall(run, process, strike);
      });
    };
  });
}

function heard(reply: Exclude<Reply, { kind: 'silence' }>, now: number): Exchange {
  if (reply.kind === 'cut') return { kind: 'no-answer', cause: 'connection-reset', written: true };
  const headers = { ...reply.headers, date: new Date(now).toUTCString() };
  return { kind: 'answer', answer: { status: reply.status, body: reply.body }, headers };
}

/** A mood is one fault of the simulator's, for this request alone. */
function handle(amazon: SimulatedAmazon, request: AmazonRequest, fault: FaultInput | null): Reply {
  if (fault === null) return amazon.handle(request);
  amazon.faults.replace([{ ...fault, times: 1 }]);
  const reply = amazon.handle(request);
  amazon.faults.clear();
  return reply;
}
