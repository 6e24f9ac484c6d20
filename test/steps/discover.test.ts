import { describe, expect, test } from '@jest/globals';
import { A, B, C, claimed, given } from '../ledger/planned.js';
import { anOrder, at, GERMANY } from '../support/builders.js';
import { failing, noon, openStage } from '../support/steps.js';
import { badClient, denied, page, throttled, tokenServiceDown } from '../support/steps-amazon.js';

const readThrough = at('2026-03-20T11:58:00Z');

describe('discovery', () => {
  test('begins as far back as the owner wants, and goes on a little before where it stopped', async () => {
    const stage = await openStage();
    stage.amazon.pages(page([anOrder()], { readThrough }), page([]));

    await stage.discover();
    stage.pass({ minutes: 5 });
    await stage.discover();

    expect(stage.amazon.calls.searches).toEqual([
      { marketplaceIds: [GERMANY], updatedAfter: noon.minus({ days: 30 }), paginationToken: null },
      { marketplaceIds: [GERMANY], updatedAfter: readThrough.minus({ minutes: 10 }), paginationToken: null },
    ]);
  });

  test('plans every order of the page', async () => {
    const stage = await openStage();
    stage.amazon.pages(
      page([
        anOrder(),
        anOrder({ orderId: B, fulfillmentStatus: 'UNSHIPPED' }),
        anOrder({ orderId: C, fulfillmentStatus: 'CANCELLED' }),
      ]),
    );

    await stage.discover();

    const states = await Promise.all([A, B, C].map(async (orderId) => (await stage.ledger.read(orderId))?.state));
    expect(states).toEqual(['scheduled', 'waiting', 'skipped']);
    expect(stage.rungNow).toEqual(['sweep all']);
  });

  test('rings nobody when nothing is new', async () => {
    const stage = await openStage();
    stage.amazon.pages(page([anOrder()]), page([anOrder()]));
    await stage.discover();
    stage.rungNow.length = 0;

    await stage.discover();

    expect(stage.rungNow).toEqual([]);
  });

  test('writes nothing but its place of a page that tells what is known', async () => {
    const written: number[] = [];
    const stage = await openStage({
      ledger: (ledger) => ({
        recordPage: (recorded, now) => {
          written.push(recorded.orders.length);
          return ledger.recordPage(recorded, now);
        },
      }),
    });
    const same = [
      anOrder(),
      anOrder({ orderId: B, fulfillmentStatus: 'UNSHIPPED' }),
      anOrder({ orderId: C, fulfillmentStatus: 'CANCELLED' }),
    ];
    stage.amazon.pages(page(same, { readThrough }), page(same, { readThrough: noon }));

    await stage.discover();
    stage.pass({ minutes: 5 });
    await stage.discover();

    expect(written).toEqual([3, 0]);
    expect(stage.logged.filter(({ event }) => event === 'orders-read').at(-1)).toMatchObject({
      facts: { fresh: 0, replanned: 0, unchanged: 3 },
    });
    expect(await stage.ledger.feeds('tea', [GERMANY])).toMatchObject([{ watermark: noon, read: null }]);
  });

  test('sees what Amazon changed without a newer time', async () => {
    const stage = await openStage();
    const packages = (status: 'IN_TRANSIT' | 'DELIVERED') => [{ status, detailedStatus: null, shippedAt: null }];
    stage.amazon.pages(
      page([anOrder({ fulfilledBy: 'MERCHANT', packages: packages('IN_TRANSIT') })]),
      page([anOrder({ fulfilledBy: 'MERCHANT', packages: packages('DELIVERED') })]),
    );

    await stage.discover();
    await stage.discover();

    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
  });

  test('gives an order that still waits its next look, when the last one is due', async () => {
    const stage = await openStage();
    const waits = anOrder({
      fulfilledBy: 'MERCHANT',
      packages: [{ status: 'IN_TRANSIT', detailedStatus: null, shippedAt: null }],
    });
    stage.amazon.pages(page([waits]), page([waits]), page([waits]));
    await stage.discover();
    const first = (await stage.ledger.read(A))?.nextLookAt;

    stage.pass({ hours: 23 });
    await stage.discover();
    const early = (await stage.ledger.read(A))?.nextLookAt;
    stage.pass({ hours: 1 });
    await stage.discover();

    expect([first, early]).toEqual([noon.plus({ hours: 24 }), noon.plus({ hours: 24 })]);
    expect((await stage.ledger.read(A))?.nextLookAt).toEqual(noon.plus({ hours: 48 }));
  });

  test('takes over what an account has that is not configured any more', async () => {
    const stage = await openStage();
    await given(stage.ledger, undefined, 'gone');
    const { lastUpdatedAt } = anOrder();
    stage.amazon.pages(page([anOrder({ lastUpdatedAt })]));

    await stage.discover();

    expect((await stage.ledger.read(A))?.account).toBe('tea');
  });

  test('rings the sweep for the first orders at once, then every few seconds, and for the last ones when it ends', async () => {
    const stage = await openStage();
    const ids = Array.from({ length: 8 }, (_, index) => `302-${index}-0`);
    const rungAt: number[] = [];
    stage.amazon.pages(
      ...ids.map((orderId, index) => () => {
        rungAt.push(stage.rungNow.length);
        stage.pass({ seconds: 1 });
        return page([anOrder({ orderId })], { nextToken: index < 7 ? `page-${index}` : null, readThrough });
      }),
    );

    await stage.discover();

    expect(rungAt).toEqual([0, 1, 1, 1, 1, 1, 2, 2]);
    expect(stage.rungNow).toEqual(['sweep all', 'sweep all', 'sweep all']);
  });

  test('reads page after page with the query of the first', async () => {
    const stage = await openStage();
    stage.amazon.pages(
      page([anOrder()], { nextToken: 'two', readThrough }),
      page([anOrder({ orderId: B })], { nextToken: 'three', readThrough: readThrough.plus({ hours: 1 }) }),
      page([anOrder({ orderId: C })]),
    );

    await stage.discover();

    expect(stage.amazon.calls.searches.map(({ paginationToken }) => paginationToken)).toEqual([null, 'two', 'three']);
    expect(new Set(stage.amazon.calls.searches.map(({ updatedAfter }) => updatedAfter.toISO())).size).toBe(1);
    expect(await stage.ledger.feeds('tea', [GERMANY])).toMatchObject([{ watermark: readThrough, read: null }]);
  });

  test('stops where the rate ends, and goes on at the same page', async () => {
    const stage = await openStage();
    for (let number = 1; number <= 25; number += 1)
      stage.amazon.pages(page([], { nextToken: `page-${number}`, readThrough }));

    const again = await stage.discover();
    const last = stage.amazon.calls.searches.at(-1)?.paginationToken;
    stage.passTo(again?.again ?? noon);
    await stage.discover();

    expect(stage.amazon.calls.searches).toHaveLength(20);
    expect(last).toBe('page-18');
    expect(stage.amazon.calls.searches.at(-1)?.paginationToken).toBe('page-19');
    expect(again?.again.diff(noon).as('seconds')).toBeGreaterThan(60);
  });

  test('that dies before its page is in the ledger reads the same page again', async () => {
    const stage = await openStage({ ledger: (ledger) => ({ recordPage: failing(1, ledger.recordPage) }) });
    stage.amazon.pages(page([anOrder()], { readThrough }), page([anOrder()], { readThrough }));

    await expect(stage.discover()).rejects.toThrow('cannot be reached');
    await stage.discover();

    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
    expect(stage.amazon.calls.searches[1]).toEqual(stage.amazon.calls.searches[0]);
  });

  test('whose page token expired begins again from the watermark', async () => {
    const stage = await openStage();
    stage.amazon.pages(page([anOrder()], { nextToken: 'two', readThrough }), { kind: 'token-expired' }, page([]));

    const again = await stage.discover();
    await stage.discover();

    expect(again).toEqual({ again: noon });
    expect(stage.amazon.calls.searches.at(-1)).toEqual({
      marketplaceIds: [GERMANY],
      updatedAfter: noon.minus({ days: 30 }),
      paginationToken: null,
    });
  });

  test('ends its turn and begins anew later when Amazon hands out the same page token again', async () => {
    const stage = await openStage();
    const same = page([anOrder()], { nextToken: 'same', readThrough });
    stage.amazon.pages(same, same, same);

    const again = await stage.discover();

    expect(stage.amazon.calls.searches.map(({ paginationToken }) => paginationToken)).toEqual([null, 'same']);
    expect(again?.again).toEqual(noon.plus({ seconds: 10 }));
    stage.pass({ minutes: 5 });
    await stage.discover();
    expect(stage.amazon.calls.searches.at(2)?.paginationToken).toBeNull();
  });

  test('ends its turn after a hundred pages, however fast Amazon lets it read, and goes on behind them', async () => {
    const stage = await openStage();
    let pages = 0;
    const nextPage = () => {
      pages += 1;
      return { outcome: page([], { nextToken: `page-${pages}`, readThrough }), call: { rateLimit: 1000 } };
    };
    stage.amazon.pages(...Array.from({ length: 200 }, () => nextPage));

    const again = await stage.discover();

    expect(pages).toBe(100);
    expect(again).toEqual({ again: stage.now() });
    await stage.discover();
    expect(stage.amazon.calls.searches.at(100)?.paginationToken).toBe('page-100');
  });

  test('does not believe a bound that is still to come: the orders until then would be passed over', async () => {
    const stage = await openStage();
    stage.amazon.pages(page([anOrder()], { readThrough: noon.plus({ years: 1 }) }));

    await stage.discover();
    stage.pass({ minutes: 5 });
    await stage.discover();

    expect(stage.amazon.calls.searches.at(1)?.updatedAfter).toEqual(noon.minus({ minutes: 13 }));
  });

  test('does not try a page token that is a day old', async () => {
    const stage = await openStage();
    stage.amazon.pages(page([], { nextToken: 'two', readThrough }), throttled, page([]));
    await stage.discover();
    stage.pass({ hours: 23 });

    await stage.discover();

    expect(stage.amazon.calls.searches.at(-1)?.paginationToken).toBeNull();
  });

  test('keeps a page although one order of it cannot be read', async () => {
    const stage = await openStage();
    const unreadable = [
      { orderId: B, problem: 'createdTime: missing or wrong' },
      { orderId: null, problem: 'orderId: missing or wrong' },
    ];
    stage.amazon.pages(page([anOrder()], { unreadable, readThrough }));

    await stage.discover();

    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
    expect(await stage.ledger.read(B)).toMatchObject({ state: 'skipped', reason: 'unreadable-order' });
    expect(await stage.ledger.feeds('tea', [GERMANY])).toMatchObject([{ watermark: readThrough }]);
    expect(stage.logged.filter(({ event }) => event === 'order-unreadable')).toHaveLength(2);
  });

  test('skips a suppressed order for good', async () => {
    const stage = await openStage();
    stage.ledger.suppress(A);
    stage.amazon.pages(page([anOrder()]));

    await stage.discover();

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  });

  test('does not touch an order that is being sent', async () => {
    const stage = await openStage();
    await given(stage.ledger);
    await claimed(stage.ledger);
    stage.amazon.pages(page([anOrder({ fulfillmentStatus: 'CANCELLED', lastUpdatedAt: noon })]));

    await stage.discover();

    expect((await stage.ledger.read(A))?.state).toBe('sending');
  });

  test('of an account that is not configured does nothing', async () => {
    const stage = await openStage();

    expect(await stage.discover('gone')).toBeUndefined();
  });
});

