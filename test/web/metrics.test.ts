import { afterEach, expect, test } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { type DateTime, Duration } from 'luxon';
import type { StoredAlarm } from '../../src/ledger/alarm-book.js';
import type { AccountStatus } from '../../src/ledger/reports.js';
import { createMeters } from '../../src/measuring/meters.js';
import type { QueueContents } from '../../src/queue/wake-ups.js';
import { addMetrics, type MetricsParts } from '../../src/web/metrics.js';
import type { MeasuredLedger } from '../../src/web/metrics-figures.js';
import { at } from '../support/builders.js';

const noon = at('2026-03-20T12:00:00Z');
const counts = { waiting: 1, scheduled: 2, sending: 0, unknown: 3, sent: 40, refused: 0, skipped: 5, expired: 0 };
const tea: AccountStatus = {
  name: 'tea',
  region: 'eu',
  paused: null,
  failures: 0,
  failingSince: null,
  coolDownUntil: null,
  backlogThrough: null,
  backlogRate: null,
  counts,
  nextAskAt: null,
  nearestDeadline: noon.plus({ hours: 2 }),
  oldestUnknownAt: noon.minus({ hours: 3 }),
  readThrough: noon.minus({ minutes: 4 }),
};
const alarm = (name: StoredAlarm['name'], account: string | null): StoredAlarm => ({
  id: 1n,
  name,
  account,
  subject: null,
  text: 'of order 302-0000001-0000001',
  firedAt: noon,
  resolvedAt: null,
  toldAt: null,
});
const sendQueue: QueueContents = { queue: 'send', waiting: 2, delayed: 7, active: 1, failed: 0 };

let app: FastifyInstance | null = null;

afterEach(async () => {
  await app?.close();
  app = null;
});

interface Scene {
  readonly ledger?: Partial<MeasuredLedger>;
  readonly queueContents?: () => Promise<readonly QueueContents[]>;
  readonly meters?: MetricsParts['meters'];
  readonly secretRotatedOn?: DateTime;
  readonly clock?: { now(): DateTime };
}

function ledgerOf(some: Partial<MeasuredLedger> = {}): MeasuredLedger {
  return {
    time: async () => noon,
    status: async () => [tea],
    learntRates: async () => [],
    backlogs: async () => [],
    sentPerDay: async () => [],
    asks: async () => [],
    openAlarms: async () => [],
    ...some,
  };
}

