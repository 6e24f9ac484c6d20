import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';

const MASTERS = 3;
const SLOTS = 16_384;
/** Below those that systems hand out by themselves, so that a node finds its port free when it comes back. */
const PORTS = { from: 20_000, to: 30_000 } as const;

export interface RedisCluster {
  /** Leads to a master that does not have askonce's keys. */
  readonly url: string;
  readonly masters: readonly ClusterNode[];
  /** The master that has askonce's keys. */
  readonly holder: ClusterNode;
  /** Of the holder; only where one was asked for. */
  readonly replica: ClusterNode | null;
  /** Ends all nodes as a crash would: nothing is kept but who has which slots. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

interface ClusterOptions {
  readonly replica?: boolean;
  /** After so long without an answer the others count a node as gone. */
  readonly nodeTimeoutMs?: number;
}

/** A real Redis Cluster of three masters, perhaps with a replica of the one that has askonce's keys. */
export async function startRedisCluster({
  replica = false,
  nodeTimeoutMs = 15_000,
}: ClusterOptions = {}): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-cluster-'));
  const nodes = await Promise.all(
    Array.from({ length: replica ? MASTERS + 1 : MASTERS }, () => startNode(folder, nodeTimeoutMs)),
  );
  const stop = async () => void (await Promise.all(nodes.map((node) => node.kill())));
  const end = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  const whole = () =>
    eventually(() => Promise.all(nodes.map((node) => mustKnow(node, nodes.length))), { within: 30_000 });
  const start = async () => {
    await Promise.all(nodes.map((node) => node.start()));
    await whole();
  };
  try {
    await introduce(nodes);
    await whole();
    return { ...(await partsOf(nodes)), stop, start, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Gives the masters their slots, and lets every node know the others. */
async function introduce(nodes: readonly ClusterNode[]): Promise<void> {
  const [first, ...others] = nodes;
  const masters = nodes.slice(0, MASTERS);
  await Promise.all(masters.map((node, index) => node.call('CLUSTER', 'ADDSLOTSRANGE', ...slotsOf(index))));
  await Promise.all(nodes.map((node, index) => node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
  for (const { port, busPort } of others) await first?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
}

async function partsOf(nodes: readonly ClusterNode[]) {
  const masters = nodes.slice(0, MASTERS);
  const replica = nodes[MASTERS] ?? null;
  const slot = Number(await nodes[0]?.call('CLUSTER', 'KEYSLOT', '{askonce}'));
  const holder = masters[Math.floor((slot * MASTERS) / SLOTS)];
  const stranger = masters.find((node) => node !== holder);
  if (holder === undefined || stranger === undefined) throw new Error('a cluster has several masters');
  if (replica !== null) await follow(replica, holder);
  return { url: stranger.url, masters, holder, replica };
}

function slotsOf(index: number): [number, number] {
  return [Math.ceil((index * SLOTS) / MASTERS), Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1];
}

async function mustKnow(node: ClusterNode, count: number): Promise<void> {
  const info = String(await node.call('CLUSTER', 'INFO'));
  if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${count}`)) throw new Error(info);
}

async function follow(replica: ClusterNode, master: ClusterNode): Promise<void> {
  const id = await master.call('CLUSTER', 'MYID');
  await replica.call('CLUSTER', 'REPLICATE', String(id));
  await eventually(
    async () => {
      const [, , , link] = (await replica.call('ROLE')) as string[];
      if (link !== 'connected') throw new Error(`the replica is ${link}`);
    },
    { within: 30_000 },
  );
}

/** Tries other ports where somebody was faster. */
async function startNode(folder: string, nodeTimeoutMs: number): Promise<ClusterNode> {
  for (let attempt = 1; ; attempt += 1) {
    const node = new ClusterNode(folder, await freePort(), await freePort(), nodeTimeoutMs);
    try {
      await node.start();
      return node;
    } catch (error) {
      await node.kill();
      if (attempt === 5) throw error;
    }
  }
}

/** One Redis server of a cluster, without persistence. */
class ClusterNode {
  readonly port: number;
  readonly busPort: number;
  readonly url: string;
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;

  constructor(folder: string, port: number, busPort: number, nodeTimeoutMs: number) {
    this.port = port;
    this.busPort = busPort;
    this.url = `redis://127.0.0.1:${port}`;
    this.#folder = join(folder, String(port));
    this.#args = Object.entries({
      port,
      'cluster-port': busPort,
      bind: '127.0.0.1',
      'cluster-enabled': 'yes',
      'cluster-node-timeout': nodeTimeoutMs,
      save: '',
      appendonly: 'no',
      dir: this.#folder,
    }).flatMap(([key, value]) => [`--${key}`, String(value)]);
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const child = spawn('redis-server', this.#args, { stdio: 'ignore' });
    await once(child, 'spawn');
    this.#child = child;
    await eventually(
      async () => {
        // Another's server on the same port answers as well.
        const isOurs =
          child.exitCode !== null || String(await this.call('INFO', 'server')).includes(`:${child.pid}\r\n`);
        if (!isOurs) throw new Error(`another server has port ${this.port}`);
      },
      { within: 20_000 },
    );
    if (child.exitCode !== null) throw new Error(`a Redis server did not start on port ${this.port}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Resolves once its replica has everything that was written so far. */
  async replicated(): Promise<void> {
    const offsets = async () => {
      const info = String(await this.call('INFO', 'replication'));
      return [/master_repl_offset:(\d+)/, /,offset=(\d+),/].map((pattern) => Number(pattern.exec(info)?.[1]));
    };
    const [written = 0] = await offsets();
    await eventually(
      async () => {
        const [, acknowledged = Number.NaN] = await offsets();
        if (!(acknowledged >= written)) throw new Error(`the replica is at ${acknowledged} of ${written}`);
      },
      { within: 20_000 },
    );
  }

  /** One command on a connection of its own. */
  async call(command: string, ...args: (string | number)[]): Promise<unknown> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 50 });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
