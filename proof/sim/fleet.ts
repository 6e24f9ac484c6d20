import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Listener } from './alarm-clock.js';
import { Machine } from './clocks.js';
import type { Configuration } from './owner.js';
import { Process } from './process.js';
import { lengthBetween } from './storm.js';
import { shutDown, startWorker, type WorkerParts } from './worker.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** All workers of a run, and who starts them again when they fall. */
export class Fleet {
  readonly #parts: WorkerParts;
  readonly #random: SeededRandom;
  readonly #places: Place[];
  #configuration: Configuration;
  #endIdle: ((at: number) => void) | null = null;

  constructor(parts: WorkerParts, random: SeededRandom) {
    const { plan, calendar } = parts.run;
    this.#parts = parts;
    this.#random = random;
    this.#configuration = plan.configurations[0] as Configuration;
    this.#places = Array.from({ length: plan.workers }, (_, index) => new Place(index, new Machine(calendar)));
    this.#noteIdle();
    for (const place of this.#places) this.#startIn(place, Math.floor(random.between(0, 2 * MINUTE)));
    for (const configuration of plan.configurations.slice(1))
      calendar.at(configuration.from, () => this.#change(configuration));
    this.#planRestarts();
    for (const { at, isOffMs } of parts.run.storm.wallSteps) calendar.at(at, () => this.#setSomeClock(isOffMs));
    for (const { from } of parts.run.storm.blackouts) calendar.at(from, () => this.#killAll());
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** New env files: nobody goes on with the old ones. */
  #change(configuration: Configuration): void {
    const { calendar, trace } = this.#parts.run;
    trace.note(calendar.now, 'owner', 'changes the rules', '');
    this.#configuration = configuration;
    this.#killAll();
  }

  #setSomeClock(isOffMs: number): void {
    const { calendar, trace, oracle } = this.#parts.run;
    const place = this.#random.pick(this.#places);
    trace.note(calendar.now, place.process?.name ?? 'weather', `its wall clock is set: off by ${isOffMs} ms`, '');
    oracle.figures.clockJumps += 1;
    place.machine.setWall(isOffMs);
  }

  #killAll(): void {
    for (const { process } of this.#places) process?.kill();
  }

  #planRestarts(): void {
    const { calendar, storm, plan, trace } = this.#parts.run;
    if (!storm.blows('restarts')) return;
    const random = storm.stream('restarts');
    for (let count = Math.ceil(random.next() * 30); count > 0; count -= 1) {
      const place = random.pick(this.#places);
      calendar.at(Math.floor(random.between(plan.start, plan.calmFrom)), () => {
        const { process, listener } = place;
        if (process === null || listener === null || !process.running) return;
        trace.note(calendar.now, process.name, 'shuts down', '');
        shutDown(process, listener);
      });
    }
  }

  #startIn(place: Place, ms: number): void {
    const { calendar } = this.#parts.run;
    calendar.after(ms, () => {
      const { storm } = this.#parts.run;
      const blackout = storm.blackouts.find(({ from, until }) => calendar.now >= from && calendar.now < until);
      if (blackout !== undefined) return this.#startIn(place, blackout.until - calendar.now + ms);
      this.#start(place);
    });
  }

  #start(place: Place): void {
    const { calendar, trace, plan } = this.#parts.run;
    place.lives += 1;
    const name = `w${place.index + 1}.${place.lives}`;
    const random = this.#random.fork(name);
    const process = new Process(name, place.machine, calendar, random.fork('process'));
    place.process = process;
    place.listener = null;
    trace.note(calendar.now, name, 'starts', '');
    process.whenKilled(() => {
      this.#noteIdle();
      const calm = calendar.now >= plan.calmFrom;
      this.#startIn(
        place,
        calm || random.chance(0.6) ? lengthBetween(2000, MINUTE, random) : lengthBetween(MINUTE, 4 * HOUR, random),
      );
    });
    process.whenStopped(() => this.#noteIdle());
    const works = () => {
      if (process.running) this.#noteBusy();
    };
    process.whenGoingOn(works);
    startWorker(process, this.#configuration, this.#parts, random).then(
      (listener) => {
        place.listener = listener;
        works();
      },
      () => process.kill(),
    );
  }

  #noteIdle(): void {
    const { calendar, oracle } = this.#parts.run;
    if (this.#endIdle !== null || this.#places?.some(({ process, listener }) => process?.running && listener !== null))
      return;
    this.#endIdle = oracle.disturbances.begin(calendar.now, null);
  }

  #noteBusy(): void {
    this.#endIdle?.(this.#parts.run.calendar.now);
    this.#endIdle = null;
  }
}

/** Where one worker after another lives. */
class Place {
  readonly index: number;
  readonly machine: Machine;
  lives = 0;
  process: Process | null = null;
  listener: Listener | null = null;

  constructor(index: number, machine: Machine) {
    this.index = index;
    this.machine = machine;
  }
}
