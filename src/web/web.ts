import cookies from '@fastify/cookie';
import forms from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { WholeLedger } from '../ledger/whole-ledger.js';
import { type Log, sentenceOf } from '../log.js';
import type { Meters } from '../measuring/meters.js';
import type { QueueCounts, QueueReports, WakeUps } from '../queue/wake-ups.js';
import type { Tracing } from '../tracing/tracing.js';
import { guard } from './access.js';
import { sendFailure } from './access-answers.js';
import { addFormProtection, formProblems } from './access-forms.js';
import { addHeaders } from './access-headers.js';
import { type Pace, slowPace } from './access-pace.js';
import { answerOtherPaths, listRoutes, type Route, readablePath } from './access-routes.js';
import { WrongTokens } from './access-wrong-tokens.js';
import { addActions } from './actions.js';
import { Notices } from './actions-notices.js';
import { addAssets } from './assets.js';
import { addMetrics } from './metrics.js';
import { addPages } from './pages/routes.js';
import { readiness } from './readiness.js';
import { Sessions } from './session.js';
import { addSessionRoutes } from './session-routes.js';
import { addVisits } from './visits.js';

export interface WebParts {
  readonly config: Config;
  readonly ledger: WholeLedger;
  readonly wakeUps: WakeUps & QueueCounts & QueueReports;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  /** `null`: nobody collects traces. */
  readonly tracing: Pick<Tracing, 'pages'> | null;
}

export interface Web {
  /** Where it listens, with the real port. */
  readonly url: string;
  close(): Promise<void>;
}

/** A form holds a few hundred characters. */
const LARGEST_BODY_BYTES = 16 * 1024;
/** A longer address does not even reach the server. */
const LONGEST_PATH = 64 * 1024;
/** For a request to arrive as a whole. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Health, readiness, metrics and pages. Beyond loopback everything but `/healthz` needs ADMIN_TOKEN. */
export async function startWeb(parts: WebParts, pace?: Pace): Promise<Web> {
  const { app } = await createWeb(parts, pace);
  const { host, port } = parts.config.http;
  const url = await app.listen({ host, port });
  parts.log.info('http-listening', { url });
  return { url, close: () => app.close() };
}

/** The server before it listens, and every route it has. */
export async function createWeb(
  parts: WebParts,
  pace: Pace = slowPace(),
): Promise<{ readonly app: FastifyInstance; readonly routes: readonly Route[] }> {
  const { config, ledger, clock, log } = parts;
  const { host, adminToken } = config.http;
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: LONGEST_PATH },
    rewriteUrl: ({ url = '/' }) => readablePath(url),
  });
  if (parts.tracing !== null) await app.register(parts.tracing.pages);
  const routes = listRoutes(app);
  const admin = adminToken === null ? null : { token: adminToken, sessions: new Sessions(adminToken) };
  const wrongTokens = new WrongTokens(pace, log, clock);
  const notices = new Notices(adminToken);

  await addHeaders(app);
  await app.register(cookies);
  await app.register(forms, { bodyLimit: LARGEST_BODY_BYTES });
  guard(app, { host, admin, wrongTokens, clock });
  await addFormProtection(app, adminToken);
  addVisits(app, { config, ledger, notices });
  answerErrors(app, log);
  answerOtherPaths(app, routes);

  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const report = await readiness(parts);
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  addMetrics(app, parts);
  await addAssets(app);
  addSessionRoutes(app, { admin, wrongTokens, clock, log });
  addPages(app, parts);
  addActions(app, { accounts: config.accounts.map(({ name }) => name), ledger, clock, log, notices });
  return { app, routes };
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler(async (error: { readonly statusCode?: number; readonly code?: string }, request, reply) => {
    const { statusCode = 500, code = '' } = error;
    // What is wrong with the request is no failure of ours: one that cannot be read must not fill the log with errors.
    if (statusCode < 500) {
      const sentence = formProblems[code] ?? 'That is not a request that askonce answers.';
      return sendFailure(request, reply, statusCode, 'Not done', sentence);
    }
    log.error('http-failed', { error: sentenceOf(error) });
    return sendFailure(request, reply, 500, 'Not answered', 'askonce could not answer; its log says why.');
  });
}
