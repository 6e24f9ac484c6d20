import { randomBytes } from 'node:crypto';
import protectFromForgery from '@fastify/csrf-protection';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Secret } from '../config/config.js';
import { isOwnForm } from './access-origin.js';
import { keyFrom } from './access-token.js';
import { field } from './actions-fields.js';

/** Each form carries a token that holds for one session only. */
export async function addFormProtection(app: FastifyInstance, token: Secret | null): Promise<void> {
  await app.register(protectFromForgery, {
    cookieKey: 'askonce_forms',
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'strict' },
    csrfOpts: { hmacKey: token === null ? randomBytes(32) : keyFrom(token, 'csrf') },
    getToken: ({ body }) => field(body, '_csrf') ?? undefined,
    getUserInfo: sessionId,
  });
}

/** For the forms that are sent to this caller. */
export function formToken(request: FastifyRequest, reply: FastifyReply, secure: boolean): string | null {
  if (request.caller.kind !== 'session') return null;
  return reply.generateCsrf({ userInfo: sessionId(request), secure });
}

/** Why a form was not taken; the code of the error that `demandOwnForm` ends with. */
export const formProblems: Readonly<Record<string, string>> = {
  FOREIGN_FORM: 'This form was sent by another site.',
  FST_CSRF_MISSING_SECRET: 'This form is too old: open its page again.',
  FST_CSRF_INVALID_TOKEN: 'This form is too old: open its page again.',
};

/** Lets a form through only if one of our own pages sent it. A program that shows the token with its request needs no form. */
export function demandOwnForm(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  if (request.caller.kind !== 'session') done();
  else if (isOwnForm(request.headers)) request.server.csrfProtection(request, reply, done);
  else done(Object.assign(new Error('a form of another site'), { code: 'FOREIGN_FORM', statusCode: 403 }));
}

function sessionId({ caller }: FastifyRequest): string {
  return caller.kind === 'session' ? caller.id : '';
}
