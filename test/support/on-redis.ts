import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

const installed = spawnSync('redis-server', ['--version']).status === 0;

/**
 * Groups tests that need a Redis server. On a machine without one they are left out, and `npm test` says so at its end; in
 * CI they fail, because there nobody would read it.
 */
export const onRedis = installed || process.env['CI'] === 'true' ? describe : describe.skip;
