import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What came, as far as it is known to every message. */
export interface Received {
  readonly alarm?: string;
  readonly digest?: string;
  readonly state?: 'firing' | 'resolved';
  readonly account?: string | null;
  readonly subject?: string | null;
  readonly text: string;
  readonly at: string;
  /** `performance.now()` of its coming. */
  readonly cameAt: number;
}

/** A webhook of the owner's: keeps what it took with 200. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** Requests, whatever they were answered. */
  requests = 0;
  /** Instead of taking messages. */
  answer: RequestListener | null = null;
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.requests += 1;
      if (this.answer !== null) return this.answer(request, response);
      void this.#take(request).then(() => response.end('ok'));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/services/T000/SECRET-PATH?key=SECRET-QUERY`;
  }

  /** `alarm state account` of what was taken, in its order. */
  get told(): string[] {
    return this.received.map(({ alarm, digest, state, account }) =>
      alarm === undefined ? `digest ${digest}` : [alarm, state, ...(account ? [account] : [])].join(' '),
    );
  }

  async #take(request: IncomingMessage): Promise<void> {
    const message = JSON.parse(await text(request));
    this.received.push({ ...message, cameAt: performance.now() });
  }

  /** Listens, on the same port as before if it did. */
  async open(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }
}
