import type { Telemetry } from 'bullmq';
import type { DateTime } from 'luxon';
import { type Clock, systemClock } from '../clock.js';
import { type Backend, QUEUE_NAMES, type QueueName, type RingQueue } from './backend.js';
import { startListening } from './listening.js';
import { postgresBackend } from './postgres-backend.js';
import { readQueueContents, readQueueReport } from './queue-report.js';
import { recurringData, schedulerId } from './recurring.js';
import { recurringKeeper } from './recurring-keeper.js';
import { redisBackend } from './redis-backend.js';
import { calmed, naming } from './trouble.js';
import type { AlarmClock, Listening, OnTrouble, Verb, WakeUp } from './wake-ups.js';
import { succeedsWithin, within } from './within.js';

/** The Postgres must be reached directly: a pooler in transaction mode knows neither LISTEN nor `search_path`. */
export type QueueAddress =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface WakeUpsOptions {
  readonly clock: Clock;
  /** The clock that BullMQ itself reads. */
  readonly machineClock?: Clock;
  /** Where BullMQ tells of what it does; see src/tracing.ts. */
  readonly telemetry?: Telemetry | undefined;
  readonly onError: OnTrouble;
  /** The first pause after a listener threw; each further one is twice as long. */
  readonly retryDelayMs?: number;
  /** How often to look whether the recurring work still rings, on average. */
  readonly lookEveryMs?: number;
  /** After this long without an answer a call is given up. */
  readonly timeoutMs?: number;
  /**
   * For how long a wake-up in hand stays with its listener without a sign of life. What a killed process held rings
   * again after this plus two checks at a third of it each, when another process listens.
   */
  readonly lockMs?: number;
  /** A connection that owes an answer for so long is given up. BullMQ itself waits for work for up to ten seconds. */
  readonly silentAfterMs?: number;
}

const VERBS: readonly Verb[] = ['schedule', 'send', 'settle'];
/** Of one call: some milliseconds of work, so that requests under way are not kept waiting by a large hand-out. */
const CHUNK = 250;
/** Wake-ups of the same moment are fetched together, which costs less than one by one, and nobody minds to wait so long. */
const MOMENT_MS = 50;
/** With the default pause: after 2, 4, 8, 16 and 32 seconds. Then the sweep has to ring again. */
const ATTEMPTS = 6;

