import { randomBytes } from 'node:crypto';
import { Signer } from '@fastify/cookie';
import { DateTime, Duration } from 'luxon';
import type { Secret } from '../config/config.js';
import { keyFrom } from './access-token.js';

export const sessionCookie = 'askonce_session';
export const sessionLength = Duration.fromObject({ hours: 12 });

/**
 * Who has logged in. A session is a signed cookie and nothing else: it outlives a restart, and is void as soon as ADMIN_TOKEN
 * is another one. Only the end of one is remembered, by this process, until it would be over anyway.
 */
export class Sessions {
  readonly #signer: InstanceType<typeof Signer>;
  /** When it would have been over, by id. */
  readonly #ended = new Map<string, DateTime>();

  constructor(token: Secret) {
    this.#signer = new Signer(keyFrom(token, 'session'));
  }

  /** The cookie's value. */
  begin(now: DateTime): string {
    return this.#signer.sign(`${randomBytes(16).toString('base64url')}.${now.plus(sessionLength).toMillis()}`);
  }

  /** The id of the session that the cookie stands for; `null`: none, over, ended, or not by us. */
  read(cookie: string | undefined, now: DateTime): string | null {
    const session = this.#parse(cookie);
    return session === null || session.until <= now || this.#ended.has(session.id) ? null : session.id;
  }

  end(cookie: string | undefined, now: DateTime): void {
    const session = this.#parse(cookie);
    for (const [id, until] of this.#ended) if (until <= now) this.#ended.delete(id);
    if (session !== null && session.until > now) this.#ended.set(session.id, session.until);
  }

  #parse(cookie: string | undefined): { readonly id: string; readonly until: DateTime } | null {
    if (cookie === undefined) return null;
    const { valid, value } = this.#signer.unsign(cookie);
    const [, id, until] = (valid ? value : null)?.match(/^([\w-]{22})\.(\d{1,15})$/) ?? [];
    if (id === undefined || until === undefined) return null;
    return { id, until: DateTime.fromMillis(Number(until), { zone: 'utc' }) };
  }
}
