import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../loopback.js';

/** Headers that a proxy adds: who asks is then not who connects. */
const forwardedBy = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * False only for a request that names this machine as its target, and that nobody passed on. A web page that points its own
 * name at 127.0.0.1 (DNS rebinding), a reverse proxy and a forwarded port all bring in readers from outside.
 */
export function cameFromOutside(target: string, headers: IncomingHttpHeaders): boolean {
  const { host } = headers;
  // `GET http://name/path` names its target in place of the path.
  if (!target.startsWith('/') || host === undefined) return true;
  return !isLoopback(hostname(host)) || forwardedBy.some((name) => headers[name] !== undefined);
}

/**
 * False for a form that another site sent. A browser says where a form comes from, in one of two headers; a program that
 * says nothing is no browser, and nobody can lure it into sending a form.
 */
export function isOwnForm({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  // A proxy may have changed the name of the host; what the browser itself compared is worth more.
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === canonical(host);
}

/** A path on this site to go to, or `otherwise`: never another site, whatever a browser makes of slashes and signs. */
export function ownPath(wanted: unknown, otherwise: string): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])[!-~]*$/.test(wanted)) return otherwise;
  const here = 'http://askonce.invalid';
  if (!URL.canParse(wanted, here)) return otherwise;
  const { origin, pathname, search } = new URL(wanted, here);
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}` : otherwise;
}

/** The page that a form stood on; `null`: not on this site, or not told. */
export function pathOnThisSite(referer: string | undefined, host: string | undefined): string | null {
  if (referer === undefined || host === undefined || !URL.canParse(referer)) return null;
  const page = new URL(referer);
  const path = `${page.pathname}${page.search}`;
  return page.host === canonical(host) && page.pathname !== '/login' && ownPath(path, '') === path ? path : null;
}

/** Told by a proxy in front of the server; the server itself speaks HTTP only. Whoever lies harms only himself. */
export function isHttps(headers: IncomingHttpHeaders): boolean {
  return headers['x-forwarded-proto'] === 'https';
}

/** A host without its port: a name, `127.0.0.1` or `[::1]`. */
function hostname(host: string): string {
  return host.replace(/:\d*$/, '');
}

function canonical(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : host;
}
