import { expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { Cable } from '../../proof/chaos/cable.js';
import { systemClock } from '../../src/clock.js';
import { openWakeUps, type QueueAddress } from '../../src/queue/bullmq-wake-ups.js';
import type { AlarmClock } from '../../src/queue/wake-ups.js';
import { eventually } from '../support/eventually.js';
import { onRedis } from '../support/on-redis.js';
import { testPostgres } from '../support/postgres.js';
import { startRedisServer } from '../support/redis-server.js';

/** Lets every connection die in silence once a wake-up was heard on it, and tells whether the next one is heard. */
async function ringsAfterSilence({ kind, url }: QueueAddress, silentAfterMs: number): Promise<void> {
  const through = new URL(url);
  const cable = new Cable(Number(through.port));
  through.port = String(await cable.open());
  const wakeUps = await openWakeUps(
    { kind, url: through.href },
    { clock: systemClock, onError: () => {}, silentAfterMs, lookEveryMs: 500 },
  );
  const heard = new Set<string>();
  try {
    await wakeUps.listen({ send: async (orderId) => void heard.add(orderId) as undefined }, { onError: () => {} });
    // BullMQ on Postgres would wait until then, and hear of no other.
    if (kind === 'postgres') await ringAt(wakeUps, 'far', DateTime.utc().plus({ minutes: 50 }));
    await ringAt(wakeUps, 'before', DateTime.utc());
    await eventually(() => expect(heard).toContain('before'));

    cable.silence();
    cable.plugIn();

    await eventually(() => ringAt(wakeUps, 'after', DateTime.utc()), { within: 20_000 });
    await eventually(() => expect(heard).toContain('after'), { within: 20_000 });
  } finally {
    await wakeUps.close();
    await cable.close();
  }
}

function ringAt(wakeUps: AlarmClock, orderId: string, at: DateTime): Promise<void> {
  return wakeUps.ring([{ verb: 'send', orderId, at }]);
}

test('a Postgres whose connections died in silence rings again on new ones', async () => {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  await ringsAfterSilence({ kind: 'postgres', url }, 1_000);
  await server.stop();
}, 60_000);

onRedis('the queue on Redis', () => {
  test('a Redis whose connections died in silence rings again on new ones', async () => {
    const server = await startRedisServer();
    // Without work BullMQ waits for five seconds at a time.
    await ringsAfterSilence({ kind: 'redis', url: server.url }, 6_000);
    await server.stop();
  }, 60_000);
});
