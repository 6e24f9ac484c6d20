import type { FastifyError, FastifyInstance } from 'fastify';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { AccessParts } from './access.js';
import { isForPerson, sendLogIn, sendRefusal } from './access-answers.js';
import { cookieOptions } from './access-cookies.js';
import { demandOwnForm } from './access-forms.js';
import { ownPath } from './access-origin.js';
import { isToken } from './access-token.js';
import { field } from './actions-fields.js';
import { sessionCookie, sessionLength } from './session.js';

interface SessionParts extends Pick<AccessParts, 'admin' | 'wrongTokens'> {
  readonly clock: Clock;
  readonly log: Log;
}

/** Logging in and out. */
export function addSessionRoutes(app: FastifyInstance, { admin, wrongTokens, clock, log }: SessionParts): void {
  app.get('/login', async (request, reply) => {
    const next = ownPath(field(request.query, 'next'), '/');
    if (request.caller.kind !== 'anybody') return reply.redirect(next, 303);
    if (admin === null) return sendRefusal(request, reply, { kind: 'no-token-to-give' });
    return sendLogIn(request, reply, { problem: null, canLogIn: true });
  });

  app.post(
    '/login',
    {
      errorHandler: (error: FastifyError, request, reply) => {
        if ((error.statusCode ?? 500) >= 500) throw error;
        // A form that cannot be read holds no token.
        return sendRefusal(request, reply, { kind: 'token-needed' });
      },
    },
    async (request, reply) => {
      if (admin === null) return sendRefusal(request, reply, { kind: 'no-token-to-give' });
      const given = field(request.body, 'token') ?? '';
      if (!isToken(given, admin.token)) {
        return sendRefusal(request, reply, { kind: await wrongTokens.refuse(request.ip) });
      }
      log.info('logged-in', { address: request.ip });
      reply.setCookie(sessionCookie, admin.sessions.begin(clock.now()), {
        ...cookieOptions(request),
        maxAge: sessionLength.as('seconds'),
      });
      return reply.redirect(ownPath(field(request.body, 'next'), '/'), 303);
    },
  );

  app.post('/logout', { preHandler: demandOwnForm }, async (request, reply) => {
    if (request.caller.kind === 'session') admin?.sessions.end(request.cookies[sessionCookie], clock.now());
    reply.clearCookie(sessionCookie, cookieOptions(request));
    return isForPerson(request) ? reply.redirect('/', 303) : reply.send({ ok: true });
  });
}
