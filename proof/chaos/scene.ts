import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import type { Scenario, Settings } from '../../test/support/scenario.js';

/** One dependency and what happens to it, over and over, while orders come and are asked. */
export interface Scene {
  readonly name: string;
  /** How many of them work side by side. */
  readonly workers: 1 | 2;
  /** Of so many accidents that are asked for only one is played, because each takes long; default 1. */
  readonly oneOf?: number;
  /** What the workers must have said of it at least once; they may say nothing where nothing is lost to them. */
  readonly mustSay?: RegExp;
  /** Makes the dependency. Throws with a sentence where this machine cannot play the scene. */
  prepare(): Promise<Ground>;
}

/** What a scene's workers stand on. */
export interface Ground {
  /** Keys of `.env`. */
  readonly settings: Settings;
  /** Variables of the workers' processes. */
  readonly environment?: Readonly<Record<string, string>>;
  /** One accident, e.g. a restart. Answers once the dependency could be used again. */
  strike(accident: Accident): Promise<void>;
  close(): Promise<void>;
}

export interface Accident {
  /** From 0. */
  readonly number: number;
  readonly random: SeededRandom;
  readonly scenario: Scenario;
}