describe('one process reads an account at a time', () => {
  test('and another one leaves it alone', async () => {
    const stage = await openStage();
    await stage.ledger.leaseFeeds('tea', 'worker-2', noon.plus({ minutes: 5 }), noon);

    await stage.discover();

    expect(stage.amazon.calls.searches).toEqual([]);
  });

  test('and takes it anew after ten seconds, so that a slow read of many pages keeps it', async () => {
    const leased: string[] = [];
    const stage = await openStage({
      ledger: (ledger) => ({
        leaseFeeds: (account, by, until, now) => {
          leased.push(now.diff(noon).as('seconds').toString());
          return ledger.leaseFeeds(account, by, until, now);
        },
      }),
    });
    stage.amazon.pages(
      ...Array.from({ length: 5 }, (_, index) => () => {
        stage.pass({ seconds: 4 });
        return page([], { nextToken: index < 4 ? `page-${index}` : null, readThrough });
      }),
    );

    await stage.discover();

    expect(leased).toEqual(['0', '12']);
  });

  test('and gives the account back, also when it fails', async () => {
    const stage = await openStage({ ledger: (ledger) => ({ recordPage: failing(1, ledger.recordPage) }) });

    await expect(stage.discover()).rejects.toThrow();

    expect(await stage.ledger.leaseFeeds('tea', 'worker-2', noon.plus({ minutes: 5 }), noon)).toBe(true);
  });
});

