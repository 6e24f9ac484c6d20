import { createConnection, Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { type RedisNode, readRedisNodes, urlOfNode } from './redis-nodes.js';

/**
 * Connects to the master of a cluster that has askonce's keys. They are all in one slot, so one server has them, and a plain
 * connection to it behaves as with a single server. Only which server it is may change: every connection asks for the way anew.
 * (ioredis' own Cluster holds connections to all nodes, and a worker of BullMQ on it may stand still once all of them were lost.)
 */
export function masterConnector(way: () => Promise<RedisNode>): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      const { disconnectTimeout = 0 } = options as RedisOptions;
      super(disconnectTimeout);
      this.#options = options as RedisOptions;
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      const stream = await this.#open();
      if (!this.connecting) {
        stream.destroy();
        throw new Error('disconnected while asking for the way');
      }
      this.stream = stream;
      return stream;
    }

    /** A connector that throws ends its connection for good; one whose stream is broken is asked again after a pause. */
    async #open(): Promise<Socket> {
      try {
        const stream = openStream(await way(), this.#options);
        return stream.once('error', (error) => {
          this.firstError = error;
        });
      } catch (error) {
        this.firstError = error as Error;
        return new Socket().destroy();
      }
    }
  };
}

/** Asks any node of the cluster, whichever answers first. Throws with the cause at the URL's own where none does. */
export function wayToMaster(url: string, nodes: readonly RedisNode[]): () => Promise<RedisNode> {
  let known = nodes;
  let asking: Promise<RedisNode> | null = null;
  const ask = async () => {
    const its = readRedisNodes(url);
    const others = known.map((node) => readRedisNodes(urlOfNode(url, node)));
    const answer = await Promise.any([its, ...others]).catch(() => its);
    if (answer.kind === 'single') throw new Error('Redis is no longer a cluster: start the workers again');
    known = answer.all;
    return answer.holders[0];
  };
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

function openStream({ host, port }: RedisNode, { family, tls }: RedisOptions): Socket {
  const place = { host, port, ...(family !== undefined && { family }) };
  return tls ? connectSecurely({ ...place, ...tls }) : createConnection(place);
}
