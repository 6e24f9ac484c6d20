import { setTimeout as pause } from 'node:timers/promises';
import { DateTime } from 'luxon';
import { systemClock } from '../../src/clock.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
import type { OnEmptied, WakeUps } from '../../src/queue/wake-ups.js';
import { queueLost } from '../../src/steps/queue-lost.js';
import { sweep } from '../../src/steps/sweep.js';
import { fillLedger } from '../support/ledger-rows.js';
import { type BenchPostgres, withClient } from '../support/postgres.js';
import { withRedis } from '../support/redis.js';
import { accountsNamed } from '../support/rig.js';
import { benchContext, marketplaceId } from '../support/step-context.js';
import { type Recovery, recoveryOf } from './recovery.js';

const SWEEP_EVERY_MS = 30_000;
/** Long after the last of them should have rung. */
const LONGEST_RECOVERY_MS = 300_000;
const POLL_MS = 100;

export interface OursOptions {
  readonly postgres: BenchPostgres;
  readonly orders: number;
  readonly due: number;
  readonly accounts: number;
  readonly seed: string;
  readonly recover: boolean;
}

export interface Ours {
  /** Of one sweep that hands out everything within the horizon. */
  readonly seconds: number;
  readonly bytes: number;
  readonly wakeUps: number;
  /** `null`: left out. */
  readonly recovery: Recovery | null;
}

/** Hands out a ledger of open orders as a sweep does, then loses the whole queue. */
export async function measureOurs({
  postgres,
  orders,
  due,
  accounts: count,
  seed,
  recover,
}: OursOptions): Promise<Ours> {
  const accounts = accountsNamed('account', count).map(({ name }) => name);
  const url = await postgres.freshDatabase('ledger');
  // Thirty days of orders, of which one in ten waits to be shipped.
  const dueEveryMs = (30 * 86_400_000) / orders;
  const plan = { orders, open: orders, due, dueEveryMs, withAttempts: false, accounts, seed };
  await withClient(url, (client) => fillLedger(client, { ...plan, now: DateTime.utc() }));

  return withRedis(async (redis) => {
    const ledger = openPrismaLedger(url, { connections: 10, onConnectionLost: () => {} });
    const wakeUps = await openWakeUps({ kind: 'redis', url: redis.url }, { clock: systemClock, onError: () => {} });
    try {
      const rows = accounts.map((name) => ({ name, region: 'na', marketplaceIds: [marketplaceId] }));
      await ledger.registerAccounts(rows, systemClock.now());
      const context = benchContext({ ledger, wakeUps, accounts: rows });
      await begin(wakeUps, queueLost(context));
      const empty = await redis.usedMemory();
      const begun = performance.now();
      await sweep(context);
      const seconds = (performance.now() - begun) / 1000;
      const bytes = (await redis.usedMemory()) - empty;
      const depth = await wakeUps.depth();
      const handedOut = { seconds, bytes, wakeUps: depth.send + depth.schedule + depth.settle };
      if (!recover) return { ...handedOut, recovery: null };

      const expected = await overdue(url);
      const heardAt = new Map<string, number>();
      let lostAt = Number.POSITIVE_INFINITY;
      const send = async (orderId: string) => {
        const now = performance.now();
        if (now > lostAt && expected.has(orderId) && !heardAt.has(orderId)) heardAt.set(orderId, now);
        return undefined;
      };
      await wakeUps.listen({ sweep: () => sweep(context), send }, { concurrency: { send: 200 }, onError: () => {} });
      await redis.client.flushall();
      lostAt = performance.now();
      while (heardAt.size < expected.size && performance.now() - lostAt < LONGEST_RECOVERY_MS) await pause(POLL_MS);
      return { ...handedOut, recovery: recoveryOf([...heardAt.values()], lostAt, expected.size) };
    } finally {
      await wakeUps.close();
      await ledger.close();
    }
  });
}

/** Sets the rhythm of the sweep, as a worker does at its start, and waits until the very first start has been dealt with. */
async function begin(wakeUps: WakeUps, lost: OnEmptied): Promise<void> {
  let first = () => {};
  const dealtWith = new Promise<void>((resolve) => {
    first = resolve;
  });
  await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: SWEEP_EVERY_MS }], (unseenMs) =>
    lost(unseenMs).finally(first),
  );
  await dealtWith;
}

/** Every order that is to be asked now. */
async function overdue(url: string): Promise<ReadonlySet<string>> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ order_id: string }>(
      "SELECT order_id FROM review_request WHERE state = 'scheduled' AND next_look_at <= now()",
    );
    return new Set(rows.map(({ order_id }) => order_id));
  });
}