describe('a read that brings no page', () => {
  test.each([
    ['for want of an answer', { kind: 'no-answer', cause: 'timeout' } as const, { seconds: 10 }],
    ['because of the pace', throttled, { milliseconds: 178_571 }],
    ['because the token service is down', tokenServiceDown, { seconds: 1 }],
    ['because Amazon denies it', denied, { seconds: 1 }],
  ])('%s is tried again later from the same place', async (_name, outcome, pause) => {
    const stage = await openStage();
    stage.amazon.pages(outcome, page([anOrder()]));

    const again = await stage.discover();
    stage.passTo(again?.again ?? noon);
    await stage.discover();

    expect(again?.again.diff(noon).toMillis()).toBeCloseTo(noon.plus(pause).diff(noon).toMillis(), -1);
    expect(stage.amazon.calls.searches[1]?.updatedAfter.toISO()).toBe(stage.now().minus({ days: 30 }).toISO());
    expect((await stage.ledger.read(A))?.state).toBe('scheduled');
  });

  test('because of the secret pauses every account of the application', async () => {
    const stage = await openStage({
      accounts: [{ name: 'tea' }, { name: 'toys' }, { name: 'other', clientId: 'application-2' }],
    });
    stage.amazon.pages(badClient);

    await stage.discover();

    const paused = (await stage.ledger.accounts()).filter((account) => account.paused !== null).map(({ name }) => name);
    expect(paused).toEqual(['tea', 'toys']);
  });

  test('while the account cools down is not tried', async () => {
    const stage = await openStage();
    await stage.ledger.coolDown('tea', noon.plus({ minutes: 4 }));

    expect(await stage.discover()).toEqual({ again: noon.plus({ minutes: 4 }) });
    expect(stage.amazon.calls.searches).toEqual([]);
  });

  test.each([
    ['askonce', 0],
    ['anna', 1],
  ])('while the account is paused by %s: only a refusal of Amazon stops reading', async (by, searches) => {
    const stage = await openStage();
    await stage.ledger.pause(['tea'], 'a reason', by, noon);

    await stage.discover();

    expect(stage.amazon.calls.searches).toHaveLength(searches);
  });
});

