import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of the bytes on a cable. `refused`: it is unplugged. `silent`: everything is swallowed, and nobody is told. */
type State = 'passes' | 'refused' | 'silent';

/** Waits for one request to be struck, whichever connection it comes on. */
interface Trap {
  readonly kind: 'half-sent' | 'answer-lost';
  readonly request: RegExp;
  readonly sprung: () => void;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  /** Its peer's bytes go nowhere for ever, as behind a firewall that has forgotten it. */
  dead: boolean;
  /** The trap its last request stepped on. */
  trap: Trap | null;
}

/** The connection between a worker and a server, which can be cut at a chosen instant. Knows no protocol but that bytes come in order. */
export class Cable {
  readonly #target: number;
  readonly #connections = new Set<Connection>();
  readonly #server = createServer((client) => this.#accept(client));
  #state: State = 'passes';
  #trap: Trap | null = null;

  constructor(targetPort: number) {
    this.#target = targetPort;
  }

  async open(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts every connection now, wherever each of them is. */
  cut(): void {
    for (const connection of [...this.#connections]) hangUp(connection);
  }

  /** Unplugged: what is connected is cut, and nobody is let in. */
  unplug(): void {
    this.#state = 'refused';
    this.cut();
  }

  /** What is connected now never hears anything again, and is never told so. Who connects anew meanwhile waits. */
  silence(): void {
    this.#state = 'silent';
    for (const connection of this.#connections) connection.dead = true;
  }

  plugIn(): void {
    this.#state = 'passes';
  }

  /** The next request like this is cut in its middle, so that the server never gets the whole of it. */
  cutNextRequest(request: RegExp): Promise<void> {
    return this.#set('half-sent', request);
  }

  /** The next request like this is carried out by the server, and its answer is cut off. */
  loseNextAnswer(request: RegExp): Promise<void> {
    return this.#set('answer-lost', request);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #set(kind: Trap['kind'], request: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#trap = { kind, request, sprung: resolve };
    });
  }

  #accept(client: Socket): void {
    if (this.#state === 'refused') {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const connection = {
      client,
      server: connect(this.#target, '127.0.0.1'),
      dead: this.#state === 'silent',
      trap: null,
    };
    this.#connections.add(connection);
    client.on('data', (bytes) => this.#toServer(connection, bytes));
    connection.server.on('data', (bytes) => this.#toClient(connection, bytes));
    for (const socket of [client, connection.server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        if (connection.dead && socket === connection.server) return;
        hangUp(connection);
        this.#connections.delete(connection);
      });
    }
  }

  #toServer(connection: Connection, bytes: Buffer): void {
    if (connection.dead) return;
    const trap = this.#trap;
    if (trap?.request.test(bytes.toString('latin1')) === true) {
      this.#trap = null;
      connection.trap = trap;
      if (trap.kind === 'half-sent') {
        connection.server.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => hangUp(connection));
        trap.sprung();
        return;
      }
    }
    connection.server.write(bytes);
  }

  #toClient(connection: Connection, bytes: Buffer): void {
    if (connection.dead) return;
    if (connection.trap?.kind === 'answer-lost') {
      hangUp(connection);
      connection.trap.sprung();
      return;
    }
    connection.client.write(bytes);
  }
}

function hangUp({ client, server }: Connection): void {
  client.resetAndDestroy();
  server.destroy();
}
