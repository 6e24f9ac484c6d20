import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium, onChromium } from './chromium.js';
import { type DemoSite, openDemoSite } from './demo-site.js';
import { axeFindings, logIn, overflow, type WatchedPage, watchedPage } from './watched-page.js';

onChromium('in a browser', () => {
  let browser: Browser;
  let site: DemoSite;
  let opened: WatchedPage[] = [];

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), openDemoSite({ days: 14, perDay: 6 })]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), site?.close()]);
  });
  afterEach(async () => {
    await Promise.all(opened.map((page) => page.close()));
    opened = [];
  });

  const open = async (options: Parameters<typeof watchedPage>[2] = {}) => {
    const page = await watchedPage(browser, site.url, options);
    opened.push(page);
    return page;
  };

  const phone = { width: 390, height: 844 };
  const desk = { width: 1280, height: 900 };
  const looks = [
    ['light, on a desk', { colorScheme: 'light', viewport: desk }],
    ['dark, on a desk', { colorScheme: 'dark', viewport: desk }],
    ['light, on a phone', { colorScheme: 'light', viewport: phone }],
    ['dark, on a phone', { colorScheme: 'dark', viewport: phone }],
  ] as const;
  /** Address, heading, status. */
  const pages = [
    ['/', 'Overview', 200],
    ['/orders', 'Orders', 200],
    ['/orders?account=north&state=sent&at=last', 'Orders', 200],
    ['/orders?state=refused&reason=not-shipped', 'Orders', 200],
    ['/orders?order=what+is+this', 'Orders', 200],
    ['/orders?state=no-such-state', 'Orders', 400],
    ['an order that was asked', null, 200],
    ['an order in doubt', null, 200],
    ['/orders/302-9999999-9999999', '302-9999999-9999999', 404],
    ['/accounts', 'Accounts', 200],
    ['/queue', 'Queue', 200],
    ['/alarms', 'Alarms', 200],
    ['/login', 'askonce', 200],
  ] as const;

  /** The address itself, or that of the first order of a state. */
  const addressOf = async ({ page }: WatchedPage, path: string): Promise<string> => {
    if (path.startsWith('/')) return path;
    await page.goto(`/orders?state=${path === 'an order in doubt' ? 'unknown' : 'sent'}`);
    return (await page.locator('tbody a').first().getAttribute('href')) ?? 'there is no such order';
  };

  describe.each(looks)('%s', (_look, options) => {
    let strict: WatchedPage;
    /** For axe, which the policy of the pages would keep out. */
    let lax: WatchedPage;

    beforeAll(async () => {
      strict = await watchedPage(browser, site.url, options);
      lax = await watchedPage(browser, site.url, { ...options, bypassCSP: true });
      await Promise.all([logIn(strict), logIn(lax)]);
    });
    afterAll(async () => {
      await Promise.all([strict?.close(), lax?.close()]);
    });

    test.each(pages)('%s has nothing to complain of', async (path, heading, status) => {
      const watched = path === '/login' ? await open(options) : strict;
      const address = await addressOf(watched, path);
      watched.troubles.splice(0);
      const answer = await watched.page.goto(address, { waitUntil: 'load' });

      expect(answer?.status()).toBe(status);
      if (heading !== null) expect(await watched.page.locator('h1').innerText()).toBe(heading);
      expect(await overflow(watched.page)).toBe(0);
      // Of a page that is meant to be no good the browser itself complains.
      expect(watched.troubles.filter((trouble) => status < 400 || !trouble.includes(`${status}`))).toEqual([]);
    });

    test.each(pages.map(([path]) => path))('%s has no violation of accessibility', async (path) => {
      const { page } = path === '/login' ? await open({ ...options, bypassCSP: true }) : lax;
      await page.goto(await addressOf(lax, path), { waitUntil: 'load' });
      // Forms, and the tables beside the charts, are behind these.
      for (const summary of await page.locator('summary').all()) await summary.click();

      expect(await axeFindings(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  });

  describe('when something is wrong', () => {
    beforeAll(async () => {
      await site.scenario.askonce('pause', 'north', '--reason', 'A bad lot: see the mail of Monday');
      await site.scenario.until('the alarm is open', async () => {
        const answer = await fetch(`${site.url}/alarms`);
        return (await answer.text()).includes('<strong>account-paused</strong>');
      });
    });
    afterAll(async () => {
      await site.scenario.askonce('resume', 'north');
    });

    test.each(['/', '/accounts', '/alarms'])('%s shows it, accessible in both schemes', async (path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const watched = await open({ colorScheme, viewport: phone, bypassCSP: true });
        await watched.page.goto(path, { waitUntil: 'load' });

        expect(await watched.page.locator('main').innerText()).toContain('A bad lot: see the mail of Monday');
        expect(await watched.page.getByRole('complementary').innerText()).toContain('1 alarm is open.');
        expect(await axeFindings(watched.page)).toEqual([]);
        expect(await overflow(watched.page)).toBe(0);
        expect(watched.troubles).toEqual([]);
      }
    });
  });

  test('the charts are drawn from the tables beside them, and anew when the scheme changes', async () => {
    const { page, context, troubles } = await open({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto('/', { waitUntil: 'load' });
    const drawn = () =>
      page.evaluate(() => [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()));
    const blank = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      const [first] = document.querySelectorAll('canvas');
      Object.assign(canvas, { width: first?.width, height: first?.height });
      return canvas.toDataURL();
    });

    const light = await drawn();
    expect(troubles).toEqual([]);
    // New numbers would be drawn anew, too.
    await context.setOffline(true);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction((before) => document.querySelector('canvas')?.toDataURL() !== before, light[0]);
    const dark = await drawn();

    expect(light).toHaveLength(2);
    expect(light).not.toContain(blank);
    expect(dark[1]).not.toBe(light[1]);
  });

  test('wherever the Tab key leads, it can be seen', async () => {
    const { page } = await open({ viewport: desk });
    await page.goto('/accounts');

    const invisible: string[] = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const at = document.activeElement;
        if (at === null || at === document.body) return null;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        return { html: at.outerHTML.slice(0, 80), outline: outlineStyle !== 'none' && outlineWidth !== '0px' };
      });
      if (seen === null) break;
      if (!seen.outline) invisible.push(seen.html);
    }

    expect(invisible).toEqual([]);
  });
});
