import { type Job, WaitingError, type WorkerOptions } from 'bullmq';
import type { DateTime } from 'luxon';
import { type Backend, type JobData, QUEUE_NAMES, type QueueName, type RingWorker } from './backend.js';
import type { Naming } from './trouble.js';
import type { Listeners, Listening, OnTrouble, Verb } from './wake-ups.js';
import { succeedsWithin, within } from './within.js';

export interface ListeningOptions {
  readonly concurrency: Partial<Record<QueueName, number>>;
  readonly onError: OnTrouble;
  /** Says of trouble with the queue itself whose it is. */
  readonly named: Naming;
  readonly timeoutMs: number;
  readonly lockMs: number;
  /** Of BullMQ, where it is on. */
  readonly traced: Pick<WorkerOptions, 'telemetry'> | undefined;
  /** Rings an order again; `heard` is the wake-up that is being answered. */
  readonly ringAgain: (verb: Verb, orderId: string, at: DateTime, heard: string | undefined) => Promise<void>;
}

/** A wake-up is never given up for having been interrupted: by default BullMQ drops it the second time. */
const MAX_INTERRUPTIONS = 1_000;

export async function startListening(
  backend: Backend,
  listeners: Listeners,
  options: ListeningOptions,
): Promise<Listening> {
  const inHand = new Set<Promise<void>>();
  let stopping = false;

  const open = (name: QueueName): RingWorker => {
    const ring = async (job: Job<JobData>, token?: string) => {
      if (stopping) {
        // Fetched in the moment of stopping: back to the others, uncounted.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      // From now on the next ring is one of its own: what it is about may be news to a listener that has begun already.
      if (job.deduplicationId !== undefined) await job.removeDeduplicationKey();
      const heard = answer(name, job, listeners, options);
      inHand.add(heard);
      try {
        await heard;
      } finally {
        inHand.delete(heard);
      }
    };
    const worker = backend.openWorker(name, ring, {
      concurrency: options.concurrency[name] ?? 1,
      lockDuration: options.lockMs,
      stalledInterval: Math.ceil(options.lockMs / 3),
      maxStalledCount: MAX_INTERRUPTIONS,
      // How long BullMQ sits still after a refused connection; its default is 15 seconds.
      runRetryDelay: 1_000,
      ...options.traced,
    });
    worker.on('error', (error) => options.onError(options.named(error), { queue: name, subject: null }));
    return worker;
  };

  const workers = QUEUE_NAMES.filter((name) => listeners[name] !== undefined).map(open);
  const stop = async (graceMs: number) => {
    stopping = true;
    await Promise.all(workers.map((worker) => worker.pause(true)));
    const allDone = await succeedsWithin(graceMs, Promise.allSettled(inHand));
    const reachable = await succeedsWithin(500, backend.ping());
    await Promise.all(workers.map((worker) => (allDone && reachable ? closeWorker(worker) : abandon(worker))));
  };

  try {
    await within(
      options.timeoutMs,
      Promise.all(workers.map((worker) => worker.waitUntilReady())),
      'listening to the queue',
    );
  } catch (error) {
    await stop(0);
    throw error;
  }
  let stopped: Promise<void> | null = null;
  return {
    stop: (graceMs) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

async function answer(
  name: QueueName,
  job: Job<JobData>,
  listeners: Listeners,
  options: ListeningOptions,
): Promise<void> {
  const { orderId = '', account = '' } = job.data;
  try {
    switch (name) {
      case 'schedule':
      case 'send':
      case 'settle': {
        const later = await listeners[name]?.(orderId);
        if (later) await options.ringAgain(name, orderId, later.again, job.id);
        return;
      }
      case 'discover':
        return await listeners.discover?.(account);
      case 'sweep':
        return await listeners.sweep?.();
      default:
        name satisfies never;
    }
  } catch (error) {
    options.onError(error as Error, { queue: name, subject: orderId || account || null });
    throw error;
  }
}

async function closeWorker(worker: RingWorker): Promise<void> {
  if (!(await succeedsWithin(2_000, worker.close()))) await succeedsWithin(500, worker.disconnect());
}

/** Lets go of what is in hand: its lock runs out and it rings again, here or elsewhere. Also where an orderly end would hang. */
async function abandon(worker: RingWorker): Promise<void> {
  const closed = worker.close(true);
  // The forced close forgets the connection that waits for work, and a timer with it.
  await succeedsWithin(500, worker.getBackend().disconnectBlocking(false));
  await succeedsWithin(2_000, closed);
}
