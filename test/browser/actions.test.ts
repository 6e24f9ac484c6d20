import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { launchChromium, onChromium } from './chromium.js';
import { type DemoSite, openDemoSite, TOKEN } from './demo-site.js';
import { logIn, type WatchedPage, watchedPage } from './watched-page.js';

onChromium('a person at the pages', () => {
  let browser: Browser;
  let site: DemoSite;
  let opened: WatchedPage[] = [];

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), openDemoSite({ days: 9, perDay: 5 })]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), site?.close()]);
  });
  afterEach(async () => {
    await Promise.all(opened.map((page) => page.close()));
    opened = [];
    await site.scenario.askonce('resume');
  });

  const open = async (options: Parameters<typeof watchedPage>[2] = {}) => {
    const page = await watchedPage(browser, site.url, options);
    opened.push(page);
    return page;
  };
  const card = (page: Page, account: string) => page.getByRole('article', { name: account });
  const pausedAccounts = async () =>
    (await site.scenario.status()).accounts.filter(({ paused }) => paused !== null).map(({ account }) => account);

  test('logs in, pauses an account with a reason, sees it everywhere, and resumes it', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched, '/accounts');

    await card(page, 'north').locator('summary').click();
    const form = page.getByRole('form', { name: 'Pause north' });
    await form.getByLabel('Reason').fill('The new packaging leaks');
    await form.getByLabel('Your name').fill('Mia');
    await form.getByRole('button', { name: 'Pause north' }).click();

    await card(page, 'north').getByText('by Mia: The new packaging leaks').waitFor();
    expect(await pausedAccounts()).toEqual(['north']);
    const deeds = page.getByRole('table', { name: 'The latest deeds of people' });
    expect(await deeds.locator('tbody tr').first().innerText()).toMatch(
      /pause\s+north\s+Mia\s+The new packaging leaks\s+page/,
    );
    await page.goto('/');
    await page.getByText('Paused: north.').waitFor();
    await page.goto('/accounts');
    await card(page, 'north').locator('summary').click();
    const resuming = page.getByRole('form', { name: 'Resume north' });
    await resuming.getByLabel('Reason').fill('Mended');
    await resuming.getByRole('button', { name: 'Resume north' }).click();
    await card(page, 'north').locator('summary', { hasText: 'Pause north' }).waitFor();
    expect(await pausedAccounts()).toEqual([]);
    expect(watched.troubles).toEqual([]);
  });

  test('pauses all accounts at once', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched, '/accounts');

    await page.locator('summary', { hasText: 'Pause all accounts' }).click();
    const form = page.getByRole('form', { name: 'Pause all accounts' });
    await form.getByLabel('Reason').fill('Holidays');
    await form.getByRole('button').click();

    await page.getByRole('complementary').getByText('Paused: ').waitFor();
    expect(await pausedAccounts()).toHaveLength(3);
    expect(watched.troubles).toEqual([]);
  });

  test('says of an order that it is never to be asked for', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched, '/orders?state=scheduled');
    const orderId = await page.locator('tbody a').first().innerText();
    await page.getByRole('link', { name: orderId }).click();

    await page.locator('summary', { hasText: 'Never ask for this order' }).click();
    await page.getByLabel('Reason').fill('The buyer is a friend');
    await page.getByRole('button', { name: 'Never ask' }).click();

    await page.goto(`/orders/${orderId}`);
    await page.getByText('A person said that this order is never to be asked for.').waitFor();
    expect(await page.locator('.headline').innerText()).toMatch(/skipped.*suppressed/s);
    expect(watched.troubles).toEqual([]);
  });

  test('says so of an order that has not come yet', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched);
    await page.goto('/orders/302-8888888-8888888');

    await page.getByLabel('Reason').fill('A test order');
    await page.getByRole('button', { name: 'Never ask' }).click();
    await page.waitForLoadState();
    await page.goto('/orders/302-8888888-8888888');

    await page.getByText('It will not be asked for when it comes').waitFor();
  });

  test('logs out, and the forms are closed', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched, '/accounts');

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto('/accounts');
    await card(page, 'north').locator('summary').click();

    const form = page.getByRole('form', { name: 'Pause north' });
    expect(await form.getByRole('button').isDisabled()).toBe(true);
    expect(await form.getByRole('link', { name: 'Log in' }).isVisible()).toBe(true);
    expect(watched.troubles).toEqual([]);
  });

  test('needs no mouse: skips to the page, opens a form, fills it in and sends it', async () => {
    const watched = await open();
    const { page } = watched;
    await page.goto('/login?next=%2Faccounts');
    await page.getByLabel('ADMIN_TOKEN').press('Tab');
    await page.getByLabel('ADMIN_TOKEN').focus();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/accounts');
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    const tabTo = async (text: string) => {
      for (let stop = 0; stop < 60 && (await focused()) !== text; stop += 1) await page.keyboard.press('Tab');
      expect(await focused()).toBe(text);
    };

    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await tabTo('Pause europe');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');

    await card(page, 'europe').getByText('By keyboard').waitFor();
    expect(await pausedAccounts()).toEqual(['europe']);
    expect(watched.troubles).toEqual([]);
  });

  test('needs no JavaScript: the numbers of the charts are there, and the forms work', async () => {
    const watched = await open({ javaScriptEnabled: false });
    const { page } = watched;
    await logIn(watched);

    expect(await page.locator('canvas').first().isVisible()).toBe(false);
    await page.getByText('Asked per day, as a table').click();
    expect(await page.getByRole('table', { name: 'Asked per day' }).isVisible()).toBe(true);
    await page.goto('/accounts');
    await card(page, 'japan').locator('summary').click();
    await page.getByRole('form', { name: 'Pause japan' }).getByLabel('Reason').fill('No script');
    await page.getByRole('form', { name: 'Pause japan' }).getByRole('button').click();

    await card(page, 'japan').getByText('No script').waitFor();
    expect(await pausedAccounts()).toEqual(['japan']);
    expect(watched.troubles).toEqual([]);
  });

  test('sees without a reload what others do, and keeps what is being typed', async () => {
    const watched = await open();
    const { page } = watched;
    await logIn(watched, '/accounts');
    await page.evaluate(() => document.body.setAttribute('data-same-page', 'yes'));
    await card(page, 'europe').locator('summary').click();
    const reason = page.getByRole('form', { name: 'Pause europe' }).getByLabel('Reason');
    const left = page.getByRole('form', { name: 'Pause japan' }).getByLabel('Reason');
    await card(page, 'japan').locator('summary').click();
    await left.pressSequentially('Begun, and left');
    await reason.pressSequentially('Half a sent');

    await site.scenario.askonce('pause', '--reason', 'Seen by all');

    await card(page, 'north').getByText('Seen by all').waitFor({ timeout: 20_000 });
    await card(page, 'europe').getByText('Seen by all').waitFor({ timeout: 20_000 });
    await page.getByText('Paused: ').waitFor();
    await card(page, 'japan').getByText('Seen by all').waitFor();
    expect(await left.inputValue()).toBe('Begun, and left');
    expect(await reason.inputValue()).toBe('Half a sent');
    await reason.pressSequentially('ence');
    expect(await reason.inputValue()).toBe('Half a sentence');
    expect(await page.evaluate(() => document.body.getAttribute('data-same-page'))).toBe('yes');
    expect(watched.troubles).toEqual([]);
  });

  test('is told when the numbers stand still, and no more once they move again', async () => {
    const { page } = await open();
    await page.goto('/queue');
    const state = page.locator('[data-live-state]');

    await page.route('**/queue', (route) => route.abort());
    await state.getByText('askonce does not answer').waitFor({ timeout: 20_000 });
    await page.unroute('**/queue');

    await eventually(async () => expect(await state.innerText()).toBe(''));
  });

  test('is told when the session is over, and the page asks no more', async () => {
    const { page } = await open();
    await page.goto('/queue');
    let asked = 0;

    await page.route('**/queue', (route) => {
      asked += 1;
      return route.fulfill({ status: 401, body: '' });
    });

    await page.locator('[data-live-state]').getByText('You are logged out').waitFor({ timeout: 20_000 });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    expect(await page.locator('[data-live-state]').getByRole('link', { name: 'Log in' }).isVisible()).toBe(true);
    expect(asked).toBe(1);
  });
});
