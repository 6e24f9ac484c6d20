import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NewOrder } from '../../src/simulator/new-order.js';
import { startClockProxy } from '../alarms/clock-proxy.js';
import { WebhookReceiver } from '../alarms/webhook-receiver.js';
import { onRedis } from '../support/on-redis.js';
import { north, play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();
const workers = 2;

interface Watched {
  readonly scenario: Scenario;
  readonly webhook: WebhookReceiver;
  /** Waits until these were told, in any order, and nothing else was. */
  told(...messages: readonly string[]): Promise<void>;
}

interface Given {
  readonly settings?: Settings;
  readonly roles?: string;
  readonly webhookIsUp?: boolean;
  /** Those that Amazon has before the workers begin. */
  readonly orders?: readonly Omit<NewOrder, 'account'>[];
}

/** A story with two workers and a webhook, judged every second. What was told is told once to the end of the story. */
async function watched(
  { settings = {}, roles = 'all', webhookIsUp = true, orders = [] }: Given,
  story: (watched: Watched) => Promise<void>,
): Promise<void> {
  const webhook = await new WebhookReceiver().open();
  if (!webhookIsUp) await webhook.close();
  const short = { ALERT_WEBHOOK_URL: webhook.url, ALERT_EVERY: '1s', ALERT_DIGEST_AT: 'off', ...settings };
  try {
    await play({ accounts: [north], settings: { ...short, ...(await freshDatabase()) } }, async (scenario) => {
      if (orders.length > 0) addOrders(scenario, orders);
      const environment = { ROLES: roles };
      await Promise.all(Array.from({ length: workers }, () => scenario.startedWorker({ environment })));
      const told = async (...messages: readonly string[]) => {
        await scenario
          .until(messages.join(', '), () => messages.every((message) => webhook.told.includes(message)))
          .catch((cause) => {
            throw new Error(`told: ${webhook.told.join(', ') || 'nothing'}`, { cause });
          });
        expect(webhook.told.toSorted()).toEqual(messages.toSorted());
      };
      await story({ scenario, webhook, told });
    });
  } finally {
    await webhook.close();
  }
}

function addOrders(scenario: Scenario, orders: readonly Omit<NewOrder, 'account'>[]): string[] {
  return scenario.simulator.world.addOrders(orders.map((order) => ({ account: 'north', ...order })));
}

/** A search for what is new finds them, although they were delivered ten days ago. */
const addFoundOrders = (scenario: Scenario, count: number) =>
  addOrders(
    scenario,
    Array.from({ length: count }, () => ({ touchedAt: '-4m' })),
  );

/** Long enough for whoever would tell it again. */
const twoMoreRounds = async ({ scenario }: Watched) => {
  const until = performance.now() + 2_500;
  await scenario.until('two more rounds', () => performance.now() > until);
};

(onRedis === describe ? test : test.skip)(
  'a pause, a secret about to expire and an unsafe Redis are each told once, and their all-clear once',
  async () => {
    await withRedis(async (redis) => {
      const admin = new Redis(redis.url);
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
      const settings = { REDIS_URL: redis.url, LWA_SECRET_ROTATED_ON: day(170) };
      await watched({ settings }, async (all) => {
        const { scenario, webhook, told } = all;
        const firing = ['queue-unsafe firing', 'secret-rotation firing north'];
        await told(...firing);
        await scenario.askonce('pause', 'north', '--reason', 'holidays <!channel>');
        await told(...firing, 'account-paused firing north');
        expect(webhook.received.find(({ alarm }) => alarm === 'account-paused')?.text).toContain(
          'holidays &lt;!channel&gt;',
        );
        const unsafe = webhook.received.find(({ alarm }) => alarm === 'queue-unsafe')?.text;
        expect(unsafe).toContain('allkeys-lru');
        expect(unsafe).toContain('neither append-only file nor snapshots');

        await admin.config('SET', 'maxmemory-policy', 'noeviction');
        await twoMoreRounds(all);
        expect(webhook.told).not.toContain('queue-unsafe resolved');
        await admin.config('SET', 'save', '3600 1');
        await scenario.askonce('resume', 'north');
        const cleared = [
          ...firing,
          'account-paused firing north',
          'queue-unsafe resolved',
          'account-paused resolved north',
        ];
        await told(...cleared);

        await scenario.configure({ LWA_SECRET_ROTATED_ON: day(0) });
        await Promise.all(scenario.workers.map((worker) => worker.stop()));
        await Promise.all(Array.from({ length: workers }, () => scenario.startedWorker()));
        await told(...cleared, 'secret-rotation resolved north');
        await twoMoreRounds(all);
        await told(...cleared, 'secret-rotation resolved north');
      });
      admin.disconnect();
    });
  },
);

test('orders that nobody asks for while their windows end are told of once, until somebody does', async () => {
  const settings = { ALERT_NOTHING_SENT_AFTER: '3s', ALERT_DEADLINE_BACKLOG: '3', CATCH_UP_DAYS: '60' };
  const order = { createdAt: '-34d', shippedAt: '-33d', deliveredAt: '-29d' } as const;
  const given = { settings, roles: 'discover,schedule,settle,sweep', orders: [order, order, order] };
  await watched(given, async (all) => {
    const { scenario, told } = all;
    const firing = ['nothing-sent firing north', 'deadline-near firing north'];
    await told(...firing);
    await twoMoreRounds(all);
    await told(...firing);

    await scenario.startedWorker({ environment: { ROLES: 'send' } });
    await scenario.untilAccepted(3);
    await told(...firing, 'nothing-sent resolved north', 'deadline-near resolved north');
    await twoMoreRounds(all);
    await told(...firing, 'nothing-sent resolved north', 'deadline-near resolved north');
  });
});

test('orders that are tried in vain are told of, although none of them stays due', async () => {
  await watched({ settings: { ALERT_NOTHING_SENT_AFTER: '4s' } }, async ({ scenario, told }) => {
    scenario.simulator.faults.add({ kind: 'server-error', operations: ['getSolicitationActions'] });
    addFoundOrders(scenario, 2);
    await told('nothing-sent firing north');
    scenario.simulator.faults.clear();
    await scenario.untilAccepted(2);
    await told('nothing-sent firing north', 'nothing-sent resolved north');
  });
});

test('a request whose fate stays unknown is told of once, until it is settled', async () => {
  const settings = { ALERT_UNKNOWN_AFTER: '3s', SETTLE_LOOKS: '2s,12s' };
  await watched({ settings }, async ({ scenario, webhook, told }) => {
    scenario.simulator.faults.add({ kind: 'answer-lost', operations: ['createSolicitation'], times: 2 });
    const orders = addFoundOrders(scenario, 2);
    await told('unknown-old firing north');
    expect(orders.some((order) => webhook.received[0]?.text.includes(order))).toBe(true);
    await told('unknown-old firing north', 'unknown-old resolved north');
    await scenario.untilAgreed();
  });
});

test('a feed that falls silent is told of once, until orders are read again', async () => {
  const settings = { ALERT_FEED_SILENT_AFTER: '6s', DISCOVER_EVERY: '1s' };
  await watched({ settings }, async (all) => {
    const { scenario, webhook, told } = all;
    await scenario.until('orders are read', () =>
      scenario.workers.some((worker) => worker.logged('orders-read').length > 3),
    );
    expect(webhook.told).toEqual([]);
    scenario.simulator.faults.add({ kind: 'server-error', operations: ['searchOrders'] });
    await told('feed-silent firing north');
    await twoMoreRounds(all);
    scenario.simulator.faults.clear();
    await told('feed-silent firing north', 'feed-silent resolved north');
    await twoMoreRounds(all);
    await told('feed-silent firing north', 'feed-silent resolved north');
  });
});

test('most looks suddenly empty are told of once, until Amazon offers orders again', async () => {
  await watched({}, async (all) => {
    const { scenario, webhook, told } = all;
    addFoundOrders(scenario, 15);
    await scenario.untilAccepted(15);
    expect(webhook.told).toEqual([]);
    scenario.simulator.faults.add({ kind: 'look-empty' });
    addFoundOrders(scenario, 15);
    await told('eligibility-empty firing north');
    await twoMoreRounds(all);
    scenario.simulator.faults.clear();
    await scenario.untilAccepted(30);
    addFoundOrders(scenario, 5);
    await told('eligibility-empty firing north', 'eligibility-empty resolved north');
    await twoMoreRounds(all);
    await told('eligibility-empty firing north', 'eligibility-empty resolved north');
  });
});

test("a clock that is not Amazon's is told of once for the machine, until it is right", async () => {
  await watched({ settings: { DISCOVER_EVERY: '1s' } }, async (all) => {
    const { scenario, webhook, told } = all;
    const proxy = await startClockProxy(scenario.simulator.origin);
    try {
      await Promise.all(scenario.workers.map((worker) => worker.stop()));
      await scenario.configure({ SP_API_ENDPOINT: proxy.origin });
      await Promise.all(Array.from({ length: workers }, () => scenario.startedWorker()));
      await scenario.until('orders are read', () =>
        scenario.workers.slice(workers).some((worker) => worker.logged('orders-read').length > 2),
      );
      expect(webhook.told).toEqual([]);
      proxy.aheadMs = 10 * 60_000;
      await told('clock-skew firing');
      expect(webhook.received[0]).toMatchObject({ account: null, subject: expect.any(String) });
      expect(webhook.received[0]?.text).toMatch(/(9 min 5\d s|10 min) behind/);
      await twoMoreRounds(all);
      await twoMoreRounds(all);
      await told('clock-skew firing');
      proxy.aheadMs = 0;
      await told('clock-skew firing', 'clock-skew resolved');
      await twoMoreRounds(all);
      await twoMoreRounds(all);
      await told('clock-skew firing', 'clock-skew resolved');
    } finally {
      await proxy.close();
    }
  });
});

test('a webhook that is away at first loses nothing, and hurts nothing', async () => {
  await watched({ webhookIsUp: false }, async ({ scenario, webhook, told }) => {
    await scenario.askonce('pause', 'north', '--reason', 'holidays');
    const heard = () => scenario.workers.some((worker) => worker.logged('alarm-not-delivered').length > 0);
    await scenario.until('a worker says so', heard);
    const lines = scenario.workers.flatMap((worker) => worker.lastWords(1_000)).join('\n');
    expect(lines).toContain('no connection (ECONNREFUSED)');
    expect(lines).not.toContain('SECRET');
    await scenario.askonce('resume', 'north');
    addFoundOrders(scenario, 3);
    await scenario.untilAccepted(3);
    await scenario.askonce('pause', 'north', '--reason', 'holidays again');
    await webhook.open();
    await told('account-paused firing north');
  });
});

test('a worker that is killed takes no alarm with it, and doubles at most the one it was just telling', async () => {
  await watched({}, async (all) => {
    const { scenario, webhook } = all;
    webhook.answer = () => {};
    await scenario.askonce('pause', 'north', '--reason', 'holidays');
    await scenario.until('somebody tells it', () => webhook.requests > 0);
    const [killed] = scenario.workers;
    await killed?.kill();
    webhook.answer = null;
    await scenario.until('the other one tells it', () => webhook.told.length > 0);
    await twoMoreRounds(all);
    expect(webhook.told).toEqual(['account-paused firing north']);
    expect(webhook.requests).toBeLessThanOrEqual(3);
  });
});

test('the daily digest comes once from two workers, and is no alarm', async () => {
  const aMinuteAgo = new Date(Date.now() - 60_000).toISOString().slice(11, 16);
  await watched({ settings: { ALERT_DIGEST_AT: aMinuteAgo } }, async (all) => {
    const { webhook, told } = all;
    await told('digest daily');
    await twoMoreRounds(all);
    await told('digest daily');
    expect(webhook.received[0]).toMatchObject({
      accounts: [{ account: 'north', sent: 0, due: 0, unknown: 0, paused: null, alarms: [] }],
    });
    expect(webhook.received[0]).not.toHaveProperty('alarm');
  });
});
