import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';

/** How fast wrong tokens are answered. */
export interface Pace {
  /** Waits for the turn of this address. `too-many`: so many wait already that it gets none. */
  turn(address: string): Promise<'your-turn' | 'too-many'>;
}

/** Wrong tokens of one address that are answered at once, each minute; after them, one per second. */
const FREE_PER_MINUTE = 4;
export const WAITING_PER_ADDRESS = 20;
/** Every one that waits holds a connection. */
export const WAITING_IN_ALL = 100;
/** Addresses share this many queues, so that an attacker with many of them cannot fill the memory. */
const QUEUES = 1024;

export function slowPace(): Pace {
  const steady = new RateLimiterMemory({ keyPrefix: 'steady', points: 1, duration: 1 });
  const burst = new RateLimiterMemory({ keyPrefix: 'burst', points: FREE_PER_MINUTE, duration: 60 });
  const queue = new RateLimiterQueue(new BurstyRateLimiter(steady, burst), { maxQueueSize: WAITING_PER_ADDRESS });
  let waiting = 0;
  return {
    async turn(address) {
      if (waiting >= WAITING_IN_ALL) return 'too-many';
      waiting += 1;
      try {
        await queue.removeTokens(1, queueOf(address));
        return 'your-turn';
      } catch {
        // Memory does not fail: the queue is full.
        return 'too-many';
      } finally {
        waiting -= 1;
      }
    },
  };
}

function queueOf(address: string): number {
  return createHash('sha256').update(network(address)).digest().readUInt32BE() % QUEUES;
}

/** Whoever has one IPv6 address has the 2^64 beside it, too. */
function network(address: string): string {
  const mapped = address.replace(/^::ffff:/i, '');
  if (isIPv4(mapped)) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
