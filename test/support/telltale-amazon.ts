import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Simulator } from '../../src/simulator/server.js';

/** In what a telltale answer may wrap its tale. */
export const telltaleKinds = [
  'refusal-400',
  'refusal-403',
  'refusal-418',
  'failure-500',
  'broken-json',
  'html',
  'huge',
  'redirect',
  'no-model',
  'wrong-headers',
] as const;
export type TelltaleKind = (typeof telltaleKinds)[number];

/** Answers an order's look or its POST with a tale instead of Amazon's answer. */
export interface Telltale {
  readonly call: 'look' | 'ask' | 'read';
  readonly kind: TelltaleKind;
}

export interface Tale {
  /** A sentence that names the buyer and repeats secrets. */
  sentence(): string;
  /** What orders and answers carry although nobody asked for it. */
  personal(): Readonly<Record<string, unknown>>;
  /** An access token that was issued. */
  heard(accessToken: string): void;
}

export interface TelltaleAmazon {
  readonly origin: string;
  readonly lwaEndpoint: string;
  /** By order id. */
  readonly telltales: Map<string, Telltale>;
  /** The token service refuses these refresh tokens, and repeats what it was sent. */
  readonly refusedTokens: Set<string>;
  /** Order ids that were answered with a tale. */
  readonly told: Set<string>;
  stop(): Promise<void>;
}

/** Stands between a worker and the simulator and says in every answer what must not be kept. */
export async function startTelltaleAmazon(simulator: Simulator, tale: Tale): Promise<TelltaleAmazon> {
  const telltales = new Map<string, Telltale>();
  const refusedTokens = new Set<string>();
  const told = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const url = request.url ?? '/';
    if (
      url.startsWith('/auth') &&
      [...refusedTokens].some((token) => new URLSearchParams(body).get('refresh_token') === token)
    ) {
      const refusal = { error: 'invalid_grant', error_description: `${tale.sentence()} ${body}` };
      return send(response, 400, 'application/json', JSON.stringify(refusal));
    }
    const orderId = /\/orders\/(\w{3}-\d{7}-\d{7})/.exec(url)?.[1] ?? '';
    const telltale = telltales.get(orderId);
    if (telltale !== undefined && telltale.call === callOf(request.method, url)) {
      told.add(orderId);
      return tell(response, telltale.kind, tale, simulator.origin);
    }
    const real = await fetch(`${simulator.origin}${url}`, {
      method: request.method ?? 'GET',
      headers: forwarded(request),
      ...(body !== '' && { body }),
    });
    const document = JSON.parse(await real.text());
    if (typeof document.access_token === 'string') tale.heard(document.access_token);
    const personal = tale.personal();
    const limit = real.headers.get('x-amzn-ratelimit-limit');
    if (limit !== null) response.setHeader('x-amzn-ratelimit-limit', limit);
    response.setHeader('x-amzn-requestid', real.headers.get('x-amzn-requestid') ?? '');
    send(response, real.status, 'application/json', JSON.stringify({ ...enriched(document, personal), ...personal }));
  }

  function send(response: ServerResponse, status: number, type: string, body: string): void {
    const inHeader = encodeURIComponent(tale.sentence());
    response.statusMessage = inHeader.slice(0, 500);
    for (const name of ['x-buyer', 'set-cookie', 'x-amzn-errortype', 'www-authenticate', 'etag']) {
      response.setHeader(name, inHeader);
    }
    response.writeHead(status, { 'content-type': type }).end(body);
  }

  function tell(response: ServerResponse, kind: TelltaleKind, { sentence, personal }: Tale, origin: string): void {
    const said = sentence();
    const refusal = JSON.stringify({ errors: [{ code: 'InvalidInput', message: said, details: said }] });
    switch (kind) {
      case 'refusal-400':
      case 'refusal-403':
      case 'refusal-418':
        send(response, Number(kind.slice(-3)), 'application/json', refusal);
        break;
      case 'failure-500':
        send(response, 500, 'text/plain', said);
        break;
      case 'broken-json':
        send(response, 400, 'application/json', refusal.slice(0, -3));
        break;
      case 'html':
        send(response, 400, 'text/html', `<html><title>${said}</title><body>${said}`);
        break;
      case 'huge':
        send(response, 400, 'application/json', refusal.padEnd(4_000_000, said));
        break;
      case 'redirect':
        response.setHeader('location', `${origin}/?told=${encodeURIComponent(said)}`);
        send(response, 302, 'text/plain', said);
        break;
      case 'no-model':
        send(response, 200, 'application/json', JSON.stringify(personal()));
        break;
      case 'wrong-headers': {
        const inHeader = encodeURIComponent(said).slice(0, 90);
        for (const name of ['x-amzn-requestid', 'x-amzn-ratelimit-limit', 'date']) response.setHeader(name, inHeader);
        send(response, 400, 'application/json', JSON.stringify({ errors: [{ code: said, message: said }] }));
        break;
      }
      default:
        kind satisfies never;
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    lwaEndpoint: `${origin}/auth/o2/token`,
    telltales,
    refusedTokens,
    told,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function callOf(method: string | undefined, url: string): Telltale['call'] | null {
  if (url.startsWith('/orders/')) return 'read';
  if (!url.startsWith('/solicitations/')) return null;
  return method === 'POST' ? 'ask' : 'look';
}

function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ['x-amz-access-token', 'user-agent', 'content-type'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of whatever shape
function enriched(document: any, personal: Readonly<Record<string, unknown>>): any {
  const order = (each: Record<string, unknown>) => ({
    ...each,
    ...personal,
    orderItems: ((each['orderItems'] as Record<string, unknown>[] | undefined) ?? []).map((item) => ({
      ...item,
      ...personal,
    })),
    packages: ((each['packages'] as Record<string, unknown>[] | undefined) ?? []).map((parcel) => ({
      ...parcel,
      ...personal,
    })),
  });
  if (Array.isArray(document.orders)) {
    const unreadable = [
      { ...personal, orderId: '902-0000000-0000001', createdTime: personal, salesChannel: personal },
      { ...personal, orderId: personal },
      personal,
    ];
    return { ...document, orders: [...document.orders.map(order), ...unreadable] };
  }
  return document.order === undefined ? document : { ...document, order: order(document.order) };
}
