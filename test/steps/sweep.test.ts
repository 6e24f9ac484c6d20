import { describe, expect, test } from '@jest/globals';
import { type DateTime, Duration } from 'luxon';
import { askingOperations, slowestPace } from '../../src/policy/usage-plan.js';
import {
  A,
  anAttempt,
  aPage,
  B,
  C,
  claimed,
  closingAt,
  given,
  inDoubt,
  planned,
  scheduled,
  waiting,
} from '../ledger/planned.js';
import { noon, openStage, type Stage } from '../support/steps.js';
import { denied, gone, offered } from '../support/steps-amazon.js';

const dueAt = (orderId: string, askAt: DateTime) => planned(scheduled({ askAt }), { orderId });

async function backlog(stage: Stage, count: number, account = 'tea'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${account}-${String(index).padStart(5, '0')}`);
  const orders = ids.map((orderId) => planned(scheduled(), { orderId }));
  await stage.ledger.recordPage(aPage(orders, { account }), noon.minus({ days: 1 }));
  return ids;
}

const seconds = (stage: Stage) => stage.rung.map(({ at }) => at.diff(noon).as('seconds'));

describe('the sweep', () => {
  test('rings each open order for the verb that its state wants', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(waiting({ lookAt: noon })));
    await given(stage.ledger, dueAt(B, noon));
    await inDoubt(stage.ledger, C);
    await given(stage.ledger, dueAt('claimed', noon));
    await claimed(stage.ledger, 'claimed');
    stage.pass({ minutes: 15 });

    await stage.sweep();

    expect(stage.rung.map(({ verb, orderId }) => `${verb} ${orderId}`).toSorted()).toEqual(
      [`schedule ${A}`, `send ${B}`, `settle ${C}`, 'settle claimed'].toSorted(),
    );
  });

  test('rings for what comes due until a little after the next sweep, at its time, and for nothing later', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon.plus({ seconds: 59 })));
    await given(stage.ledger, dueAt(B, noon.plus({ seconds: 61 })));

    await stage.sweep();

    expect(stage.rung).toEqual([{ verb: 'send', orderId: A, at: noon.plus({ seconds: 59 }) }]);
  });

  test('rings once for an order, however often it sweeps', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon.plus({ seconds: 50 })));

    await stage.sweep();
    stage.pass({ seconds: 30 });
    await stage.sweep();

    expect(stage.rung).toHaveLength(1);
  });

  test('rings again for an order whose wake-up nobody heard', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon));
    await stage.sweep();
    stage.pass({ seconds: 30 });
    await stage.sweep();
    const soon = stage.rung.length;
    stage.pass({ seconds: 1 });

    await stage.sweep();

    expect(soon).toBe(1);
    expect(stage.rung.map(({ orderId }) => orderId)).toEqual([A, A]);
  });

  test('that dies between noting a wake-up and ringing it leaves one that counts as unheard', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon));
    const { ring } = stage.context.wakeUps;
    stage.context.wakeUps.ring = () => Promise.reject(new Error('killed'));

    await expect(stage.sweep()).rejects.toThrow('killed');
    stage.context.wakeUps.ring = ring;
    stage.pass({ seconds: 31 });
    await stage.sweep();

    expect(stage.rung.map(({ orderId }) => orderId)).toEqual([A]);
  });

  test('rings once for an order, however many sweep at once', async () => {
    const stage = await openStage();
    await backlog(stage, 20);

    await Promise.all([stage.sweep(), stage.sweep(), stage.sweep()]);

    expect(stage.rung).toHaveLength(20);
  });

  test('spreads a backlog at the pace of the account: a burst, then one a second', async () => {
    const stage = await openStage();
    await backlog(stage, 10);

    await stage.sweep();

    expect(seconds(stage)).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('goes on spreading where the last sweep ended', async () => {
    const stage = await openStage();
    await backlog(stage, 10);
    await stage.sweep();
    await given(stage.ledger, dueAt(A, noon));

    await stage.sweep();

    expect(stage.rung.at(-1)).toEqual({ verb: 'send', orderId: A, at: noon.plus({ seconds: 9 }) });
  });

  test('keeps the queue small however large the ledger is', async () => {
    const stage = await openStage();
    await backlog(stage, 20_000);

    await stage.sweep();

    expect(stage.rung.length).toBeGreaterThan(3_500);
    expect(stage.rung.length).toBeLessThanOrEqual(3_604);
    expect(Math.max(...seconds(stage))).toBeLessThanOrEqual(3_600);
  });

  test('rings first for the order whose window closes first', async () => {
    const stage = await openStage();
    await backlog(stage, 8);
    await given(stage.ledger, planned(scheduled(closingAt(noon.plus({ hours: 2 }))), { orderId: 'last-chance' }));

    await stage.sweep();

    expect(stage.rung[0]).toMatchObject({ orderId: 'last-chance', at: noon });
  });

  test('spreads anew when Amazon grants another rate', async () => {
    const stage = await openStage();
    const ids = await backlog(stage, 100);
    await stage.sweep();
    stage.rung.length = 0;
    stage.amazon.looks({ outcome: gone, call: { rateLimit: 0.1 } });
    await stage.send(ids[0] ?? '');

    await stage.sweep();

    const times = seconds(stage).toSorted((a, b) => a - b);
    expect(stage.rungNow).toEqual(['sweep all']);
    expect(stage.rung.length).toBeGreaterThan(90);
    expect(times.at(-1)).toBeGreaterThan(850);
  });

  test('lets what closed expire', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(scheduled(closingAt(noon))));

    await stage.sweep();

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'expired', reason: 'window-closed' });
    expect(stage.rung).toEqual([]);
  });

  test('closes nothing while its clock and Amazon do not agree', async () => {
    const stage = await openStage({ clock: { agreesWithAmazon: () => false } });
    await given(stage.ledger, planned(scheduled(closingAt(noon))));

    await stage.sweep();

    expect(await stage.ledger.read(A)).toMatchObject({ state: 'scheduled' });
  });

  test('frees what a dry run held, for live accounts only', async () => {
    const stage = await openStage({ accounts: [{ name: 'tea' }, { name: 'toys', live: false }] });
    await given(stage.ledger, dueAt(A, noon));
    await given(stage.ledger, dueAt(B, noon), 'toys');
    for (const orderId of [A, B]) {
      const lookAt = noon.plus({ days: 1 });
      await stage.ledger.putOff(orderId, 'scheduled', { reason: 'dry-run', lookAt }, anAttempt(), noon);
    }

    await stage.sweep();

    expect(stage.rung.map(({ orderId }) => orderId)).toEqual([A]);
  });

  test('leaves the orders of an account alone that is not configured any more', async () => {
    const stage = await openStage();
    await stage.ledger.registerAccounts([{ name: 'gone', region: 'eu', marketplaceIds: [] }], noon);
    await given(stage.ledger, dueAt(A, noon), 'gone');

    await stage.sweep();

    expect(stage.rung).toEqual([]);
  });

  test('gives each account its own pace', async () => {
    const stage = await openStage({ accounts: [{ name: 'tea' }, { name: 'toys' }] });
    await backlog(stage, 6);
    await backlog(stage, 6, 'toys');

    await stage.sweep();

    expect(seconds(stage).toSorted()).toEqual([0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe('the backlogs of many accounts', () => {
  const accounts = Array.from({ length: 20 }, (_, index) => ({ name: `shop-${index}` }));
  const { burst } = slowestPace(askingOperations, []);
  /** Of each order the first wake-up: nobody hears them here, so later ones come again. */
  const secondsOf = (stage: Stage, account: string) => {
    const ofAccount = stage.rung.filter(({ orderId }) => orderId.startsWith(`${account}-`));
    const first = new Map(ofAccount.toReversed().map(({ orderId, at }) => [orderId, at.diff(noon).as('seconds')]));
    return [...first.values()].toSorted((a, b) => a - b);
  };

  test('get times for a shorter while, the same for each, so that one sweep hands out a bounded number', async () => {
    const stage = await openStage({ accounts });
    for (const { name } of accounts) await backlog(stage, 1_600, name);

    await stage.sweep();

    const lasts = accounts.map(({ name }) => secondsOf(stage, name).at(-1));
    expect(stage.rung.length).toBeLessThanOrEqual(30_000 + 20 * burst);
    expect(new Set(lasts)).toEqual(new Set([1_500]));
  });

  test('never leave an account without times before the sweep after the next, and no second goes by unused', async () => {
    const stage = await openStage({ accounts, settings: { sweepEvery: Duration.fromObject({ minutes: 10 }) } });
    for (const { name } of accounts) await backlog(stage, 2_200, name);

    await stage.sweep();
    const first = stage.rung.length;
    stage.pass({ minutes: 10 });
    await stage.sweep();

    const everySecond = Array.from({ length: 2_200 }, (_, place) => Math.max(place - burst + 1, 0));
    expect(first).toBe(20 * (1_800 + burst));
    for (const { name } of accounts) expect(secondsOf(stage, name)).toEqual(everySecond);
  });

  test('shorten nothing for one that is alone with its backlog, however many others have a few orders due', async () => {
    const stage = await openStage({ accounts });
    await backlog(stage, 4_000, 'shop-0');
    for (const { name } of accounts.slice(1)) await backlog(stage, 10, name);

    await stage.sweep();

    expect(secondsOf(stage, 'shop-0').at(-1)).toBe(3_600);
    for (const { name } of accounts.slice(1)) expect(secondsOf(stage, name).at(-1)).toBe(10 - burst);
  });
});

describe('new orders and those of the catch-up', () => {
  const newOrders = async (stage: Stage, count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `new-${index}`);
    const late = closingAt(noon.plus({ days: 28 }));
    const orders = ids.map((orderId) => planned(scheduled({ askAt: noon, ...late }), { orderId }));
    await stage.ledger.recordPage(aPage(orders), noon.minus({ days: 1 }));
  };
  const kinds = (ids: readonly string[]) => ids.map((orderId) => orderId.slice(0, 3));

  test('take turns while both wait; what is left over follows', async () => {
    const stage = await openStage();
    await backlog(stage, 6);
    await newOrders(stage, 3);

    await stage.sweep();

    const inOrder = stage.rung.toSorted((a, b) => a.at.toMillis() - b.at.toMillis()).map(({ orderId }) => orderId);
    expect(kinds(inOrder)).toEqual(['new', 'tea', 'new', 'tea', 'new', 'tea', 'tea', 'tea', 'tea']);
  });

  test('share the rate by halves, however large the backlog and however old its deadlines', async () => {
    const stage = await openStage();
    await backlog(stage, 10_000);
    await newOrders(stage, 3_000);

    await stage.sweep();

    const share = (from: number, until: number) =>
      stage.rung.filter(({ orderId, at }) => {
        const second = at.diff(noon).as('seconds');
        return orderId.startsWith('new') && second >= from && second < until;
      }).length;
    for (const minute of [1, 10, 30, 59]) {
      expect(share(minute * 60 - 60, minute * 60)).toBeGreaterThanOrEqual(30);
    }
  });

  test('that come due while a backlog waits get at least half of the rate from then on', async () => {
    const stage = await openStage({ settings: { queueHorizon: Duration.fromObject({ minutes: 5 }) } });
    await backlog(stage, 2_000);
    await stage.run(noon.plus({ minutes: 2 }));
    await newOrders(stage, 300);

    await stage.run(noon.plus({ minutes: 17 }));

    const asked = kinds(stage.amazon.calls.asked);
    const first = asked.indexOf('new');
    // What was handed out already keeps its times: five minutes and a half.
    expect(first).toBeLessThanOrEqual(450 + 10);
    expect(asked.slice(first, first + 500).filter((kind) => kind === 'new').length).toBeGreaterThanOrEqual(245);
  });
});

describe('a paused account', () => {
  test('is not rung for asking; doubts are settled, and orders read', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon));
    await given(stage.ledger, planned(waiting({ lookAt: noon }), { orderId: B }));
    await inDoubt(stage.ledger, C);
    await stage.ledger.pause(['tea'], 'holiday', 'anna', noon);
    stage.pass({ minutes: 15 });

    await stage.sweep();

    expect(stage.rung.map(({ verb }) => verb).toSorted()).toEqual(['schedule', 'settle']);
  });

  test('is rung again when the pause is lifted', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon));
    await stage.ledger.pause(['tea'], 'holiday', 'anna', noon);
    await stage.sweep();
    await stage.ledger.resume(['tea'], 'anna');

    await stage.sweep();

    expect(stage.rung.map(({ orderId }) => orderId)).toEqual([A]);
  });

  test('by Amazon is not rung at all, but tried now and then, and lifted when Amazon answers', async () => {
    const stage = await openStage();
    await given(stage.ledger, dueAt(A, noon));
    await stage.ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);
    await stage.ledger.coolDown('tea', noon.plus({ minutes: 15 }));
    stage.amazon.looks(denied, offered);

    for (let minute = 0; minute < 45; minute += 1) {
      await stage.sweep();
      stage.pass({ minutes: 1 });
    }

    expect(stage.amazon.calls.looked).toEqual([A, A]);
    expect((await stage.ledger.account('tea'))?.paused).toBeNull();
    expect(stage.rung.length).toBeGreaterThan(0);
  });

  test('by a person is not lifted, whatever Amazon answers', async () => {
    const stage = await openStage();
    await stage.ledger.pause(['tea'], 'holiday', 'anna', noon);

    await stage.sweep();

    expect((await stage.ledger.account('tea'))?.paused?.by).toBe('anna');
    expect(stage.amazon.calls.prepared).toBe(0);
  });
});

test('a wiped queue loses nothing: everything is asked, once, at the pace', async () => {
  const stage = await openStage();
  const ids = await backlog(stage, 50);
  await stage.sweep();
  stage.rung.length = 0;

  for (let round = 0; round < 20; round += 1) {
    stage.pass({ seconds: 30 });
    await stage.sweep();
    await stage.hear();
  }

  expect(stage.amazon.calls.asked.toSorted()).toEqual(ids);
});
