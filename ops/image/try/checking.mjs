// What the checks of the image share.
import { setTimeout as pause } from 'node:timers/promises';

export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** Waits for a condition that may also throw as long as it does not hold. */
export async function until(condition, withinMs = 20_000) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      if (await condition()) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${withinMs / 1000} s: ${condition}`);
    await pause(100);
  }
}

/** Ends a container and gives its exit status. */
export function ended(container, signal) {
  container.signal(signal);
  return container.exited;
}

/** Since an instant of `performance.now()`, to a tenth. */
export function seconds(begun) {
  return Number(((performance.now() - begun) / 1000).toFixed(1));
}

export function say(line) {
  process.stdout.write(`${line}\n`);
}
