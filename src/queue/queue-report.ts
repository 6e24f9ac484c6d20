import { DateTime } from 'luxon';
import { type Backend, QUEUE_NAMES, type QueueName, type RingQueue } from './backend.js';
import type { QueueContents, QueueReport, RecurringRing } from './wake-ups.js';

/** Reads what the queues hold, through BullMQ's own calls; changes nothing. */
export async function readQueueReport(
  queues: Readonly<Record<QueueName, RingQueue>>,
  backend: Backend,
): Promise<QueueReport> {
  const [safety, contents, sweep, discover] = await Promise.all([
    backend.safety(),
    readQueueContents(queues),
    ringsOf('sweep', queues.sweep),
    ringsOf('discover', queues.discover),
  ]);
  return { backend: backend.kind, safety, queues: contents, recurring: [...sweep, ...discover] };
}

/** The counts alone. */
export function readQueueContents(queues: Readonly<Record<QueueName, RingQueue>>): Promise<QueueContents[]> {
  return Promise.all(QUEUE_NAMES.map((name) => contentsOf(name, queues[name])));
}

async function contentsOf(name: QueueName, queue: RingQueue): Promise<QueueContents> {
  const {
    waiting = 0,
    delayed = 0,
    active = 0,
    failed = 0,
  } = await queue.getJobCounts('waiting', 'delayed', 'active', 'failed');
  return { queue: name, waiting, delayed, active, failed };
}

async function ringsOf(name: RecurringRing['name'], queue: RingQueue): Promise<RecurringRing[]> {
  const schedulers = await queue.getJobSchedulers();
  return schedulers
    .map(({ key, every = null, next }) => ({
      name,
      key: decodeURIComponent(key),
      everyMs: every,
      nextAt: next === undefined ? null : DateTime.fromMillis(next, { zone: 'utc' }),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
