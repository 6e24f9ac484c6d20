import type { Telemetry } from 'bullmq';
import type { FastifyPluginCallback } from 'fastify';
import type { AmazonGateway } from '../amazon/gateway.js';
import type { Log } from '../log.js';
import type { Listeners } from '../queue/wake-ups.js';

/** Tells an OpenTelemetry collector of steps, calls to Amazon and pages. Nothing depends on whether it hears. */
export interface Tracing {
  readonly telemetry: Telemetry;
  /** To be registered before any route. */
  readonly pages: FastifyPluginCallback;
  gateway(gateway: AmazonGateway, account: string): AmazonGateway;
  listeners(listeners: Listeners): Listeners;
  /** Delivers what is left, for a second at most. */
  stop(): Promise<void>;
}

/** `endpoint`: see OTEL_EXPORTER_OTLP_ENDPOINT. Without one nothing of OpenTelemetry is even loaded. */
export async function openTracing(endpoint: string | null, log: Pick<Log, 'warn'>): Promise<Tracing | null> {
  if (endpoint === null) return null;
  const { startTracing } = await import('./open-telemetry.js');
  return startTracing(endpoint, log);
}
