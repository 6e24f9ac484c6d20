import { randomBytes } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Secret } from '../config/config.js';
import { cookieOptions } from './access-cookies.js';
import { keyFrom } from './access-token.js';
import type { Notice } from './pages/frame.js';

const noticeCookie = 'askonce_notice';
/** Until the next page is there. */
const KEPT_SECONDS = 60;
/** A browser may drop a cookie of more than 4096 bytes, signature and name included. */
const LONGEST_TEXT = 500;

/** What a page says once about the form that led to it. Signed, so that nobody else can put words into a page. */
export class Notices {
  readonly #signer: InstanceType<typeof Signer>;

  constructor(token: Secret | null) {
    this.#signer = new Signer(token === null ? randomBytes(32) : keyFrom(token, 'notice'));
  }

  leave(request: FastifyRequest, reply: FastifyReply, { kind, text }: Notice): void {
    const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text;
    const value = Buffer.from(JSON.stringify([kind, short])).toString('base64url');
    reply.setCookie(noticeCookie, this.#signer.sign(value), { ...cookieOptions(request), maxAge: KEPT_SECONDS });
  }

  /** Shows it once. */
  take(request: FastifyRequest, reply: FastifyReply): Notice | null {
    const cookie = request.cookies[noticeCookie];
    if (cookie === undefined) return null;
    reply.clearCookie(noticeCookie, cookieOptions(request));
    const { valid, value } = this.#signer.unsign(cookie);
    if (!valid || value === null) return null;
    const [kind, text] = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
    return { kind, text };
  }
}
