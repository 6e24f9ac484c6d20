import { setFlagsFromString } from 'node:v8';

/**
 * Loads the modules, and from then on keeps the heap small. There is no limit: a heap that needs more gets more.
 *
 * What an ask leaves behind outlives the young generation, however large that is, as it waits for its slot. So most
 * of a busy worker's heap is garbage, which V8 by itself leaves lying until four times as much is held as was needed.
 * Here it collects at one and a half times as much.
 */
export async function inSmallHeap<T>(load: () => Promise<T>): Promise<T> {
  // Loading the modules would otherwise grow the young generation for good; a worker that idles needs none of it.
  setFlagsFromString('--semi-space-growth-factor=1');
  const loaded = await load();
  // Not before: nothing of the modules is garbage.
  setFlagsFromString('--heap-growing-percent=50');
  return loaded;
}