/** Opens the queues, making what BullMQ needs in the database; throws with the cause when it cannot be reached. */
export async function openWakeUps(address: QueueAddress, options: WakeUpsOptions): Promise<AlarmClock> {
  const {
    clock,
    machineClock = systemClock,
    telemetry,
    retryDelayMs = 2_000,
    lookEveryMs = 2_000,
    timeoutMs = 5_000,
    lockMs = 15_000,
    silentAfterMs = 13_000,
  } = options;
  const onError = calmed(options.onError);
  const traced = telemetry && { telemetry };
  const named = naming(address.kind === 'redis' ? 'the queue on Redis' : 'the queue on Postgres');
  const backend = openBackend(address, silentAfterMs, (error) =>
    onError(named(error), { queue: 'sweep', subject: null }),
  );
  try {
    await within(timeoutMs, backend.prepare(), 'opening the queue');
  } catch (cause) {
    await backend.close();
    const { message, code } = cause as { message: string; code?: string };
    // Refused on both addresses of `localhost`, Node's error has a code but no message.
    throw new Error(`The queue on ${address.kind} cannot be opened: ${message || code}`, { cause });
  }

  const queues = Object.fromEntries(
    QUEUE_NAMES.map((name) => {
      const queue = backend.openQueue(name, {
        defaultJobOptions: {
          attempts: ATTEMPTS,
          backoff: { type: 'exponential', delay: retryDelayMs },
          removeOnComplete: true,
          removeOnFail: true,
          stackTraceLimit: 1,
        },
        // Nobody reads BullMQ's event log.
        streams: { events: { maxLen: 100 } },
        ...traced,
      });
      queue.on('error', (error) => onError(named(error), { queue: name, subject: null }));
      return [name, queue];
    }),
  ) as Record<QueueName, RingQueue>;

  const listenings = new Set<Listening>();
  const keeper = recurringKeeper(queues, {
    machineClock,
    lookEveryMs,
    timeoutMs,
    prepare: () => backend.prepare(),
    onError: (error) => onError(named(error), { queue: 'sweep', subject: null }),
  });

  const answered = async <T>(work: Promise<T>, what: string): Promise<T> => {
    try {
      return await within(timeoutMs, work, what);
    } catch (error) {
      throw named(error);
    }
  };
  const ring = async (wakeUps: readonly WakeUp[]) => {
    for (const verb of VERBS) {
      const ofVerb = wakeUps.filter((one) => one.verb === verb);
      for (let start = 0; start < ofVerb.length; start += CHUNK) {
        const now = { ours: clock.now().toMillis(), machines: machineClock.now().toMillis() };
        const jobs = ofVerb.slice(start, start + CHUNK).map((one) => jobFor(one, now));
        await answered(queues[verb].addBulk(jobs), 'ringing');
      }
    }
  };

  let closing: Promise<void> | null = null;
  const close = async () => {
    await keeper.stop();
    await Promise.all([...listenings].map((listening) => listening.stop(0)));
    await succeedsWithin(2_000, Promise.all(QUEUE_NAMES.map((name) => queues[name].close())));
    await backend.close();
  };

  return {
    ring,
    async keepRinging(list, onEmptied = async () => {}) {
      await keeper.keep(list, onEmptied).catch((error) => {
        throw named(error);
      });
    },
    async ringNow(name, key) {
      const deduplication = { id: schedulerId({ key }) };
      await answered(queues[name].add(name, recurringData({ name, key }), { attempts: 1, deduplication }), 'ringing');
    },
    async depth() {
      const counts = VERBS.map(async (verb) => {
        const { waiting = 0, delayed = 0 } = await queues[verb].getJobCounts('waiting', 'delayed');
        return [verb, waiting + delayed] as const;
      });
      return Object.fromEntries(await answered(Promise.all(counts), 'counting')) as Record<Verb, number>;
    },
    queueContents: () => answered(readQueueContents(queues), 'counting'),
    queueReport: () => answered(readQueueReport(queues, backend), 'looking into it'),
    ping: () => answered(backend.ping(), 'reaching it'),
    async listen(listeners, { concurrency = {}, onError: tell }) {
      const listening = await startListening(backend, listeners, {
        concurrency,
        onError: calmed(tell),
        named,
        timeoutMs,
        lockMs,
        traced,
        ringAgain: (verb, orderId, at, heard) => ring([{ verb, orderId, at: notItself(orderId, at, heard) }]),
      });
      listenings.add(listening);
      return listening;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function openBackend(address: QueueAddress, silentAfterMs: number, onError: (error: Error) => void): Backend {
  switch (address.kind) {
    case 'redis':
      return redisBackend(address.url, silentAfterMs, onError);
    case 'postgres':
      return postgresBackend(address.url, silentAfterMs, onError);
    default:
      return address satisfies never;
  }
}

/** Both clocks at one instant: wake-ups are told by ours, BullMQ adds the delay to the machine's. */
interface Now {
  readonly ours: number;
  readonly machines: number;
}

function jobFor({ verb, orderId, at }: WakeUp, now: Now) {
  const moment = Math.ceil(at.toMillis() / MOMENT_MS) * MOMENT_MS;
  const delay = at.toMillis() <= now.ours ? 0 : moment - now.ours;
  return { name: verb, data: { orderId }, opts: { jobId: jobId(orderId, at), timestamp: now.machines, delay } };
}

/** The same order at the same time is the same job. BullMQ allows neither colons nor digits only. */
function jobId(orderId: string, at: DateTime): string {
  return `${encodeURIComponent(orderId)}@${at.toMillis()}`;
}

/** The wake-up being answered still exists, so that a new one by its name would be taken for a double and dropped. */
function notItself(orderId: string, at: DateTime, heard: string | undefined): DateTime {
  return jobId(orderId, at) === heard ? at.plus(1) : at;
}
