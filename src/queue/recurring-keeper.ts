import type { Clock } from '../clock.js';
import type { RingQueue } from './backend.js';
import { mendRecurring, setRecurring, type Upkeep } from './recurring.js';
import type { OnEmptied, Recurring } from './wake-ups.js';
import { within } from './within.js';

/** Of so many looks one goes through all accounts. */
const THOROUGH_EVERY = 30;

export interface KeeperOptions {
  /** The clock that BullMQ itself reads. */
  readonly machineClock: Clock;
  /** How often to look, on average: several processes do not look in step. */
  readonly lookEveryMs: number;
  readonly timeoutMs: number;
  /** Restores what must be there before any queue can be used. */
  readonly prepare: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Looks again and again whether the recurring work still rings, and notices by it that the queue was emptied. */
export interface RecurringKeeper {
  keep(recurring: readonly Recurring[], onEmptied: OnEmptied): Promise<void>;
  stop(): Promise<void>;
}

export function recurringKeeper(
  queues: Readonly<Record<Recurring['name'], RingQueue>>,
  { machineClock, lookEveryMs, timeoutMs, prepare, onError }: KeeperOptions,
): RecurringKeeper {
  let recurring: readonly Recurring[] = [];
  let tellThatEmptied: OnEmptied = async () => {};
  /** When this process last knew it to be filled; null: not yet. */
  let seenAt: number | null = null;
  /** It was emptied, and whoever knows what was in it has not dealt with that yet. */
  let owed: { readonly seenAt: number | null } | null = null;
  let telling = false;
  let looking: Promise<void> | null = null;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const upkeep: Upkeep = {
    clock: machineClock,
    bounded: (work) => within(timeoutMs, work, 'looking after the recurring work'),
    onEmptied: () => {
      owed ??= { seenAt };
    },
  };
  const tell = async () => {
    if (owed === null || telling || stopped) return;
    const loss = owed;
    owed = null;
    telling = true;
    try {
      await tellThatEmptied(loss.seenAt === null ? null : performance.now() - loss.seenAt);
      // What is lost from here on is another loss.
      seenAt = performance.now();
    } catch (error) {
      owed ??= loss;
      onError(error);
    } finally {
      telling = false;
    }
  };
  const look = async () => {
    if (recurring.length === 0) return;
    looks += 1;
    const begun = performance.now();
    try {
      await mendRecurring(queues, recurring, looks % THOROUGH_EVERY === 0, upkeep);
      seenAt = begun;
    } catch (error) {
      onError(error);
      await within(timeoutMs, prepare(), 'preparing the queue').catch(() => {});
    }
    // Nobody waits for it: it takes as long as there was in the queue.
    void tell();
  };
  const lookLater = () => {
    if (stopped) return;
    const wait = lookEveryMs * (0.75 + Math.random() / 2);
    timer = setTimeout(() => {
      looking = look().finally(lookLater);
    }, wait).unref();
  };
  lookLater();

  return {
    async keep(list, onEmptied) {
      recurring = [];
      await looking;
      tellThatEmptied = onEmptied;
      await setRecurring(queues, list, upkeep);
      recurring = [...list];
      seenAt = performance.now();
      void tell();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
