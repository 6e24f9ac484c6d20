import type { SeededRandom } from '../../src/simulator/seeded-random.js';

function shuffled<T>(things: readonly T[], random: SeededRandom): T[] {
  return things
    .map((thing) => ({ thing, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ thing }) => thing);
}

/** So many of them in random order: each once before any comes again. */
export function overAndOver<T>(things: readonly T[], count: number, random: SeededRandom): T[] {
  const chosen: T[] = [];
  while (chosen.length < count) chosen.push(...shuffled(things, random).slice(0, count - chosen.length));
  return chosen;
}

/** Two at a time, in their order: as many as a small machine has processors. */
export async function inTwos<T, R>(things: readonly T[], work: (thing: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = things.map((thing, index) => ({ thing, index }));
  const hand = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      results[next.index] = await work(next.thing, next.index);
    }
  };
  const ends = await Promise.allSettled([hand(), hand()]);
  // Only then, so that whatever the other hand had started is cleared up.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
