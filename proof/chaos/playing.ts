import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../../src/queue/within.js';
import type { FaultInput } from '../../src/simulator/fault.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { FaultKind, Finding } from '../../test/support/finding.js';
import { fastRates, play, type Scenario } from '../../test/support/scenario.js';
import { findings } from '../../test/support/scenario-agreement.js';
import { readLog } from './readable-log.js';
import type { Ground, Scene } from './scene.js';
import { type Outage, standstills } from './standstill.js';
import { FIRST_ORDERS, Trickle } from './trickle.js';

/** From one accident's end to the next. */
const BREATHER_MS = { least: 1_000, most: 3_500 };
/** Work that has not gone on by itself this long after the dependency is back is stuck. The ledger gives up a silent connection after 65 s. */
const STUCK_AFTER_MS = 90_000;
/** No accident takes longer, on a busy machine either. */
const ACCIDENT_MS = 180_000;
/** On a busy machine; nothing is measured by it. */
const START_WITHIN_MS = 120_000;
/** For what is left when the accidents are over: answers that were lost are settled in seconds here. */
const END_WITHIN_MS = 240_000;
const EXPORT_PAUSE_MS = 750;
/** `SETTLE_LOOKS` of the scenario's settings, from the intent; the POST may follow it by half of the claim's lease. */
const UNDECIDED_MS = 3_000 - 1_500;
/** What an operator can read of one outage: a few lines of each part that lost its connection, again every ten seconds. */
const LINES_PER_OUTAGE = 40;
const LINES_PER_MINUTE = 240;

/** Now and then Amazon has an accident of its own, so that both meet. */
const amazonsOwn: readonly FaultInput[] = [
  { kind: 'answer-lost', everyNth: 9 },
  { kind: 'look-stale', staleMs: 1_200, everyNth: 5 },
  { kind: 'server-error', status: 503, moment: 'before', everyNth: 31, operations: ['createSolicitation'] },
];

