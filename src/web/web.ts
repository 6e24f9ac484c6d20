import { createHash, timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../clock.js';
import type { Config, Secret } from '../config/config.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Reports } from '../ledger/reports.js';
import { type Log, sentenceOf } from '../log.js';
import { isLoopback } from '../loopback.js';
import type { WakeUps } from '../queue/wake-ups.js';
import { metricsText } from './metrics.js';
import { readiness } from './readiness.js';

export interface WebParts {
  readonly config: Config;
  readonly ledger: Ledger & Reports;
  readonly wakeUps: WakeUps;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Web {
  /** Where it listens, with the real port. */
  readonly url: string;
  close(): Promise<void>;
}

/** Health, readiness and metrics. Beyond loopback everything but `/healthz` needs ADMIN_TOKEN. */
export async function startWeb(parts: WebParts): Promise<Web> {
  const { host, port, adminToken } = parts.config.http;
  const app = fastify({ logger: false, forceCloseConnections: true });
  if (!isLoopback(host)) demandToken(app, adminToken);
  routes(app, parts);
  const url = await app.listen({ host, port });
  parts.log.info('http-listening', { url });
  return { url, close: () => app.close() };
}

function routes(app: FastifyInstance, parts: WebParts): void {
  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const report = await readiness(parts);
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metricsText(parts);
    return reply.type(contentType).send(text);
  });
  app.setErrorHandler(async (error: { readonly statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error;
    // What is wrong with the request is no failure of ours: one that cannot be read must not fill the log with errors.
    if (statusCode < 500) return reply.code(statusCode).send({ error: 'not a request that askonce answers' });
    parts.log.error('http-failed', { error: sentenceOf(error) });
    return reply.code(500).send({ error: 'askonce could not answer; its log says why' });
  });
}

function demandToken(app: FastifyInstance, adminToken: Secret | null): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/healthz') return;
    const given = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    if (adminToken === null || !sameText(given, adminToken.reveal())) {
      await reply.code(401).header('www-authenticate', 'Bearer').send({ error: 'ADMIN_TOKEN needed' });
    }
  });
}

/** In constant time, whatever the lengths. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