test('a promise that moved is planned anew', async () => {
  const stage = await openStage();
  const promise = (promisedBy: string, lastUpdatedAt: string) =>
    anOrder({ fulfilledBy: 'MERCHANT', promisedBy: at(promisedBy), lastUpdatedAt: at(lastUpdatedAt) });
  stage.amazon.pages(
    page([promise('2026-03-18T20:00:00Z', '2026-03-10T00:00:00Z')], { readThrough }),
    page([promise('2026-03-22T20:00:00Z', '2026-03-19T00:00:00Z')]),
  );

  await stage.discover();
  const before = await stage.ledger.read(A);
  await stage.discover();

  expect(before?.askAt).toEqual(at('2026-03-25T20:00:00Z'));
  expect((await stage.ledger.read(A))?.askAt?.toISO()).toBe('2026-03-29T20:00:00.000Z');
});

test('a rate that Amazon names is learnt, and the sweep is told', async () => {
  const stage = await openStage();
  stage.amazon.pages({ outcome: page([]), call: { rateLimit: 0.5 } });

  await stage.discover();

  expect(await stage.ledger.learntRates(['tea'])).toEqual([{ account: 'tea', operation: 'searchOrders', rate: 0.5 }]);
  expect(stage.rungNow).toEqual(['sweep all']);
});
