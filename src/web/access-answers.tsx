import type { FastifyReply, FastifyRequest } from 'fastify';
import { ownPath, pathOnThisSite } from './access-origin.js';
import { field } from './actions-fields.js';
import { LogInPage } from './log-in-page.js';
import { sendDocument, sendPage } from './pages/frame.js';

/** Why a request gets nothing. */
export type Refusal =
  | { readonly kind: 'token-needed' }
  | { readonly kind: 'wrong-token' }
  /** Too many wrong tokens wait for their answer. */
  | { readonly kind: 'too-many' }
  /** There is no ADMIN_TOKEN: nobody can have it. */
  | { readonly kind: 'no-token-to-give' };

const sentences = {
  'token-needed': 'This needs ADMIN_TOKEN.',
  'wrong-token': 'That is not ADMIN_TOKEN.',
  'too-many': 'Too many wrong tokens: try again in a while.',
  'no-token-to-give':
    'This needs ADMIN_TOKEN, and none is configured: set it, or use the command line on this machine.',
} as const satisfies Record<Refusal['kind'], string>;

const statuses = { 'token-needed': 401, 'wrong-token': 401, 'too-many': 429, 'no-token-to-give': 403 } as const;

const RETRY_AFTER_SECONDS = 30;

/** A person gets the log-in form right away, so that it needs no address that is open to all; a program gets a sentence. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, { kind }: Refusal): FastifyReply {
  const status = statuses[kind];
  reply.code(status);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="askonce"');
  if (status === 429) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (!isForPerson(request)) return reply.send({ error: sentences[kind] });
  return sendLogIn(request, reply, {
    problem: kind === 'token-needed' ? null : sentences[kind],
    canLogIn: kind !== 'no-token-to-give',
  });
}

export function sendLogIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { problem, canLogIn }: { readonly problem: string | null; readonly canLogIn: boolean },
): FastifyReply {
  const back = ownPath(wantedPath(request), '/');
  // A link on another site comes without the cookie, which is for our own pages only: a second step from here has it.
  const mayBeLoggedIn = request.headers['sec-fetch-site'] === 'cross-site';
  return sendDocument(
    reply,
    <LogInPage back={back} problem={problem} canLogIn={canLogIn} mayBeLoggedIn={mayBeLoggedIn} />,
  );
}

/** Says to a person or a program what went wrong. */
export async function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  title: string,
  sentence: string,
): Promise<FastifyReply> {
  reply.code(status);
  if (!isForPerson(request)) return reply.send({ error: sentence });
  return sendPage(request, reply, { title, current: null }, <p>{sentence}</p>);
}

export function isForPerson({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** Where the person was going; a form that was sent too late is not sent again, its page is shown. */
function wantedPath({ method, headers, originalUrl, routeOptions, query, body }: FastifyRequest): unknown {
  if (routeOptions.url === '/login') return field(method === 'GET' ? query : body, 'next');
  return method === 'GET' ? originalUrl : pathOnThisSite(headers.referer, headers.host);
}
