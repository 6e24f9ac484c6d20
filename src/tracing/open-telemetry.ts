import { hostname } from 'node:os';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { context, propagation, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { AmazonGateway } from '../amazon/gateway.js';
import type { Log } from '../log.js';
import { watchedGateway } from '../measuring/watched-gateway.js';
import { watchedListeners } from '../measuring/watched-listeners.js';
import { version } from '../package-root.js';
import { succeedsWithin } from '../queue/within.js';
import { discreet } from './discreet-spans.js';
import { quietExporter } from './quiet-exporter.js';
import type { Tracing } from './tracing.js';

/** What a collector that is away or slow may cost: so many spans in memory, so many connections, so long for each. */
const MOST_SPANS = 2_048;
const SPANS_AT_ONCE = 512;
/** One under way, and all that may be left at the end. */
const DELIVERIES_AT_ONCE = 1 + MOST_SPANS / SPANS_AT_ONCE;
const DELIVERY_MS = 3_000;
const LAST_DELIVERY_MS = 1_000;

/** Health and metrics are asked for all day long. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

export function startTracing(endpoint: string, log: Pick<Log, 'warn'>): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: DELIVERY_MS,
    concurrencyLimit: DELIVERIES_AT_ONCE,
    keepAlive: false,
  });
  const batches = new BatchSpanProcessor(quietExporter(exporter, log, DELIVERY_MS + 1_000), {
    maxQueueSize: MOST_SPANS,
    maxExportBatchSize: SPANS_AT_ONCE,
    scheduledDelayMillis: 2_000,
    exportTimeoutMillis: DELIVERY_MS + 2_000,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'askonce',
      'service.version': version,
      'service.instance.id': `${hostname()}-${process.pid}`,
    }),
    spanProcessors: [discreet(batches)],
  });
  // BullMQ's and fastify's adapters know the global one only.
  provider.register();
  const tracer = provider.getTracer('askonce', version);
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    await succeedsWithin(LAST_DELIVERY_MS, provider.shutdown());
    for (const part of [trace, context, propagation]) part.disable();
  };
  return {
    telemetry: queueTelemetry(),
    pages: pagesPlugin(provider),
    gateway: (gateway, account) => tracedGateway(gateway, account, tracer),
    listeners: (listeners) =>
      watchedListeners(listeners, async (step, run) => {
        // BullMQ's own span of the wake-up is the step's: it tells of a step that threw in an event, not as an error.
        const span = trace.getActiveSpan();
        span?.setAttribute('askonce.step', step);
        try {
          return await run();
        } catch (error) {
          span?.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        }
      }),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/**
 * BullMQ's spans, without its handing a trace on in the jobs: a job carries an order id and nothing else. Besides, every recurring
 * ring would belong to the trace of the one before, and that trace would have no end.
 */
function queueTelemetry(): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'bullmq', version });
  return {
    tracer,
    contextManager: {
      with: (...given) => contextManager.with(...given),
      active: () => contextManager.active(),
      fromMetadata: (active) => active,
      getMetadata: () => '',
    },
  };
}

function tracedGateway(gateway: AmazonGateway, account: string, tracer: Tracer): AmazonGateway {
  return watchedGateway(gateway, (operation, call) =>
    tracer.startActiveSpan(`amazon ${operation}`, { kind: SpanKind.CLIENT }, async (span) => {
      try {
        const answer = await call();
        span.setAttributes({
          'askonce.account': account,
          'askonce.operation': operation,
          'askonce.outcome': answer.outcome.kind,
        });
        if (answer.call.status !== null) span.setAttribute('http.response.status_code', answer.call.status);
        return answer;
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    }),
  );
}

function pagesPlugin(provider: NodeTracerProvider): Tracing['pages'] {
  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    instrumentHandler: false,
    recordExceptions: false,
    ignorePaths: ({ url }) => UNTRACED.has(url.split('?', 1)[0] ?? url),
    // By its pattern: the path itself may hold an order id, or whatever somebody typed.
    requestHook: (span, { method, routeOptions }) => void span.updateName(`${method} ${routeOptions.url ?? ''}`.trim()),
  });
  instrumentation.setTracerProvider(provider);
  return instrumentation.plugin();
}
