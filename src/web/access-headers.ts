import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { isHttps } from './access-origin.js';
import { logInStyleHash } from './log-in-page.js';

const YEAR_SECONDS = 365 * 24 * 3600;

/** What a browser may do with an answer: load our own files, send forms to us, and nothing else. */
export async function addHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", logInStyleHash],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // With `no-referrer` a browser would send its own forms as coming from nowhere (`Origin: null`), like a foreign one.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Browsers ignore these without HTTPS and complain of them on the console.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (isHttps(request.headers)) reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
  });
}
