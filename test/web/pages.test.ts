import { afterEach, describe, expect, test } from '@jest/globals';
import {
  A,
  accepted,
  anAttempt,
  aPage,
  B,
  C,
  claimed,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
  tea,
} from '../ledger/planned.js';
import { openMemoryLedger } from '../support/memory-ledger.js';
import { type Answer, asPerson, openServer, type Server } from './access-server.js';

let server: Server | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function opened(options: Parameters<typeof openServer>[0] = {}): Promise<(path: string) => Promise<Answer>> {
  const running = await openServer(options);
  server = running;
  return (path) => running.ask({ path, headers: asPerson });
}

/** One order of each kind, all of the account `tea`. */
async function ledgerWithOrders() {
  const ledger = openMemoryLedger(() => noon);
  await given(ledger);
  const claim = await claimed(ledger);
  await ledger.record(claim, accepted, anAttempt({ kind: 'answer', outcome: 'accepted' }), noon);
  await inDoubt(ledger, B);
  await given(ledger, planned(skipped('cancelled'), { orderId: C }));
  await given(ledger, planned(scheduled({ lookAt: noon.plus({ days: 2 }) }), { orderId: '302-0000004-0000004' }));
  return ledger;
}

const paths = ['/', '/orders', `/orders/${A}`, '/accounts', '/queue', '/alarms'];

describe('every page', () => {
  test.each(paths)(
    '%s is whole HTML, with its heading, and nothing inline that the policy would refuse',
    async (path) => {
      const ask = await opened({ ledger: await ledgerWithOrders() });

      const { status, headers, body } = await ask(path);

      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body).toMatch(/<h1>[^<]+<\/h1>/);
      expect(body).not.toMatch(/\sstyle=|<style|\son\w+=|javascript:/);
      expect(body.match(/<script[^>]*>/g)?.every((script) => script.includes('src="/assets/'))).toBe(true);
      expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
    },
  );

  test.each(paths)('%s is there for a ledger that holds nothing', async (path) => {
    const ask = await opened();

    expect((await ask(path)).status).toBe(path === `/orders/${A}` ? 404 : 200);
  });

  test('what somebody wrote is shown as text, whatever it is', async () => {
    const ledger = await ledgerWithOrders();
    await ledger.registerAccounts([tea], noon);
    await ledger.pause(['tea'], '<img src=x onerror="alert(1)">', '"><script>alert(2)</script>', noon, 'page');
    const ask = await opened({ ledger });

    for (const path of ['/', '/accounts']) {
      const { body } = await ask(path);

      expect(body).toContain('&lt;img src=x');
      expect(body).not.toMatch(/<img|<script>/);
    }
  });
});

describe('the overview', () => {
  test('tells how many were asked today, what is in doubt and which deadline is the nearest', async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    const { body } = await ask('/');

    expect(text(body)).toContain('Asked today 1 1 in 30 days');
    expect(text(body)).toContain('In doubt 1 oldest');
    expect(text(body)).toContain('Nearest deadline Apr 4, 11:00 UTC');
    expect(body).toContain(`href="/orders/${B}"`);
  });

  test('is read once for all who look at the same time, and once more when it has grown old', async () => {
    const ledger = await ledgerWithOrders();
    let reads = 0;
    const ask = await opened({
      ledger: {
        ...ledger,
        sentPerDay: (since) => {
          reads += 1;
          return ledger.sentPerDay(since);
        },
      },
    });

    await Promise.all(Array.from({ length: 20 }, () => ask('/')));

    expect(reads).toBe(1);
  });

  test('a reading that failed is not kept', async () => {
    const ledger = await ledgerWithOrders();
    let isAway = true;
    const ask = await opened({
      ledger: {
        ...ledger,
        sentPerDay: (since) => (isAway ? Promise.reject(new Error('the ledger is away')) : ledger.sentPerDay(since)),
      },
    });
    expect((await ask('/')).status).toBe(500);

    isAway = false;

    expect((await ask('/')).status).toBe(200);
  });

  test("the fullest day is told against what Amazon's rate allows in the hours of the rules", async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    // Two accounts, one request a second each, from 09:00 to 20:00.
    expect(text((await ask('/')).body)).toContain("Amazon's rate allows 79,200 a day");
  });
});

