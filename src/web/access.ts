import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.js';
import type { Secret } from '../config/config.js';
import { isLoopback } from '../loopback.js';
import { sendRefusal } from './access-answers.js';
import { cameFromOutside } from './access-origin.js';
import { bearerIn, isToken } from './access-token.js';
import type { WrongTokens } from './access-wrong-tokens.js';
import { type Sessions, sessionCookie } from './session.js';

/** Who asks, as far as anybody knows. */
export type Caller =
  | { readonly kind: 'anybody' }
  /** A program that holds the token. */
  | { readonly kind: 'bearer' }
  /** A person who has logged in. */
  | { readonly kind: 'session'; readonly id: string };

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
}

export interface AccessParts {
  /** HTTP_HOST. */
  readonly host: string;
  /** `null`: nobody can log in or act. */
  readonly admin: { readonly token: Secret; readonly sessions: Sessions } | null;
  readonly wrongTokens: WrongTokens;
  readonly clock: Clock;
}

/** Methods that change nothing. On loopback everybody may read, and nobody acts without the token. */
const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Judges every request before anything else looks at it, also one for a path that there is not. `/healthz` is open to all;
 * on loopback whatever reads is; everything else takes ADMIN_TOKEN, from whoever asks.
 */
export function guard(app: FastifyInstance, { host, admin, wrongTokens, clock }: AccessParts): void {
  const onLoopback = isLoopback(host);
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    request.caller = { kind: 'anybody' };
    if (isHealthCheck(request)) return;
    const session = admin?.sessions.read(request.cookies[sessionCookie], clock.now()) ?? null;
    if (session !== null) request.caller = { kind: 'session', id: session };
    const reads = readingMethods.has(request.method);
    const isOpen = onLoopback && reads && !cameFromOutside(request.originalUrl, request.headers);
    // Its own handler looks at the token, in the form.
    if (session !== null || isOpen || isLogIn(request)) return;

    if (admin === null) return sendRefusal(request, reply, { kind: 'no-token-to-give' });
    const given = bearerIn(request.headers.authorization);
    if (given === null) return sendRefusal(request, reply, { kind: 'token-needed' });
    if (!isToken(given, admin.token)) {
      return sendRefusal(request, reply, { kind: await wrongTokens.refuse(request.ip) });
    }
    request.caller = { kind: 'bearer' };
  });
}

/** The path to the letter: what a proxy or a router would only take for it is not meant. */
function isHealthCheck({ originalUrl, routeOptions, method }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    routeOptions.url === '/healthz' &&
    originalUrl.replace(/\?.*$/, '') === '/healthz'
  );
}

function isLogIn({ routeOptions, method }: FastifyRequest): boolean {
  return method === 'POST' && routeOptions.url === '/login';
}
