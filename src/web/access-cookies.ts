import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyRequest } from 'fastify';
import { isHttps } from './access-origin.js';

/** For every cookie of ours: out of reach for scripts and for other sites. */
export function cookieOptions({ headers }: FastifyRequest): CookieSerializeOptions {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isHttps(headers) };
}
