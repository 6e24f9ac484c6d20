import assert from 'node:assert/strict';
import fc from 'fast-check';
import { processorMs } from '../growth.js';

/** A sentence that holds for whatever comes from outside. */
export interface HostileProperty {
  readonly says: string;
  /** Its part of all cases, in proportion to the others'. */
  readonly share: number;
  /** `null` when it held; otherwise the counterexample, and how to meet it again. */
  check(seed: number, cases: number): Promise<string | null>;
}

const TEXT = `[${'0,'.repeat(1_000_000)}0]`;
/** Here and now: how fast this machine is. */
const ONE_READING_MS = processorMs(() => JSON.parse(TEXT));
/** What one text may take of the processor, in readings of two million characters of JSON; the slow ones that were found took four hundred and more. */
const MOST_READINGS = 150;
const REPORT_CHARACTERS = 3_000;

export function hostileProperty<T>(
  says: string,
  share: number,
  cases: fc.Arbitrary<T>,
  holds: (value: T) => void | Promise<void>,
): HostileProperty {
  return {
    says,
    share,
    async check(seed, numRuns) {
      const property = fc.asyncProperty(cases, async (value) => {
        const before = process.cpuUsage();
        await holds(value);
        const { user, system } = process.cpuUsage(before);
        const ms = (user + system) / 1_000;
        assert.ok(ms < MOST_READINGS * ONE_READING_MS, `took ${Math.round(ms)} ms of the processor`);
        assert.equal(Reflect.get({}, 'polluted'), undefined, 'Object.prototype was changed');
      });
      const details = await fc.check(property, { seed, numRuns });
      if (!details.failed) return null;
      const cause =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
      return `${cause}\n${fc.defaultReportMessage(details)}`.slice(0, REPORT_CHARACTERS);
    },
  };
}