describe('the orders', () => {
  test('are listed with how many there are, and filtered by what the form offers', async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    expect(text((await ask('/orders')).body)).toContain('4 orders, the newest first');
    const { body } = await ask('/orders?account=tea&marketplace=DE&state=sent&reason=&from=&to=');
    expect(text(body)).toContain('1 order, the newest first');
    expect(body).toContain(`href="/orders/${A}"`);
    expect(body).not.toContain(`href="/orders/${B}"`);
    expect(body).toMatch(/<option selected[^>]*value="sent"|<option value="sent" selected/);
  });

  test('are leafed through to the last page and back without missing one or seeing one twice', async () => {
    const ledger = openMemoryLedger(() => noon);
    const ids = Array.from({ length: 120 }, (_, index) => `302-0000001-${String(index).padStart(7, '0')}`);
    // Many of one instant: there the id decides.
    const orders = ids.map((orderId, index) =>
      planned(scheduled(), { orderId, createdAt: noon.minus({ hours: Math.floor(index / 40) }) }),
    );
    await ledger.recordPage(aPage(orders), noon);
    const ask = await opened({ ledger });
    const leaf = async (from: string, link: string) => {
      const seen: string[][] = [];
      for (let path: string | undefined = from; path !== undefined; ) {
        const { body }: Answer = await ask(path);
        seen.push([...body.matchAll(/data-key="(302[^"]+)"/g)].map(([, id = '']) => id));
        path = new RegExp(`href="([^"]+)" rel="${link}"`).exec(body)?.[1]?.replaceAll('&amp;', '&');
      }
      return seen;
    };

    const forth = await leaf('/orders?account=tea', 'next');
    const back = await leaf('/orders?account=tea&at=last', 'prev');

    expect(forth.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(forth.flat().toSorted()).toEqual(ids);
    expect(back.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(back.toReversed().flat()).toEqual(forth.flat());
  });

  test('a date counts as a whole day, and no number is made up for it', async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    expect(text((await ask('/orders?from=2026-03-01&to=2026-03-01')).body)).toContain('4 orders on this page');
    expect(text((await ask('/orders?from=2026-03-02')).body)).toContain('No order matches here.');
  });

  test('an id that is typed leads to its order, and what is none is said in a friendly way', async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    const hit = await ask(`/orders?order=%20${A}%20`);
    expect([hit.status, hit.headers.location]).toEqual([303, `/orders/${A}`]);
    const miss = await ask('/orders?order=%22%3E%3Cb%3E');
    expect(miss.status).toBe(200);
    expect(text(miss.body)).toContain('That is not an order id. One looks like 302-0000001-0000001.');
    expect(miss.body).not.toContain('<b>');
  });

  test.each(['state=none', 'after=x', 'from=yesterday', 'account=a&account=b', 'reason=%00'])(
    'an address that was changed by hand (%s) is answered with status 400 and a way back',
    async (query) => {
      const ask = await opened();

      const { status, body } = await ask(`/orders?${query}`);

      expect(status).toBe(400);
      expect(body).toContain('The address of this page is not right.');
      expect(body).toContain('<a href="/orders">All orders</a>');
    },
  );
});

describe('an order', () => {
  test('tells its story with the words of "askonce why", and its facts', async () => {
    const ask = await opened({ ledger: await ledgerWithOrders() });

    const shown = text((await ask(`/orders/${A}`)).body);

    expect(shown).toContain('Discovery saw the order for account tea, sold in DE, shipped by Amazon.');
    expect(shown).toContain('2026-03-20 12:00:00 UTC (13:00:00 in DE, Europe/Berlin) answer-accepted');
    expect(shown).toContain('Known by accepted');
    expect(shown).toContain('Requests to Amazon 1');
  });

  test('that is not in the ledger is a page that says what that means', async () => {
    const ask = await opened();

    const { status, body } = await ask('/orders/302-9999999-9999999');

    expect(status).toBe(404);
    expect(text(body)).toContain('Order 302-9999999-9999999 is not in the ledger.');
    expect(text(body)).toContain('older than CATCH_UP_DAYS');
  });

  test('of which a person said never says so, in the ledger or not', async () => {
    const ledger = await ledgerWithOrders();
    await ledger.suppress([A, '302-9999999-9999999'], 'Mia', 'a friend', noon, 'page');
    const ask = await opened({ ledger });

    expect(text((await ask('/orders/302-9999999-9999999')).body)).toContain(
      'a person said that it is never to be asked',
    );
    expect(text((await ask(`/orders/${A}`)).body)).toContain('A person said that this order is never to be asked for.');
  });

  test.each(['a b', '%3Cscript%3E', '..%2F..%2Fetc', 'x'.repeat(300)])('%s is no order', async (name) => {
    const ask = await opened();

    expect((await ask(`/orders/${encodeURI(name)}`)).status).toBe(404);
  });
});

/** What a person reads, with single spaces. */
function text(html: string): string {
  return html
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
