import assert from 'node:assert/strict';
import fc from 'fast-check';

/** A sentence that holds for whatever comes from outside. */
export interface HostileProperty {
  readonly says: string;
  /** Its part of all cases, in proportion to the others'. */
  readonly share: number;
  /** `null` when it held; otherwise the counterexample, and how to meet it again. */
  check(seed: number, cases: number): Promise<string | null>;
}

/** What a busy machine may take of its processor for one text; the slow ones that were found took three seconds and more. */
const MOST_CPU_MS = 1_000;
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
        assert.ok((user + system) / 1_000 < MOST_CPU_MS, `took ${Math.round((user + system) / 1_000)} ms`);
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
