import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onChromium } from '../browser/chromium.js';
import { openServer, type Server, TOKEN, WRONG } from './access-server.js';

onChromium('in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: Server;
  let complaints: string[];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP *.example 127.0.0.1'],
    });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await openServer({ host: '0.0.0.0' });
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      // The browser itself says so of every answer that is no page for everybody.
      if (message.type() === 'error' && !message.text().includes('status of 401')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  afterEach(async () => {
    await context.close();
    await server.close();
  });

  async function logIn(url: string, token = TOKEN): Promise<void> {
    await page.goto(url);
    await page.getByLabel('ADMIN_TOKEN').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  const pausedAccounts = async () =>
    (await server.ledger.accounts()).flatMap(({ name, paused }) => (paused === null ? [] : [name]));

  // A browser tells of the second only in `Origin` where a form comes from: to it, HTTP is trustworthy on loopback alone.
  test.each(['127.0.0.1', 'ops.example'])(
    'a person logs in on %s, pauses, reads what was done, and logs out',
    async (host) => {
      const url = `http://${host}:${server.port}`;

      await logIn(`${url}/accounts`);
      expect(page.url()).toBe(`${url}/accounts`);
      const form = page.getByRole('form', { name: 'Pause all accounts' });
      await page.evaluate('for (const part of document.querySelectorAll("details")) part.open = true');
      await form.getByLabel('Reason').fill('holiday');
      await form.getByRole('button').click();

      expect(page.url()).toBe(`${url}/accounts`);
      expect(await page.getByRole('status').textContent()).toBe('Paused: mugs, tea.');
      expect(await pausedAccounts()).toEqual(['mugs', 'tea']);
      await page.getByRole('button', { name: 'Log out' }).click();
      expect(await page.getByLabel('ADMIN_TOKEN').isVisible()).toBe(true);
      await page.goto(`${url}/accounts`);
      expect(await page.getByLabel('ADMIN_TOKEN').isVisible()).toBe(true);
      expect(complaints).toEqual([]);
    },
  );

  test.each(['127.0.0.1', 'ops.example'])(
    'a page of another site cannot act for who is logged in on %s',
    async (host) => {
      const url = `http://${host}:${server.port}`;
      await logIn(`${url}/accounts`);
      const token = await page.locator('input[name=_csrf]').first().inputValue();
      const attacker = await serve(`
      <form method="post" action="${url}/actions/pause">
        <input name="_csrf" value="${token}"><input name="account" value="tea"><input name="reason" value="x">
        <button>win</button>
      </form>`);
      try {
        for (const site of [`http://${host}`, 'http://attacker.example']) {
          await page.goto(`${site}:${(attacker.address() as AddressInfo).port}/`);
          const [answer] = await Promise.all([
            page.waitForResponse(`${url}/actions/pause`),
            page.getByRole('button', { name: 'win' }).click(),
          ]);
          // On the same host the cookie goes along, as ports make no difference to it.
          expect(answer.status()).toBe(site === `http://${host}` ? 403 : 401);
        }
        expect(await pausedAccounts()).toEqual([]);
      } finally {
        attacker.close();
      }
    },
  );

  test.each(['light', 'dark'] as const)('the log-in is styled, and has no barrier (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 700 });
    await logIn(`http://127.0.0.1:${server.port}/`, WRONG);

    expect(await page.getByRole('alert').textContent()).toBe('That is not ADMIN_TOKEN.');
    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe('352px');
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] };
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

async function serve(body: string): Promise<HttpServer> {
  const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(body));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return site;
}
