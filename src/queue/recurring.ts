import type { Clock } from '../clock.js';
import type { RingQueue } from './backend.js';
import type { Recurring } from './wake-ups.js';

type RecurringQueues = Readonly<Record<Recurring['name'], RingQueue>>;

const NAMES: readonly Recurring['name'][] = ['sweep', 'discover'];

/** A pending ring may be late by this before its scheduler counts as stuck, e.g. while no listener runs. */
const STUCK_AFTER_MS = 30_000;

/** Sets the schedulers to exactly this list. Those that are there keep their rhythm. */
export async function setRecurring(queues: RecurringQueues, recurring: readonly Recurring[]): Promise<void> {
  for (const name of NAMES) {
    const wanted = recurring.filter((one) => one.name === name);
    const ids = new Set(wanted.map(schedulerId));
    for (const { key } of await queues[name].getJobSchedulers()) {
      if (!ids.has(key)) await queues[name].removeJobScheduler(key);
    }
    for (const one of wanted) await upsert(queues[name], one);
  }
}

/**
 * Puts back the schedulers that are gone or stuck. A scheduler lives in Redis or Postgres only and can be wiped there;
 * and since each ring schedules the next one, it also stops when that one step fails (BullMQ issue 3272). `clock` is the
 * machine's, as BullMQ reckons by it.
 */
export async function mendRecurring(
  queues: RecurringQueues,
  recurring: readonly Recurring[],
  clock: Clock,
): Promise<void> {
  for (const one of recurring) {
    const queue = queues[one.name];
    const health = await healthOf(queue, one, clock);
    switch (health) {
      case 'rings':
        break;
      case 'missing':
        await upsert(queue, one);
        break;
      case 'stuck':
        await queue.removeJobScheduler(schedulerId(one));
        await upsert(queue, one);
        break;
      default:
        health satisfies never;
    }
  }
}

export function recurringData({ name, key }: Pick<Recurring, 'name' | 'key'>): { account?: string } {
  return name === 'discover' ? { account: key } : {};
}

async function healthOf(queue: RingQueue, one: Recurring, clock: Clock): Promise<'rings' | 'missing' | 'stuck'> {
  const scheduler = await queue.getJobScheduler(schedulerId(one));
  if (!scheduler?.next || scheduler.every !== one.everyMs) return 'missing';
  const late = clock.now().toMillis() - scheduler.next;
  if (late > STUCK_AFTER_MS + 2 * one.everyMs) return 'stuck';
  // The clock was ahead when this ring was set, and has been put back: it would ring after as long a silence.
  if (-late > STUCK_AFTER_MS + one.everyMs) return 'stuck';
  const state = await queue.getJobState(`repeat:${schedulerId(one)}:${scheduler.next}`);
  // Between two rings the job of the last one is gone already for a moment; only a late one is missed.
  return state === 'unknown' && late > 1_000 ? 'stuck' : 'rings';
}

async function upsert(queue: RingQueue, one: Recurring): Promise<void> {
  await queue.upsertJobScheduler(
    schedulerId(one),
    { every: one.everyMs },
    // No retries: the rhythm itself is one.
    { name: one.name, data: recurringData(one), opts: { attempts: 1, removeOnComplete: true, removeOnFail: true } },
  );
}

/** BullMQ reads colons in an id as its own. */
function schedulerId({ key }: Recurring): string {
  return encodeURIComponent(key);
}
