import type { Recurring, Verb, WakeUp } from '../../src/queue/wake-ups.js';
import type { Instant } from '../../src/simulator/instant.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { StepContext } from '../../src/steps/step.js';
import { farCall } from './far-call.js';
import type { Process } from './process.js';
import type { Run } from './run-parts.js';
import { lengthBetween } from './storm.js';

export type QueueName = Verb | Recurring['name'];

interface Job {
  readonly queue: QueueName;
  /** The order, the account, or `all`. */
  readonly key: string;
  readonly tries: number;
  /** Jobs from before a wipe are gone. */
  readonly epoch: number;
}

/** A process that listens. */
export interface Listener {
  readonly process: Process;
  readonly hear: (queue: QueueName, key: string) => Promise<unknown>;
  /** It looked, and found the queue empty. */
  readonly noticeLoss: () => void;
  listening: boolean;
}

const HOUR = 3_600_000;
const HANDS: Readonly<Record<QueueName, number>> = { send: 12, settle: 6, schedule: 6, discover: 10, sweep: 1 };
/** As in `bullmq-wake-ups.ts`: after 2, 4, 8, 16 and 32 seconds, then no more. */
const ATTEMPTS = 6;
/** As there: every process looks so often whether the recurring work is still in the queue, and notices a wipe by it. */
export const LOOK_EVERY_MS = 2_500;

/** The queue between all workers: rings at the right time when all is well, and may do anything with a wake-up when not. */
export class SimulatedQueue {
  readonly #run: Run;
  readonly #random: SeededRandom;
  readonly #listeners: { readonly listener: Listener; readonly inHand: Map<QueueName, number> }[] = [];
  readonly #waiting = new Map<QueueName, Job[]>();
  /** Verb, order and time of those to come: the same twice is one. */
  readonly #known = new Set<string>();
  #epoch = 0;

  constructor(run: Run, random: SeededRandom) {
    this.#run = run;
    this.#random = random;
  }

