import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

export type Respond = (request: Received, response: ServerResponse) => void;

export interface LocalServer {
  readonly origin: string;
  readonly received: Received[];
  /** How the next requests to this path are answered; the last one stays. */
  on(path: RegExp, ...responds: Respond[]): void;
  close(): Promise<void>;
}

/** A small real HTTP server on the loopback, answering as it is told. */
export async function startServer(): Promise<LocalServer> {
  const received: Received[] = [];
  const rules: { path: RegExp; responds: Respond[] }[] = [];
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '', 'http://local');
    const body = await bodyOf(incoming);
    const request = { method: incoming.method ?? '', url, headers: incoming.headers, body, socket: incoming.socket };
    received.push(request);
    const rule = rules.findLast(({ path }) => path.test(url.pathname));
    const respond = rule && rule.responds.length > 1 ? rule.responds.shift() : rule?.responds[0];
    if (respond) respond(request, response);
    else response.writeHead(500).end('no rule');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    on: (path, ...responds) => rules.push({ path, responds }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function answering(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Respond {
  return (_request, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Amazon's form of an error body. */
export function refusing(status: number, message: string, code = 'Unauthorized', details = ''): Respond {
  return answering(status, { errors: [{ code, message, details }] });
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    // The client went away; what came so far is what there is.
  }
  return Buffer.concat(chunks).toString();
}
