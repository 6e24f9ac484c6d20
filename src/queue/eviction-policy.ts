import { Redis } from 'ioredis';
import { within } from './within.js';

const PATIENCE_MS = 5_000;

/** What Redis does with jobs when memory runs short or the server restarts. */
export interface RedisSafety {
  /**
   * `maxmemory-policy`; `null`: Redis does not tell. Anything but `noeviction` lets Redis throw away jobs when memory runs
   * short; the sweep would ring again, but BullMQ itself does not expect it.
   */
  readonly evictionPolicy: string | null;
  /** How it keeps jobs over a restart; `null`: Redis does not tell. */
  readonly persistence: 'append-only-file' | 'snapshots' | 'none' | null;
  /** What somebody should mend, one sentence each; empty: nothing, as far as Redis tells. */
  readonly problems: readonly RedisProblem[];
}

export interface RedisProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** Throws when Redis cannot be reached within some seconds. */
export async function readRedisSafety(url: string): Promise<RedisSafety> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 200 });
  redis.on('error', () => {});
  try {
    await within(PATIENCE_MS, redis.connect(), 'reaching Redis');
    const memory = await within(PATIENCE_MS, redis.info('memory'), 'asking Redis');
    const persistence = await within(PATIENCE_MS, redis.info('persistence'), 'asking Redis');
    // CONFIG is often forbidden on rented servers, INFO is not; but only CONFIG tells of snapshots.
    const save = await within(PATIENCE_MS, redis.config('GET', 'save'), 'asking Redis').catch(() => null);
    return redisSafety(memory, persistence, configured(save));
  } finally {
    redis.disconnect();
  }
}

/** `save`: the value of that setting, empty where Redis takes no snapshots; `null`: it may not be read. */
function redisSafety(memory: string, persistence: string, save: string | null): RedisSafety {
  const known = {
    evictionPolicy: field(memory, 'maxmemory_policy'),
    persistence: persistenceOf(field(persistence, 'aof_enabled'), save),
  };
  return { ...known, problems: [...evictionProblem(known.evictionPolicy), ...persistenceProblem(known.persistence)] };
}

function persistenceOf(appendOnly: string | null, save: string | null): RedisSafety['persistence'] {
  if (appendOnly === '1') return 'append-only-file';
  if (save !== null && save.trim() !== '') return 'snapshots';
  return appendOnly === null || save === null ? null : 'none';
}

function evictionProblem(policy: string | null): RedisProblem[] {
  if (policy === null || policy === 'noeviction') return [];
  return [
    {
      problem: `Redis throws jobs away when memory runs short (maxmemory-policy ${policy})`,
      remedy: 'CONFIG SET maxmemory-policy noeviction, and write it into redis.conf',
    },
  ];
}

function persistenceProblem(persistence: RedisSafety['persistence']): RedisProblem[] {
  if (persistence !== 'none') return [];
  return [
    {
      problem: 'Redis forgets every job when it restarts (neither append-only file nor snapshots)',
      remedy: 'CONFIG SET appendonly yes, and write it into redis.conf',
    },
  ];
}

function field(info: string, name: string): string | null {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? null;
}

/** Redis answers CONFIG GET with names and values in turn. */
function configured(answer: unknown): string | null {
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
}