  /** The queue as one process reaches it. */
  lineOf(process: Process): StepContext['wakeUps'] {
    const { storm } = this.#run;
    const fault = () => {
      if (storm.isIn(storm.queueOutages)) return 'before' as const;
      if (!storm.chance('queue-noise', 0.01)) return null;
      return storm.stream('queue-noise').chance(0.5) ? ('before' as const) : ('after' as const);
    };
    const reach = (name: string, about: string, act: () => void) =>
      farCall(this.#run, process, this.#random, { name, about, quiet: false, fault, effect: async () => act() });
    return {
      ring: (wakeUps) =>
        reach('ring', wakeUps.length === 1 ? (wakeUps[0]?.orderId ?? '') : '', () => this.#ring(wakeUps)),
      ringNow: (name, key) =>
        reach('ringNow', key, () => this.#deliverAt(this.#run.calendar.now, this.#job(name, key, ATTEMPTS))),
    };
  }

  /** Recurring work rings in its rhythm, whoever lives. */
  keepRinging(queue: Recurring['name'], key: string, everyMs: number, until: Instant): void {
    const { calendar } = this.#run;
    const tick = (at: Instant): void => {
      if (at >= until) return;
      calendar.at(at, () => {
        // One that still waits is not doubled.
        if (!this.#waitingFor(queue).some((job) => job.key === key)) this.#deliver(this.#job(queue, key, ATTEMPTS));
        tick(at + everyMs);
      });
    };
    tick(calendar.now + Math.floor(this.#random.between(0, everyMs)));
  }

  listen(listener: Listener): void {
    const entry = { listener, inHand: new Map<QueueName, number>() };
    this.#listeners.push(entry);
    listener.process.whenGoingOn(() => this.#handOutAll());
    listener.process.whenKilled(() => {
      const index = this.#listeners.indexOf(entry);
      if (index >= 0) this.#listeners.splice(index, 1);
    });
    this.#handOutAll();
  }

  wipe(): void {
    this.#epoch += 1;
    this.#waiting.clear();
    this.#known.clear();
    for (const { listener } of this.#listeners) {
      listener.process.later(this.#random.between(0, LOOK_EVERY_MS), listener.noticeLoss);
    }
  }

  #job(queue: QueueName, key: string, tries = 1): Job {
    return { queue, key, tries, epoch: this.#epoch };
  }

  #ring(wakeUps: readonly WakeUp[]): void {
    const { storm, calendar, trace } = this.#run;
    for (const { verb, orderId, at } of wakeUps) {
      const name = `${verb} ${orderId} ${at.toMillis()}`;
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      const due = Math.max(at.toMillis(), calendar.now);
      if (storm.chance('queue-noise', 0.05)) {
        trace.note(calendar.now, 'queue', `loses ${verb}`, orderId);
        continue;
      }
      const late = storm.chance('queue-noise', 0.2) ? lengthBetween(100, 3 * HOUR, storm.stream('queue-noise')) : 0;
      this.#deliverAt(due + late, this.#job(verb, orderId), name);
      if (storm.chance('queue-noise', 0.15)) {
        const again = storm.stream('queue-noise').chance(0.6) ? 0 : lengthBetween(1, HOUR, storm.stream('queue-noise'));
        this.#deliverAt(due + again, this.#job(verb, orderId));
      }
    }
  }

  #deliverAt(at: Instant, job: Job, name?: string): void {
    this.#run.calendar.at(at, () => {
      if (name !== undefined) this.#known.delete(name);
      this.#deliver(job);
    });
  }

  #deliver(job: Job): void {
    if (job.epoch !== this.#epoch) return;
    const { storm, calendar } = this.#run;
    const outage = storm.queueOutages.find(({ from, until }) => calendar.now >= from && calendar.now < until);
    if (outage !== undefined) {
      this.#deliverAt(outage.until + Math.floor(this.#random.between(0, 5000)), job);
      return;
    }
    this.#waitingFor(job.queue).push(job);
    this.#handOut(job.queue);
  }

  #handOutAll(): void {
    for (const queue of [...this.#waiting.keys()]) this.#handOut(queue);
  }

  #handOut(queue: QueueName): void {
    const waiting = this.#waitingFor(queue);
    while (waiting.length > 0) {
      const free = this.#listeners.filter(
        ({ listener, inHand }) =>
          listener.listening &&
          (inHand.get(queue) ?? 0) < HANDS[queue] &&
          // A stopped process may have fetched one in its last moment.
          (listener.process.running || this.#random.chance(0.02)),
      );
      if (free.length === 0) return;
      const shuffle = this.#run.storm.chance('queue-noise', 0.3);
      const [job] = waiting.splice(shuffle ? Math.floor(this.#random.next() * waiting.length) : 0, 1);
      const hand = this.#random.pick(free);
      if (job !== undefined) this.#give(job, hand.listener, hand.inHand);
    }
  }

  #give(job: Job, { process, hear }: Listener, inHand: Map<QueueName, number>): void {
    const { queue, key } = job;
    const { calendar, trace, oracle } = this.#run;
    inHand.set(queue, (inHand.get(queue) ?? 0) + 1);
    let open = true;
    /** Its lock runs out: it rings again for somebody else, as far as it is not lost. */
    const stalled = () => {
      if (!open) return;
      const ms = Math.floor(this.#random.between(15_000, 30_000));
      calendar.after(ms, () => {
        if (open && !process.running && this.#random.chance(0.8)) this.#deliver(job);
      });
    };
    process.whenKilled(stalled);
    process.whenStopped(stalled);
    const done = () => {
      open = false;
      inHand.set(queue, (inHand.get(queue) ?? 0) - 1);
      calendar.at(calendar.now, () => this.#handOut(queue));
    };
    process.hear(() => {
      trace.note(calendar.now, process.name, `hears ${queue}`, key);
      hear(queue, key).then(done, (error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        trace.note(calendar.now, process.name, `${queue} failed: ${words}`, key);
        if (!isExpected(words)) oracle.found('misbehaved', key, `${queue} threw: ${words}`);
        done();
        if (job.tries >= ATTEMPTS) return;
        this.#deliverAt(calendar.now + 2000 * 2 ** (job.tries - 1), { ...job, tries: job.tries + 1 });
      });
    });
  }

  #waitingFor(queue: QueueName): Job[] {
    const waiting = this.#waiting.get(queue) ?? [];
    this.#waiting.set(queue, waiting);
    return waiting;
  }
}

/** What the weather makes a step throw. Anything else is a fault of ours. */
function isExpected(words: string): boolean {
  return ['cannot be reached', 'the connection was lost', 'the process shuts down'].some((known) =>
    words.includes(known),
  );
}
