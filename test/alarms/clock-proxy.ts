import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes everything on to an origin, and names another time in the answers. */
export interface ClockProxy {
  readonly origin: string;
  /** What is added to the time of the answers. */
  aheadMs: number;
  close(): Promise<void>;
}

export async function startClockProxy(to: string): Promise<ClockProxy> {
  const target = new URL(to);
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const passed = request({ host: target.hostname, port: target.port, path: url, method, headers }, (answer) => {
      const date = new Date(Date.parse(answer.headers.date ?? '') + proxy.aheadMs).toUTCString();
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: ClockProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aheadMs: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
