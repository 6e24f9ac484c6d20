const ROUNDS = 5;
/** Less is not measured well everywhere: what is done sooner is done again. */
const MEASURABLE_MS = 20;

/**
 * How many times the processor time of `small` it takes to do `large`. Of both the fastest of some rounds
 * counts, in turn, in this process: how fast the machine is, and what else it does, cancels out.
 */
export function timesAsLong(small: () => unknown, large: () => unknown): number {
  let [fastestSmall, fastestLarge] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    fastestSmall = Math.min(fastestSmall, processorMs(small));
    fastestLarge = Math.min(fastestLarge, processorMs(large));
  }
  return fastestLarge / fastestSmall;
}

/** Of one time that the work is done. */
export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  for (let times = 1; ; times += 1) {
    work();
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1_000;
    if (ms >= MEASURABLE_MS) return ms / times;
  }
}
