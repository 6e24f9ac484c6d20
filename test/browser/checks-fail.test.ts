import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { launchChromium, onChromium } from './chromium.js';
import { axeFindings, overflow, watchedPage } from './watched-page.js';

/** A page that does everything wrong that the other tests of this folder look for. */
const bad = `<!doctype html>
<html><head><title>Bad</title></head><body>
  <img src="/missing.png">
  <p style="color: #aaa; background: #fff">Too pale</p>
  <div style="width: 3000px">Too wide</div>
  <script>console.warn('something is wrong'); document.title = 'Inline';</script>
  <link rel="stylesheet" href="http://fonts.example.com/font.css">
</body></html>`;

onChromium('what the browser tests look for is found', () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    browser = await launchChromium();
    server = createServer((request, response) => {
      const isStrict = request.url === '/strict';
      response.writeHead(request.url === '/missing.png' ? 404 : 200, {
        'content-type': 'text/html',
        ...(isStrict && { 'content-security-policy': "default-src 'none'; img-src 'self'" }),
      });
      response.end(bad);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test('errors and warnings on the console, what is missing, and what leaves the server', async () => {
    const { page, troubles, close } = await watchedPage(browser, url);
    await page.goto('/', { waitUntil: 'load' });

    await eventually(() => {
      const all = troubles.join('\n');
      expect(all).toContain('console: something is wrong');
      expect(all).toContain('status 404');
      expect(all).toContain('left the server: http://fonts.example.com/font.css');
    });
    await close();
  });

  test('what the policy refuses', async () => {
    const { page, troubles, close } = await watchedPage(browser, url);
    await page.goto('/strict', { waitUntil: 'load' });

    await eventually(() => {
      const refused = troubles.filter((trouble) => trouble.includes('Content Security Policy'));
      expect(refused.some((trouble) => trouble.includes('inline script'))).toBe(true);
      expect(refused.some((trouble) => trouble.includes('inline style'))).toBe(true);
    });
    await close();
  });

  test('violations of accessibility, and a page wider than its window', async () => {
    const { page, close } = await watchedPage(browser, url, { viewport: { width: 390, height: 844 } });
    await page.goto('/', { waitUntil: 'load' });

    const rules = (await axeFindings(page)).map((finding) => finding.split(':')[0]);

    expect(rules).toEqual(expect.arrayContaining(['image-alt', 'html-has-lang', 'color-contrast']));
    expect(await overflow(page)).toBeGreaterThan(2_000);
    await close();
  });
});
