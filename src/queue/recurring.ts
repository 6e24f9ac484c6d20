import type { Clock } from '../clock.js';
import type { RingQueue } from './backend.js';
import type { Recurring } from './wake-ups.js';

type RecurringQueues = Readonly<Record<Recurring['name'], RingQueue>>;

const NAMES: readonly Recurring['name'][] = ['sweep', 'discover'];

/** A pending ring may be late by this before its scheduler counts as stuck, e.g. while no listener runs. */
const STUCK_AFTER_MS = 30_000;
/** Of the latest rings so many are looked at each time: those that are not stuck move on and make room for others. */
const LATEST = 20;
/** Calls under way at once. */
const AT_ONCE = 50;
/** The accounts of a first start are read one after the other, not all in the same instant and every time again. */
const APART_MS = 50;

export interface Upkeep {
  /** The machine's, as BullMQ reckons by it. */
  readonly clock: Clock;
  /** Gives up on what gets no answer. */
  readonly bounded: <T>(work: Promise<T>) => Promise<T>;
  /** Told, before anything is put back, that nothing of some kind of work is there any more. */
  readonly onEmptied: () => void;
}

/** Sets the schedulers to exactly this list. Those that are there keep their rhythm. */
export async function setRecurring(
  queues: RecurringQueues,
  recurring: readonly Recurring[],
  { clock, bounded, onEmptied }: Upkeep,
): Promise<void> {
  for (const name of NAMES) {
    const queue = queues[name];
    const wanted = recurring.filter((one) => one.name === name);
    const there = await bounded(rings(queue, 0, -1));
    if (wanted.length > 0 && there.size === 0) onEmptied();
    const isNew = (one: Recurring) => !there.has(schedulerId(one));
    // New ones first, so that one account more is not kept waiting behind all others.
    const inOrder = [...wanted.filter(isNew), ...wanted.filter((one) => !isNew(one))];
    await set(queue, inOrder, clock, bounded);
    const ids = new Set(wanted.map(schedulerId));
    const leavers = [...there.keys()].filter((id) => !ids.has(id));
    await bounded(Promise.all(leavers.map((id) => queue.removeJobScheduler(id))));
  }
}

/**
 * Puts back the schedulers that are gone or stuck. A scheduler lives in Redis or Postgres only and can be wiped there;
 * and since each ring schedules the next one, it also stops when that one step fails (BullMQ issue 3272). What it reads does
 * not grow with the accounts, unless it is to be `thorough`.
 */
export async function mendRecurring(
  queues: RecurringQueues,
  recurring: readonly Recurring[],
  thorough: boolean,
  upkeep: Upkeep,
): Promise<void> {
  for (const name of NAMES) {
    const wanted = recurring.filter((one) => one.name === name);
    if (wanted.length > 0) await mend(queues[name], wanted, thorough, upkeep);
  }
}

async function mend(
  queue: RingQueue,
  wanted: readonly Recurring[],
  thorough: boolean,
  { clock, bounded, onEmptied }: Upkeep,
): Promise<void> {
  const [count, earliest, latest] = await bounded(
    Promise.all([queue.getBackend().getJobSchedulersCount(), rings(queue, 0, LATEST - 1), lastRing(queue)]),
  );
  if (count === 0) onEmptied();
  if (thorough || count < wanted.length) {
    const there = await bounded(rings(queue, 0, -1));
    const missing = wanted.filter((one) => !there.has(schedulerId(one)));
    await set(queue, missing, clock, bounded);
  }
  const byId = new Map(wanted.map((one) => [schedulerId(one), one]));
  const late = await bounded(
    Promise.all(
      [...earliest, ...latest].map(async ([id, next]) => {
        const one = byId.get(id);
        return one !== undefined && (await isStuck(queue, one, next, clock)) ? [one] : [];
      }),
    ),
  );
  const stuck = [...new Set(late.flat())];
  await bounded(Promise.all(stuck.map((one) => queue.removeJobScheduler(schedulerId(one)))));
  await set(queue, stuck, clock, bounded);
}

export function recurringData({ name, key }: Pick<Recurring, 'name' | 'key'>): { account?: string } {
  return name === 'discover' ? { account: key } : {};
}

/** When each scheduler rings next, by its id, the earliest first: one round trip, where BullMQ's own list takes one for each. */
async function rings(queue: RingQueue, from: number, through: number): Promise<Map<string, number>> {
  return byScheduler(await queue.getBackend().getJobSchedulersRange(from, through, true));
}

async function lastRing(queue: RingQueue): Promise<Map<string, number>> {
  return byScheduler(await queue.getBackend().getJobSchedulersRange(0, 0, false));
}

function byScheduler(flat: readonly string[]): Map<string, number> {
  return new Map(flat.flatMap((id, index) => (index % 2 === 0 ? [[id, Number(flat[index + 1])] as const] : [])));
}

async function isStuck(queue: RingQueue, one: Recurring, next: number, clock: Clock): Promise<boolean> {
  const late = clock.now().toMillis() - next;
  if (late > STUCK_AFTER_MS + 2 * one.everyMs) return true;
  // The clock was ahead when this ring was set, and has been put back: it would ring after as long a silence.
  if (-late > STUCK_AFTER_MS + one.everyMs) return true;
  // Between two rings the job of the last one is gone already for a moment; only a late one is missed.
  if (late <= 1_000) return false;
  return (await queue.getJobState(`repeat:${schedulerId(one)}:${next}`)) === 'unknown';
}

async function set(
  queue: RingQueue,
  list: readonly Recurring[],
  clock: Clock,
  bounded: Upkeep['bounded'],
): Promise<void> {
  const now = clock.now().toMillis();
  for (let from = 0; from < list.length; from += AT_ONCE) {
    const upserts = list.slice(from, from + AT_ONCE).map((one, index) => {
      const apart = Math.min(APART_MS, one.everyMs / list.length);
      return upsert(queue, one, now + Math.floor((from + index) * apart));
    });
    await bounded(Promise.all(upserts));
  }
}

/** `firstAt`: where it is new or gets another rhythm; one that is there keeps its own. */
async function upsert(queue: RingQueue, one: Recurring, firstAt: number): Promise<void> {
  await queue.upsertJobScheduler(
    schedulerId(one),
    { every: one.everyMs, startDate: firstAt },
    // No retries: the rhythm itself is one.
    { name: one.name, data: recurringData(one), opts: { attempts: 1, removeOnComplete: true, removeOnFail: true } },
  );
}

/** BullMQ reads colons in an id as its own. */
export function schedulerId({ key }: Pick<Recurring, 'key'>): string {
  return encodeURIComponent(key);
}