/** What one scene came to. */
export interface Played {
  readonly scene: string;
  readonly accidents: number;
  /** How many there were to be. */
  readonly wanted: number;
  readonly orders: number;
  readonly posts: number;
  /** From the dependency's return to the next request that Amazon accepted. */
  readonly longestStandstillMs: number;
  readonly medianStandstillMs: number;
  /** Lines with the level warn or error. */
  readonly warnings: number;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

export interface PlayOptions {
  readonly times: number;
  readonly seed: string;
}

/** Plays one scene to its end. Never throws: what went wrong is a finding. */
export async function playScene(scene: Scene, options: PlayOptions): Promise<Played> {
  const begun = performance.now();
  const course = new Course(scene, options);
  try {
    await course.run();
  } catch (error) {
    course.find('stuck', error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  return course.told((performance.now() - begun) / 1000);
}

class Course {
  readonly #scene: Scene;
  readonly #times: number;
  readonly #random: SeededRandom;
  readonly #seed: string;
  readonly #outages: Outage[] = [];
  readonly #findings: Finding[] = [];
  #acceptedAt: readonly number[] = [];
  #orders = 0;
  #posts = 0;
  #warnings = 0;

  constructor(scene: Scene, { times, seed }: PlayOptions) {
    this.#scene = scene;
    this.#times = Math.ceil(times / (scene.oneOf ?? 1));
    this.#seed = `${seed}/${scene.name}`;
    this.#random = new SeededRandom(this.#seed);
  }

  find(kind: FaultKind, text: string): void {
    this.#findings.push({ kind, text: `${this.#scene.name}: ${text}` });
  }

  async run(): Promise<void> {
    let ground: Ground;
    try {
      ground = await this.#scene.prepare();
    } catch (error) {
      this.find('misbehaved', `cannot be played here: ${(error as Error).message}`);
      return;
    }
    try {
      const simulator = { rates: fastRates, faults: [...amazonsOwn], seed: this.#seed };
      await play({ simulator, settings: ground.settings }, async (scenario) => {
        await this.#story(scenario, ground);
      });
    } finally {
      await ground.close();
    }
  }

  async #story(scenario: Scenario, ground: Ground): Promise<void> {
    const trickle = new Trickle(scenario);
    try {
      await this.#accidents(scenario, ground, trickle);
    } catch (error) {
      this.find('stuck', (error as Error).message);
    } finally {
      trickle.stop();
    }
    this.#orders = trickle.count;
    await this.#agreement(scenario);
    const { truth } = scenario;
    this.#acceptedAt = truth.orders.flatMap(({ acceptedAt }) => (acceptedAt === null ? [] : [Date.parse(acceptedAt)]));
    this.#posts = scenario.posts;
    for (const { ms, outage } of standstills(this.#outages, this.#acceptedAt)) {
      if (ms > STUCK_AFTER_MS) this.find('stuck', `after accident ${outage + 1} nobody was asked for ${ms} ms`);
    }
    await this.#endings(scenario);
    await this.#logs(scenario);
  }

  async #accidents(scenario: Scenario, ground: Ground, trickle: Trickle): Promise<void> {
    const { environment = {} } = ground;
    for (let count = 0; count < this.#scene.workers; count += 1) {
      await scenario.startWorker({ environment }).waitForLog('started', { within: START_WITHIN_MS });
    }
    await scenario.untilAccepted(FIRST_ORDERS / 2, { within: START_WITHIN_MS });
    trickle.start();
    for (let number = 0; number < this.#times; number += 1) {
      await pause(this.#random.between(BREATHER_MS.least, BREATHER_MS.most));
      const from = Date.now();
      // A cut waits for a request that it can strike: one that never comes is a worker that does nothing.
      const accident = ground.strike({ number, random: this.#random, scenario });
      await within(ACCIDENT_MS, accident, `accident ${number + 1}`);
      this.#outages.push({ from, through: Date.now() });
      // Every other accident comes before the last one is over.
      if (number % 2 === 0) await this.#nextRequest(scenario, `after accident ${number + 1} somebody is asked again`);
      if (scenario.workers.some((worker) => worker.fell)) throw new Error(`accident ${number + 1} ended a worker`);
    }
  }

  async #nextRequest(scenario: Scenario, what: string): Promise<void> {
    const before = scenario.accepted;
    await scenario.until(what, () => scenario.accepted > before, { within: STUCK_AFTER_MS });
  }

  /** Waits until everybody was asked and the ledger agrees; what is left after that is what the scene found. */
  async #agreement(scenario: Scenario): Promise<void> {
    const deadline = performance.now() + END_WITHIN_MS;
    for (;;) {
      let left: Finding[];
      try {
        left = findings(scenario.truth, await scenario.export(), { undecidedForMs: UNDECIDED_MS });
        if (left.length === 0 && scenario.accepted < this.#orders) {
          left = [{ kind: 'lost', text: `${scenario.accepted} of ${this.#orders} were asked` }];
        }
      } catch (error) {
        left = [{ kind: 'stuck', text: (error as Error).message }];
      }
      if (left.length === 0) return;
      if (performance.now() > deadline || scenario.workers.some((worker) => worker.fell)) {
        for (const { kind, text } of left) this.find(kind, text);
        return;
      }
      await pause(EXPORT_PAUSE_MS);
    }
  }

  async #endings(scenario: Scenario): Promise<void> {
    const endings = await Promise.all(scenario.workers.map((worker) => worker.stop()));
    for (const { code, seconds } of endings) {
      if (code !== 0) this.find('misbehaved', `a worker ended with status ${code} when asked to stop`);
      if (seconds > 12) this.find('misbehaved', `a worker took ${seconds.toFixed(1)} s to stop`);
    }
  }

  async #logs(scenario: Scenario): Promise<void> {
    const said = scenario.workers.map((worker) => worker.lastWords(Number.MAX_SAFE_INTEGER).split('\n').slice(0, -1));
    const lines = said.flat();
    const { warnings, complaints } = readLog(lines);
    this.#warnings = warnings;
    for (const complaint of complaints) this.find('misbehaved', complaint);

    const minutes = this.#outages.reduce((sum, { from, through }) => sum + through - from, 0) / 60_000;
    const most = this.#scene.workers * (LINES_PER_OUTAGE * this.#outages.length + LINES_PER_MINUTE * minutes);
    if (warnings > most) this.find('misbehaved', `${warnings} warnings in the log for ${this.#outages.length} outages`);
    const { mustSay } = this.#scene;
    if (mustSay !== undefined && !lines.some((line) => mustSay.test(line))) {
      this.find('misbehaved', `nobody said what was wrong: no line of the log matches ${mustSay}`);
    }
    if (this.#findings.length > 0) await this.#keep(said);
  }

  async #keep(said: readonly (readonly string[])[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), `askonce-chaos-${this.#scene.name}-`));
    for (const [index, lines] of said.entries()) {
      await writeFile(join(folder, `worker-${index + 1}.log`), lines.map((line) => `${line}\n`).join(''));
    }
    const outages = this.#outages.map((outage) => `${JSON.stringify(outage)}\n`).join('');
    await writeFile(join(folder, 'outages.jsonl'), outages);
    await writeFile(
      join(folder, 'findings.txt'),
      this.#findings.map(({ kind, text }) => `${kind}: ${text}\n`).join(''),
    );
    process.stderr.write(`${this.#scene.name}: the workers' logs are kept in ${folder}\n`);
  }

  told(seconds: number): Played {
    const lengths = standstills(this.#outages, this.#acceptedAt)
      .map(({ ms }) => ms)
      .toSorted((a, b) => a - b);
    return {
      scene: this.#scene.name,
      accidents: this.#outages.length,
      wanted: this.#times,
      orders: this.#orders,
      posts: this.#posts,
      longestStandstillMs: lengths.at(-1) ?? 0,
      medianStandstillMs: lengths[Math.floor(lengths.length / 2)] ?? 0,
      warnings: this.#warnings,
      findings: this.#findings,
      seconds,
    };
  }
}
