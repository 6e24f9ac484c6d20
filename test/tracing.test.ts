import { afterEach, describe, expect, test } from '@jest/globals';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { DateTime } from 'luxon';
import pg from 'pg';
import { systemClock } from '../src/clock.js';
import { openWakeUps, type QueueAddress } from '../src/queue/bullmq-wake-ups.js';
import type { AlarmClock, Listeners } from '../src/queue/wake-ups.js';
import { openTracing, type Tracing } from '../src/tracing/tracing.js';
import { GERMANY } from './support/builders.js';
import { eventually } from './support/eventually.js';
import { onRedis } from './support/on-redis.js';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './support/otlp-receiver.js';
import { testPostgres } from './support/postgres.js';
import { startRedisServer } from './support/redis-server.js';
import { ScriptedAmazon, throttled } from './support/steps-amazon.js';

const ORDER = '302-0000001-0000001';
const SECRET = 'Atzr|must-not-leave';

let closing: (() => Promise<void>)[] = [];
let warned: { event: string; facts: Record<string, unknown> }[] = [];
const log = { warn: (event: string, facts: Record<string, unknown> = {}) => void warned.push({ event, facts }) };

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  warned = [];
});

async function traced(endpoint: string): Promise<Tracing> {
  const tracing = await openTracing(endpoint, log);
  if (tracing === null) throw new Error('no tracing');
  closing.push(() => tracing.stop());
  return tracing;
}

async function receiver(...given: Parameters<typeof startOtlpReceiver>): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver(...given);
  closing.push(() => started.stop());
  return started;
}

interface Store {
  readonly address: QueueAddress;
  /** Everything the queue keeps about its jobs, as text. */
  kept(): Promise<string>;
  stop(): Promise<void>;
}

const onPostgres = async (): Promise<Store> => {
  const server = await testPostgres();
  const { url } = await server.freshDatabase();
  return {
    address: { kind: 'postgres', url },
    async kept() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query('SELECT data, opts FROM bullmq.job');
      await client.end();
      return JSON.stringify(rows);
    },
    stop: () => server.stop(),
  };
};

const onOwnRedis = async (): Promise<Store> => {
  const server = await startRedisServer();
  return {
    address: { kind: 'redis', url: server.url },
    async kept() {
      const redis = new Redis(server.url, { disconnectTimeout: 50 });
      const keys = (await redis.keys('{askonce}:askonce-*')).sort();
      const hashes = await Promise.all(
        keys.map(async (key) => ((await redis.type(key)) === 'hash' ? redis.hgetall(key) : {})),
      );
      redis.disconnect();
      return JSON.stringify(hashes.map(({ data, opts }: Record<string, string>) => ({ data, opts })));
    },
    stop: () => server.stop(),
  };
};

async function listening(tracing: Tracing, { address }: Store, listeners: Listeners): Promise<AlarmClock> {
  const wakeUps = await openWakeUps(address, {
    clock: systemClock,
    onError: () => {},
    retryDelayMs: 60_000,
    telemetry: tracing.telemetry,
  });
  closing.push(() => wakeUps.close());
  await wakeUps.listen(tracing.listeners(listeners), { onError: () => {} });
  return wakeUps;
}

const now = (verb: 'send' | 'settle', orderId = ORDER) => ({ verb, orderId, at: DateTime.utc() });

