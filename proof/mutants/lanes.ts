/** A copy of the sources to work in, one piece of work at a time. */
export interface Lane {
  readonly root: string;
  readonly cache: string;
  readonly seed: number;
}

/** Every lane takes the next piece of work when it has done one; the answers come in the order of the work. */
export async function overLanes<W, T>(
  lanes: readonly Lane[],
  work: readonly W[],
  run: (lane: Lane, work: W) => Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  const left = work.map((piece, index) => ({ piece, index }));
  await Promise.all(
    lanes.map(async (lane) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        done[next.index] = await run(lane, next.piece);
      }
    }),
  );
  return done;
}
