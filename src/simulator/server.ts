import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { SimulatedAmazon } from './amazon.js';
import type { AmazonRequest, Reply } from './call.js';
import { control, controlPrefix } from './control.js';
import type { FaultBoard } from './fault-board.js';
import type { SimulatorOptions } from './options.js';
import { simulatedAmazon } from './simulated-amazon.js';
import type { World } from './world.js';

export interface Simulator {
  /** For `SP_API_ENDPOINT`; one origin serves all regions, the access token tells the account. */
  readonly origin: string;
  /** For `LWA_ENDPOINT`. */
  readonly lwaEndpoint: string;
  readonly amazon: SimulatedAmazon;
  readonly world: World;
  readonly faults: FaultBoard;
  /** Cuts every connection, also those that hang. */
  stop(): Promise<void>;
}

/** Serves a simulated Amazon over HTTP, on loopback unless told otherwise. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const amazon = simulatedAmazon(options);
  const timers = new Set<NodeJS.Timeout>();
  const server = fastify({ forceCloseConnections: true, bodyLimit: 256 * 1024 * 1024 });

  // Amazon's rules for bodies are part of what is simulated, so nothing may judge them first.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  server.all('*', (request, reply) => {
    const incoming = amazonRequest(request);
    if (incoming.path === controlPrefix || incoming.path.startsWith(`${controlPrefix}/`)) {
      const { status, contentType, body } = control(amazon, incoming);
      return reply.status(status).header('content-type', contentType).send(JSON.stringify(body));
    }
    const outgoing = amazon.handle(incoming);
    const delayMs = 'delayMs' in outgoing ? outgoing.delayMs : 0;
    if (outgoing.kind === 'answer' && delayMs === 0) return send(reply, outgoing);

    reply.hijack();
    if (delayMs === 0) return sendRaw(reply, outgoing);
    const timer = setTimeout(() => {
      timers.delete(timer);
      sendRaw(reply, outgoing);
    }, delayMs);
    timers.add(timer);
  });

  const origin = await server.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  return {
    origin,
    lwaEndpoint: `${origin}/auth/o2/token`,
    amazon,
    world: amazon.world,
    faults: amazon.faults,
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await server.close();
    },
  };
}

function amazonRequest(request: FastifyRequest): AmazonRequest {
  const { pathname, searchParams } = new URL(`http://simulator${request.url}`);
  return {
    method: request.method,
    path: decodedPath(pathname),
    query: searchParams,
    headers: request.headers as AmazonRequest['headers'],
    body: typeof request.body === 'string' ? request.body : '',
  };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function send(reply: FastifyReply, { status, headers, body }: Extract<Reply, { kind: 'answer' }>): FastifyReply {
  return reply.status(status).headers(headers).send(body);
}

/** For replies that come late, or never as HTTP. */
function sendRaw({ raw }: FastifyReply, reply: Reply): void {
  switch (reply.kind) {
    case 'answer':
      raw.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    case 'cut':
      raw.socket?.destroy();
      return;
    case 'silence':
      return;
    default:
      reply satisfies never;
  }
}
