import type { Config } from '../../config/config.js';
import { readRedisSafety } from '../../queue/eviction-policy.js';
import { readRedisVersion } from '../../queue/redis-version.js';
import { type Check, failed, fine } from './check-line.js';

const NAME = 'queue';

/** BullMQ warns below it (its `recommendedMinimumVersion`). */
const LEAST_VERSION = [6, 2] as const;

export async function queueChecks({ redisUrl }: Pick<Config, 'redisUrl'>): Promise<Check[]> {
  if (redisUrl === null) return [fine(NAME, "in the ledger's Postgres")];
  const url = redisUrl.reveal();
  const [safety, version] = await Promise.all([readRedisSafety(url), readRedisVersion(url)]);
  const problems = safety.problems.map(({ problem, remedy }) => failed(NAME, problem, remedy));
  const old = version !== null && isOlder(version);
  if (old) problems.push(failed(NAME, `Redis ${version} is too old`, `use ${LEAST_VERSION.join('.')} or newer`));
  if (problems.length > 0) return problems;
  const known = [
    safety.evictionPolicy ?? 'its eviction policy is not told',
    safety.persistence ?? 'its persistence is not told',
  ];
  return [fine(NAME, `Redis ${version ?? 'of a version that it does not tell'}, ${known.join(', ')}`)];
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]);
}
