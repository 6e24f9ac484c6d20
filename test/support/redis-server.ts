import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';

export interface RedisServer {
  readonly url: string;
  /** Ends the server as a crash would: nothing is kept. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Halts it where it is: its connections stay, and nobody is answered, until `resume`. */
  pause(): void;
  resume(): void;
}

/** A real Redis on a port of its own, without persistence. */
export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
    const starting = spawn('redis-server', args, { stdio: 'ignore' });
    const missing = once(starting, 'spawn').catch((cause) => {
      throw new Error('These tests need a Redis server: install it, e.g. with "apt-get install redis-server".', {
        cause,
      });
    });
    await missing;
    child = starting;
    const client = new Redis(url, {
      disconnectTimeout: 50,
      retryStrategy: (times) => Math.min(times * 10, 100),
      maxRetriesPerRequest: null,
    });
    client.on('error', () => {});
    await eventually(() => client.ping());
    client.disconnect();
  };
  const stop = async () => {
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = null;
  };

  const signal = (name: NodeJS.Signals) => () => void child?.kill(name);

  await start();
  return { url, start, stop, pause: signal('SIGSTOP'), resume: signal('SIGCONT') };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
