import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';

const installed = spawnSync('promtool', ['--version']).status === 0;

/**
 * Groups tests that need promtool (Debian's package prometheus). On a machine without it they are left out; in CI they fail,
 * because there nobody would read that.
 */
export const onPromtool = installed || process.env['CI'] === 'true' ? describe : describe.skip;

export interface Verdict {
  /** Promtool found nothing, not even something to mention. */
  readonly ok: boolean;
  readonly said: string;
}

export function promtool(args: readonly string[], input = ''): Verdict {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined)
    throw new Error('These tests need promtool: "apt-get install prometheus".', { cause: error });
  return { ok: status === 0, said: `${stdout}${stderr}`.trim() };
}
