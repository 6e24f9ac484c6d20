import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What happened on the wire during one request, whatever the client library made of it. */
export interface Wire {
  /** Goes into axios as `transport`. */
  readonly transport: { request: typeof http.request };
  readonly seen: {
    /** False: not one byte of the request left this process, so Amazon cannot have acted on it. */
    written: boolean;
    /** True: `mayStillSend` said no when the connection was ready. */
    fenced: boolean;
    /** The head of the answer, also when its body never came. */
    head: { readonly status: number; readonly headers: http.IncomingHttpHeaders } | null;
  };
}

/**
 * A transport for requests without a body. It writes nothing before the connection is up, TLS included, and asks
 * `mayStillSend` in the same turn in which it writes. Node would hand the request to a socket that is still connecting: a
 * process stopped for minutes right there would send it on waking up, long after its claim had lapsed.
 */
export function watchedWire(mayStillSend: () => boolean, timeoutMs: number): Wire {
  const seen: Wire['seen'] = { written: false, fenced: false, head: null };

  const request = (options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void) => {
    const start = options.protocol === 'https:' ? https.request : http.request;
    // Without a time of its own the request would inherit the agent's, which is meant for idle connections.
    const outgoing = start({ ...options, timeout: timeoutMs }, (response) => {
      seen.head = { status: response.statusCode ?? 0, headers: response.headers };
      onResponse(response);
    });
    const write = outgoing.end.bind(outgoing);
    const writeIfAllowed = (): void => {
      if (outgoing.destroyed) return;
      if (mayStillSend()) {
        seen.written = true;
        write();
      } else {
        seen.fenced = true;
        outgoing.destroy(new Error('the right to send this request has lapsed'));
      }
    };
    outgoing.end = () => {
      whenConnected(outgoing, writeIfAllowed);
      return outgoing;
    };
    return outgoing;
  };
  return { transport: { request: request as typeof http.request }, seen };
}

function whenConnected(outgoing: http.ClientRequest, then: () => void): void {
  const onSocket = (socket: Socket): void => {
    if (isTls(socket)) {
      if (socket.secureConnecting) socket.once('secureConnect', then);
      else then();
    } else if (socket.connecting) socket.once('connect', then);
    else then();
  };
  if (outgoing.socket) onSocket(outgoing.socket);
  else outgoing.once('socket', onSocket);
}

/** `secureConnecting` is Node's own flag, missing in its types; a kept-alive socket has it false. */
function isTls(socket: Socket): socket is TLSSocket & { readonly secureConnecting: boolean } {
  return 'secureConnecting' in socket;
}
