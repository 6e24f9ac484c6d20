import { Queue } from 'bullmq';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { orderIdOf } from '../support/ledger-rows.js';
import { withRedis } from '../support/redis.js';

export interface Theirs {
  readonly seconds: number;
  readonly bytes: number;
}

const CHUNK = 1_000;
const SPREAD_MS = 30 * 86_400_000;

/** One delayed BullMQ job for each open order, as its documentation has it for things to be done later. */
export async function measureTheirs(orders: number, seed: string): Promise<Theirs> {
  return withRedis(async (redis) => {
    const connection = redis.client.duplicate({ maxRetriesPerRequest: null });
    const queue = new Queue('review-requests', { connection });
    await queue.waitUntilReady();
    const random = new SeededRandom(`${seed}/theirs`);
    const empty = await redis.usedMemory();
    const begun = performance.now();
    for (let from = 0; from < orders; from += CHUNK) {
      const jobs = Array.from({ length: Math.min(CHUNK, orders - from) }, (_, index) => {
        const orderId = orderIdOf(from + index, seed);
        const delay = Math.floor(random.next() * SPREAD_MS);
        return { name: 'ask', data: { orderId }, opts: { jobId: orderId, delay, removeOnComplete: true } };
      });
      await queue.addBulk(jobs);
    }
    const seconds = (performance.now() - begun) / 1000;
    const bytes = (await redis.usedMemory()) - empty;
    await queue.close();
    connection.disconnect();
    return { seconds, bytes };
  });
}
