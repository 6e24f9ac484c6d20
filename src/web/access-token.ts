import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../config/config.js';

/** In constant time, whatever the lengths. */
export function isToken(given: string, token: Secret): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

/** What stands behind `Authorization: Bearer`; `null`: no token was given. */
export function bearerIn(authorization: string | undefined): string | null {
  return authorization?.match(/^Bearer +(.*)$/i)?.[1]?.trim() ?? null;
}

/** A key for one purpose: the same after a restart, another one as soon as the token changes. */
export function keyFrom(token: Secret, purpose: 'session' | 'csrf' | 'notice'): Buffer {
  return Buffer.from(hkdfSync('sha256', token.reveal(), '', `askonce ${purpose}`, 32));
}
