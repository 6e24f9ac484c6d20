import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../src/package-root.js';
import { eventually } from './support/eventually.js';
import { type OtlpReceiver, startOtlpReceiver } from './support/otlp-receiver.js';
import { play, type Settings } from './support/scenario.js';
import { databases, testOnRedis, withRedis } from './support/scenario-databases.js';

const database = databases();

async function withReceiver(
  use: (receiver: OtlpReceiver) => Promise<void>,
  ...given: Parameters<typeof startOtlpReceiver>
): Promise<void> {
  const receiver = await startOtlpReceiver(...given);
  try {
    await use(receiver);
  } finally {
    await receiver.stop();
  }
}

async function tracedRun({ endpoint, spans, bodies }: OtlpReceiver, settings: Settings): Promise<void> {
  await play({ settings: { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } }, async (scenario) => {
    const orders = scenario.addDueOrders(5);
    const worker = await scenario.startedWorker();
    await scenario.untilAccepted(5);
    const { url } = await worker.waitForLog('http-listening');
    await fetch(`${url}/nothing-there/${orders[0]}?order=${orders[0]}`);
    const { code } = await worker.stop();

    expect(code).toBe(0);
    expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toContain(404);
    const asks = spans.filter(({ name }) => name === 'amazon createSolicitation');
    expect(asks.map(({ attributes }) => attributes['askonce.outcome'])).toEqual(Array(5).fill('accepted'));
    const steps = new Map(
      spans.filter(({ name }) => name === 'process askonce-send').map((span) => [span.spanId, span]),
    );
    for (const ask of asks) expect(steps.get(ask.parentSpanId ?? '')?.traceId).toBe(ask.traceId);
    expect(asks[0]?.resource).toMatchObject({ 'service.name': 'askonce', 'service.instance.id': expect.any(String) });
    // Where an order's id is, there it is as the queue carries it.
    const elsewhere = spans.map(({ attributes: { 'bullmq.job.id': _carried, ...rest }, ...span }) => ({
      ...span,
      rest,
    }));
    expect(JSON.stringify(elsewhere)).not.toMatch(/\d{3}-\d{7}-\d{7}/);
    expect(bodies.join()).not.toMatch(/Atzr|oa2-cs|Atza|oa2-client/);
    expect(worker.logged('traces-not-delivered')).toEqual([]);
  });
}

test.concurrent('a worker with its queue in Postgres tells the collector of its steps and of its calls to Amazon', async () => {
  await withReceiver(async (receiver) => tracedRun(receiver, await database()));
});

testOnRedis('a worker with its queue on Redis does so too', async () => {
  await withReceiver((receiver) =>
    withRedis(async (redis) => tracedRun(receiver, { ...(await database()), REDIS_URL: redis.url })),
  );
});

test.concurrent('with a collector that never answers the worker asks as ever, and ends as ever', async () => {
  await withReceiver(
    async ({ endpoint }) => {
      const settings = { ...(await database()), OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      await play({ settings }, async (scenario) => {
        scenario.addDueOrders(5);
        const worker = await scenario.startedWorker();
        await scenario.untilAccepted(5);
        await eventually(() => expect(worker.logged('traces-not-delivered')).toHaveLength(1));

        const { code } = await worker.stop();

        expect(code).toBe(0);
        expect(worker.logged('traces-not-delivered')).toHaveLength(1);
        expect(worker.logged('step-failed')).toEqual([]);
      });
    },
    () => {},
  );
});

test('without an endpoint nothing of OpenTelemetry is loaded but the interface that prom-client needs', () => {
  const worker = pathToFileURL(join(packageRoot, 'dist', 'workers', 'worker.js')).href;
  const script = `
    import { createRequire } from 'node:module';
    await import('${worker}');
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
    process.exit(0);`;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: packageRoot,
    encoding: 'utf8',
  });

  expect(loaded).toContain('prom-client');
  expect(loaded).not.toMatch(/@opentelemetry\/(?!api\/)|bullmq-otel|@fastify\/otel/);
});
