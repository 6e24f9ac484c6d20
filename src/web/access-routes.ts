import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendFailure } from './access-answers.js';

/** Every route, as it was added. */
export interface Route {
  readonly method: string;
  /** With `:name` for one part of the path, and `*` for the rest of it. */
  readonly url: string;
}

/** Keeps the list of the routes that are added from now on. */
export function listRoutes(app: FastifyInstance): readonly Route[] {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  return routes;
}

/** Answers what no route takes: another method is wanted, or there is nothing at this path. */
export function answerOtherPaths(app: FastifyInstance, routes: readonly Route[]): void {
  app.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.replace(/\?.*$/, '');
    const methods = [...new Set(routes.filter(({ url }) => matches(url, path)).map(({ method }) => method))];
    // A file that there is not is asked for with the right method.
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendFailure(request, reply, 404, 'Not found', 'There is no such page.');
    }
    reply.header('allow', [...methods, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return sendFailure(request, reply, 405, 'Not done', `This takes ${methods.join(', ')}.`);
  });
}

function matches(url: string, path: string): boolean {
  const parts = url.split('/');
  const given = path.split('/');
  const isOpen = parts.at(-1) === '*';
  if (isOpen ? given.length < parts.length : given.length !== parts.length) return false;
  const fixed = isOpen ? parts.slice(0, -1) : parts;
  return fixed.every((part, index) => part.startsWith(':') || part === given[index]);
}

/** Parts of a path may hold signs that no address has; the router would answer those itself, before anybody asks for the token. */
export function readablePath(target: string): string {
  const path = target.replace(/[?#].*$/s, '');
  try {
    decodeURIComponent(path);
    return target;
  } catch {
    return '/unreadable-path';
  }
}
