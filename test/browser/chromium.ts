import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Groups tests that need a Chromium. On a machine without one they are left out, and `npm test` says so at its end; in CI they
 * fail, because there nobody would read it.
 */
export const onChromium = existsSync(executablePath) || process.env['CI'] === 'true' ? describe : describe.skip;

/** Without a window, with a profile of its own, and without a word to anybody outside. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
