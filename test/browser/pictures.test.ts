import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, onChromium } from './chromium.js';
import { type DemoSite, openDemoSite } from './demo-site.js';
import { logIn, watchedPage } from './watched-page.js';

const LARGEST_BYTES = 200_000;
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

/** `PICTURES=docs/pictures node bin/test.mjs test/browser/pictures` takes the pictures of the README anew. */
const wanted = process.env['PICTURES'];

/** What there is to see of a page that is more than its address. */
const show: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  /** Some days back, where orders have come to different states. */
  async orders(page) {
    for (let leaves = 0; leaves < 7; leaves += 1) {
      const older = page
        .getByRole('navigation', { name: 'Pages of orders', exact: true })
        .getByRole('link', { name: 'Older' });
      if ((await older.count()) === 0) return;
      await older.click();
    }
  },
  /** Shipped by Amazon: the story fits. */
  async order(page) {
    const links = await page
      .locator('tbody a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    for (const link of links) {
      await page.goto(link);
      if ((await page.getByText('shipped by Amazon').count()) > 0) return;
    }
  },
};

onChromium('the pictures of the README', () => {
  let browser: Browser;
  let site: DemoSite;
  let folder: string;

  beforeAll(async () => {
    folder = wanted ?? (await mkdtemp(join(tmpdir(), 'askonce-pictures-')));
    const weeks = wanted === undefined ? { days: 9, perDay: 4 } : { days: 36, perDay: 14 };
    [browser, site] = await Promise.all([launchChromium(), openDemoSite(weeks)]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), site?.close()]);
    if (wanted === undefined) await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['overview', '/', { colorScheme: 'light', viewport: { ...desk, height: 1240 } }],
    ['overview-dark', '/', { colorScheme: 'dark', viewport: { ...desk, height: 1240 } }],
    ['orders', '/orders', { colorScheme: 'light', viewport: desk }],
    ['order', '/orders?state=unknown', { colorScheme: 'light', viewport: { ...desk, height: 700 } }],
    ['phone', '/', { colorScheme: 'light', viewport: phone, deviceScaleFactor: 2 }],
  ] as const)('%s is taken from the real page, and small', async (name, path, options) => {
    const watched = await watchedPage(browser, site.url, { ...options, reducedMotion: 'reduce' });
    await logIn(watched);
    await watched.page.goto(path, { waitUntil: 'load' });
    await show[name]?.(watched.page);

    const file = join(folder, `${name}.png`);
    await watched.page.screenshot({ path: file });

    expect((await stat(file)).size).toBeLessThan(LARGEST_BYTES);
    expect(watched.troubles).toEqual([]);
    await watched.close();
  });
});