/** Asks the route `/metrics` of a scene, as Prometheus does. */
async function scraping(scene: Scene = {}): Promise<() => Promise<string>> {
  app = fastify();
  addMetrics(app, {
    config: {
      accounts: [{ name: 'tea', secretRotatedOn: scene.secretRotatedOn ?? null }],
      alarms: { deadlineWithin: Duration.fromObject({ hours: 24 }) },
    } as unknown as MetricsParts['config'],
    ledger: ledgerOf(scene.ledger),
    wakeUps: { queueContents: scene.queueContents ?? (async () => [sendQueue]) },
    clock: scene.clock ?? { now: () => noon },
    meters: scene.meters ?? createMeters(['tea']),
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return async () => {
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(200);
    return answer.text();
  };
}

const sample = (text: string, name: string) => text.split('\n').find((line) => line.startsWith(`${name} `));

test('orders are counted by account and state, finished ones too', async () => {
  const text = await (await scraping())();

  expect(text).toContain('askonce_review_requests{account="tea",state="unknown"} 3');
  expect(text).toContain('askonce_review_requests{account="tea",state="sent"} 40');
});

test('ages and times left are seconds as of the scrape', async () => {
  const text = await (await scraping())();

  expect(text).toContain('askonce_oldest_unknown_age_seconds{account="tea"} 10800');
  expect(text).toContain('askonce_nearest_deadline_seconds{account="tea"} 7200');
  expect(text).toContain('askonce_feed_lag_seconds{account="tea"} 240');
});

test('what is not known has no sample: never read, no deadline, never asked, no date of the secret', async () => {
  const fresh = { ...tea, readThrough: null, nearestDeadline: null, oldestUnknownAt: null };
  const text = await (await scraping({ ledger: { status: async () => [fresh] } }))();

  for (const name of ['feed_lag', 'nearest_deadline', 'last_ask_timestamp', 'secret_expiry_timestamp']) {
    expect(text).toContain(`# HELP askonce_${name}_seconds`);
    expect(text).not.toContain(`askonce_${name}_seconds{`);
  }
  expect(text).toContain('askonce_oldest_unknown_age_seconds{account="tea"} 0');
});

test('the backlog tells how many are in line, since when, and how many of them are running out of time', async () => {
  const backlog = {
    account: 'tea',
    overdue: 12,
    overdueSince: noon.minus({ minutes: 30 }),
    closing: 4,
    nearestDeadline: noon.plus({ hours: 2 }),
  };
  const asked: DateTime[] = [];
  const backlogs: MeasuredLedger['backlogs'] = async (_now, before) => {
    asked.push(before);
    return [backlog];
  };
  const text = await (await scraping({ ledger: { backlogs } }))();

  expect(text).toContain('askonce_overdue_review_requests{account="tea"} 12');
  expect(text).toContain('askonce_overdue_age_seconds{account="tea"} 1800');
  expect(text).toContain('askonce_overdue_closing_review_requests{account="tea"} 4');
  expect(asked).toEqual([noon.plus({ hours: 24 })]);
});

test.each([
  ["30 requests in a minute are half of Amazon's published rate", 30, [], 0.5],
  ['at a learnt rate of ten a second they are little', 30, [10], 0.05],
  ['a burst does not make it more than all', 65, [], 1],
  ['no request in the last minute is nothing', 0, [], 0],
])('%s', async (_name, posts, learnt, ratio) => {
  const operations = ['getSolicitationActions', 'createSolicitation'] as const;
  const rates = learnt.flatMap((rate) => operations.map((operation) => ({ account: 'tea', operation, rate })));
  const asks = async () => [{ account: 'tea', posts, lastAt: noon.minus({ seconds: 5 }) }];
  const text = await (await scraping({ ledger: { asks, learntRates: async () => rates } }))();

  expect(text).toContain(`askonce_rate_used_ratio{account="tea"} ${ratio}\n`);
  expect(text).toContain(`askonce_last_ask_timestamp_seconds{account="tea"} ${noon.toSeconds() - 5}`);
});

test("only today's requests count as sent today", async () => {
  const sentPerDay = async () => [
    { account: 'tea', day: '2026-03-19', orders: 100 },
    { account: 'tea', day: '2026-03-20', orders: 8 },
  ];
  const text = await (await scraping({ ledger: { sentPerDay } }))();

  expect(text).toContain('askonce_sent_today{account="tea"} 8');
});

test('an open alarm is 1 with its account, and every alarm is there without one', async () => {
  const openAlarms = async () => [alarm('feed-silent', 'tea'), alarm('queue-unsafe', null)];
  const text = await (await scraping({ ledger: { openAlarms } }))();

  expect(text).toContain('askonce_alarm_firing{alarm="feed-silent",account="tea"} 1');
  expect(text).toContain('askonce_alarm_firing{alarm="queue-unsafe",account=""} 1');
  expect(text).toContain('askonce_alarm_firing{alarm="unknown-old",account=""} 0');
});

test('a client secret expires 180 days after it was made', async () => {
  const text = await (await scraping({ secretRotatedOn: at('2026-01-01T00:00:00Z') }))();

  const expiry = at('2026-06-30T00:00:00Z').toSeconds();
  expect(text).toContain(`askonce_secret_expiry_timestamp_seconds{account="tea"} ${expiry}`);
});

test('the queue is counted by verb and state', async () => {
  const text = await (await scraping())();

  expect(text).toContain('askonce_queue_depth{verb="send",state="waiting"} 2');
  expect(text).toContain('askonce_queue_depth{verb="send",state="delayed"} 7');
  expect(text).toContain('askonce_queue_depth{verb="send",state="active"} 1');
});

test("the skew of both clocks is known once Amazon has named its time; the ledger's is reckoned from this machine's", async () => {
  const meters = createMeters(['tea']);
  const scrape = await scraping({ meters });
  expect(await scrape()).not.toContain('askonce_clock_skew_seconds{');

  meters.heardAmazon(90);

  expect(await scrape()).toContain('askonce_clock_skew_seconds{clock="machine"} 90');
});

test('while the ledger is away the answer comes, says so, and lacks what only the ledger knows', async () => {
  const text = await (await scraping({ ledger: { status: () => Promise.reject(new Error('gone')) } }))();

  expect(sample(text, 'askonce_ledger_up')).toBe('askonce_ledger_up 0');
  expect(sample(text, 'askonce_queue_up')).toBe('askonce_queue_up 1');
  expect(text).not.toContain('askonce_review_requests{');
  expect(text).toContain('askonce_asks_total{account="tea",outcome="accepted"} 0');
  expect(text).toContain('process_resident_memory_bytes');
});

test('a ledger or a queue that never answers keeps nobody waiting', async () => {
  const never = () => new Promise<never>(() => {});
  const scrape = await scraping({ ledger: { time: never }, queueContents: never });

  const begun = performance.now();
  const text = await scrape();

  // Two seconds at most where the machine is quiet.
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(sample(text, 'askonce_ledger_up')).toBe('askonce_ledger_up 0');
  expect(sample(text, 'askonce_queue_up')).toBe('askonce_queue_up 0');
});

test('several Prometheus at once cost the ledger one read', async () => {
  let reads = 0;
  const status = async () => {
    reads += 1;
    return [tea];
  };
  const scrape = await scraping({ ledger: { status } });

  await Promise.all([scrape(), scrape(), scrape()]);
  await scrape();

  expect(reads).toBe(1);
});

test('no order id, whatever an alarm says, is in the metrics', async () => {
  const text = await (await scraping({ ledger: { openAlarms: async () => [alarm('unknown-old', 'tea')] } }))();

  expect(text).not.toContain('302-0000001');
});

test('two workers in one process count apart', async () => {
  const first = createMeters(['tea']);
  first.asked('tea', 'accepted');
  const other = await (await scraping({ meters: createMeters(['tea']) }))();

  expect(other).toContain('askonce_asks_total{account="tea",outcome="accepted"} 0');
});
