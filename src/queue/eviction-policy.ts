import { askRedis, type RedisNode, readRedisNodes, urlOfNode } from './redis-nodes.js';

const SAFE_POLICY = 'noeviction';
const WORST_FIRST: readonly RedisSafety['persistence'][] = ['none', null, 'snapshots', 'append-only-file'];

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

/**
 * Of a cluster: of the nodes that hold the keys or would hold them next, the worst that is said. Throws when Redis, or the master of
 * the keys, cannot be reached within some seconds.
 */
export async function readRedisSafety(url: string): Promise<RedisSafety> {
  const nodes = await readRedisNodes(url);
  switch (nodes.kind) {
    case 'single':
      return withProblems(await readKeeping(url), 'Redis');
    case 'cluster': {
      const [master, ...replicas] = nodes.holders;
      const first = await safetyOf(master, url);
      // A replica that is away holds nothing up, and is judged when it is back.
      const others = await Promise.allSettled(replicas.map((replica) => safetyOf(replica, url)));
      return others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : [])).reduce(worse, first);
    }
    default:
      return nodes satisfies never;
  }
}

/** What one server does. */
type Keeping = Pick<RedisSafety, 'evictionPolicy' | 'persistence'>;

async function safetyOf(node: RedisNode, url: string): Promise<RedisSafety> {
  return withProblems(await readKeeping(urlOfNode(url, node)), `Redis at ${node.host}:${node.port}`);
}

function readKeeping(url: string): Promise<Keeping> {
  return askRedis(url, async (redis) => {
    const memory = await redis.info('memory');
    const persistence = await redis.info('persistence');
    // CONFIG is often forbidden on rented servers, INFO is not; but only CONFIG tells of snapshots.
    const save = configured(await redis.config('GET', 'save').catch(() => null));
    return {
      evictionPolicy: field(memory, 'maxmemory_policy'),
      persistence: persistenceOf(field(persistence, 'aof_enabled'), save),
    };
  });
}

function withProblems(keeping: Keeping, who: string): RedisSafety {
  return {
    ...keeping,
    problems: [...evictionProblem(keeping.evictionPolicy, who), ...persistenceProblem(keeping.persistence, who)],
  };
}

function worse(one: RedisSafety, other: RedisSafety): RedisSafety {
  const policies = [one.evictionPolicy, other.evictionPolicy];
  const kept = [one.persistence, other.persistence];
  return {
    evictionPolicy:
      policies.find((policy) => policy !== null && policy !== SAFE_POLICY) ??
      (policies.includes(null) ? null : SAFE_POLICY),
    persistence: WORST_FIRST.find((persistence) => kept.includes(persistence)) ?? null,
    problems: [...one.problems, ...other.problems],
  };
}

/** `save`: the value of that setting, empty where Redis takes no snapshots; `null`: it may not be read. */
function persistenceOf(appendOnly: string | null, save: string | null): RedisSafety['persistence'] {
  if (appendOnly === '1') return 'append-only-file';
  if (save !== null && save.trim() !== '') return 'snapshots';
  return appendOnly === null || save === null ? null : 'none';
}

function evictionProblem(policy: string | null, who: string): RedisProblem[] {
  if (policy === null || policy === SAFE_POLICY) return [];
  return [
    {
      problem: `${who} throws jobs away when memory runs short (maxmemory-policy ${policy})`,
      remedy: 'CONFIG SET maxmemory-policy noeviction, and write it into redis.conf',
    },
  ];
}

function persistenceProblem(persistence: RedisSafety['persistence'], who: string): RedisProblem[] {
  if (persistence !== 'none') return [];
  return [
    {
      problem: `${who} forgets every job when it restarts (neither append-only file nor snapshots)`,
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