for (const [name, group, open] of [
  ['Postgres', describe, onPostgres],
  ['Redis', onRedis, onOwnRedis],
] as const) {
  group(`with the queue on ${name}`, () => {
    const store = async () => {
      const opened = await open();
      closing.push(() => opened.stop());
      return opened;
    };
    const spanCalled = (spans: readonly ReceivedSpan[], spanName: string) => {
      const span = spans.find((one) => one.name === spanName);
      if (span === undefined) throw new Error(`no ${spanName} among ${spans.map((one) => one.name).join(', ')}`);
      return span;
    };

    test('a step is a span of its wake-up, and the calls to Amazon are spans within it, with their outcome', async () => {
      const { endpoint, spans } = await receiver();
      const tracing = await traced(endpoint);
      const gateway = tracing.gateway(new ScriptedAmazon().asks({ outcome: throttled, call: { status: 429 } }), 'tea');
      const wakeUps = await listening(tracing, await store(), {
        send: async (orderId) => {
          await gateway.ask({ orderId, marketplaceId: GERMANY }, () => true);
          return undefined;
        },
      });

      await wakeUps.ring([now('send')]);

      const step = await eventually(() => spanCalled(spans, 'process askonce-send'));
      const call = await eventually(() => spanCalled(spans, 'amazon createSolicitation'));
      expect(step).toMatchObject({ kind: 5, attributes: { 'askonce.step': 'send' } });
      expect(step.resource).toMatchObject({ 'service.name': 'askonce', 'service.version': expect.any(String) });
      expect(call).toMatchObject({
        kind: 3,
        traceId: step.traceId,
        parentSpanId: step.spanId,
        attributes: {
          'askonce.account': 'tea',
          'askonce.operation': 'createSolicitation',
          'askonce.outcome': 'throttled',
          'http.response.status_code': 429,
        },
      });
      expect(JSON.stringify(call.attributes)).not.toContain(ORDER);
    });

    test('a step that throws is a span in error, without the words of the error', async () => {
      const { endpoint, spans, bodies } = await receiver();
      const tracing = await traced(endpoint);
      const wakeUps = await listening(tracing, await store(), {
        settle: () => Promise.reject(new Error(`refused for ${SECRET}`)),
      });

      await wakeUps.ring([now('settle')]);

      const step = await eventually(() => spanCalled(spans, 'process askonce-settle'));
      expect(step.status.code).toBe(2);
      expect(bodies.join()).not.toContain('must-not-leave');
    });

    test('a job carries an order id and nothing else, also while it is traced', async () => {
      const tracing = await traced((await receiver()).endpoint);
      const opened = await store();
      const wakeUps = await listening(tracing, opened, { discover: async () => {} });

      await wakeUps.ring([{ verb: 'send', orderId: ORDER, at: DateTime.utc().plus({ hours: 1 }) }]);
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 60_000 }]);

      const kept = await opened.kept();
      expect(kept).toContain(ORDER);
      expect(kept).not.toMatch(/traceparent|"tm"|\\"tm\\"|telemetry/);
    });

    test('every recurring ring is a trace of its own', async () => {
      const { endpoint, spans } = await receiver();
      const wakeUps = await listening(await traced(endpoint), await store(), { sweep: async () => {} });

      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 200 }]);

      const sweeps = () => spans.filter((span) => span.name === 'process askonce-sweep');
      await eventually(() => expect(sweeps().length).toBeGreaterThanOrEqual(3));
      expect(new Set(sweeps().map((span) => span.traceId)).size).toBe(sweeps().length);
      expect(sweeps().every((span) => span.parentSpanId === undefined)).toBe(true);
    });
  });
}

test('a page is a span by its pattern: neither path nor query nor the words of an error leave, and health is not traced', async () => {
  const { endpoint, spans, bodies } = await receiver();
  const tracing = await traced(endpoint);
  const app = fastify();
  await app.register(tracing.pages);
  for (const path of ['/orders/:orderId', '/healthz', '/metrics']) app.get(path, async () => ({}));
  app.get('/failing', () => Promise.reject(new Error(`no ${SECRET}`)));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  closing.push(() => app.close());

  for (const path of ['/healthz', '/metrics', '/failing', `/orders/${ORDER}?token=${SECRET}`, `/nothing/${ORDER}`])
    await fetch(url + path);
  await tracing.stop();

  expect(spans.map((span) => span.name)).toContain('GET /orders/:orderId');
  expect(spans.filter((span) => /healthz|metrics/.test(JSON.stringify(span)))).toEqual([]);
  expect(bodies.join()).not.toMatch(/302-0000001|must-not-leave/);
});

test('without an endpoint there is no tracing', async () => {
  expect(await openTracing(null, log)).toBeNull();
});

describe('a collector', () => {
  const made = async (tracing: Tracing, spans: number) => {
    const gateway = tracing.gateway(new ScriptedAmazon(), 'tea');
    for (let made = 0; made < spans; made += 1) await gateway.getOrder(ORDER);
  };

  test('that is away costs one line in the log, however many spans are lost', async () => {
    const gone = await receiver();
    await gone.stop();
    closing = [];
    const tracing = await traced(gone.endpoint);

    await made(tracing, 3_000);
    await eventually(() => expect(warned).toHaveLength(1));
    await made(tracing, 3_000);
    await tracing.stop();

    expect(warned.map(({ event }) => event)).toEqual(['traces-not-delivered']);
    expect(JSON.stringify(warned)).not.toContain(ORDER);
  });

  test('that never answers does not keep the worker from ending', async () => {
    let givenUp = false;
    const { endpoint } = await receiver((_request, response) => {
      response.on('close', () => {
        givenUp = true;
      });
    });
    const tracing = await traced(endpoint);
    await made(tracing, 5);

    await tracing.stop();

    // Not even as long as a delivery at any other time may take.
    expect(givenUp).toBe(false);
  });

  test.each([
    ['answers with more than anybody wants to read', 'Bad Request', 'x'.repeat(8_000_000)],
    ['refuses at length', 'no '.repeat(1_000), SECRET],
  ])('that %s is heard of in one short line', async (_name, reason, body) => {
    const { endpoint } = await receiver((_request, response) => response.writeHead(400, reason).end(body));
    const tracing = await traced(endpoint);

    await made(tracing, 600);

    await eventually(() => expect(warned).toHaveLength(1));
    expect(JSON.stringify(warned).length).toBeLessThan(400);
    expect(JSON.stringify(warned)).not.toContain('must-not-leave');
  });

  test('gets what is left when the worker ends', async () => {
    const { endpoint, spans } = await receiver();
    const tracing = await traced(endpoint);
    await made(tracing, 5);

    await tracing.stop();

    expect(spans.map((span) => span.name)).toEqual(Array(5).fill('amazon getOrder'));
  });
});
