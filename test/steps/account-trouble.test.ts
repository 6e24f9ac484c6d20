import { describe, expect, test } from '@jest/globals';
import type { AccountTrouble } from '../../src/policy/outcome.js';
import { meetTrouble } from '../../src/steps/account-trouble.js';
import { A, B, given, planned, scheduled } from '../ledger/planned.js';
import { anOrder, GERMANY } from '../support/builders.js';
import { noon, openStage, type Stage } from '../support/steps.js';
import { denied, gone, page, throttled } from '../support/steps-amazon.js';

const accountsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `account-${index}`, clientId: `application-${index % 2}` }));

const meet = (stage: Stage, trouble: AccountTrouble, account = 'tea') => {
  const step = stage.context.accounts.get(account);
  if (step === undefined) throw new Error(`no account ${account}`);
  return meetTrouble(step, trouble, { orderId: A, marketplaceId: GERMANY }, stage.context);
};

const pausedOf = async (stage: Stage) =>
  (await stage.ledger.accounts()).filter(({ paused }) => paused !== null).map(({ name }) => name);

/** Fails again and again, as the cool-downs allow, for so long. */
async function failFor(stage: Stage, minutes: number, trouble: AccountTrouble, accounts = ['tea']): Promise<void> {
  const end = stage.now().plus({ minutes });
  while (stage.now() < end) {
    for (const account of accounts) await meet(stage, trouble, account);
    const coolDowns = await Promise.all(
      accounts.map(async (name) => (await stage.ledger.account(name))?.coolDownUntil),
    );
    stage.passTo(coolDowns[0] ?? end);
  }
}

describe('trouble of an account', () => {
  test('cools the account down, longer with every failure in a row', async () => {
    const stage = await openStage();

    const pauses: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      const fate = await meet(stage, 'token-unavailable');
      if (fate.kind === 'account') pauses.push(fate.until.diff(stage.now()).as('seconds'));
    }

    expect(pauses).toEqual([1, 2, 4, 8]);
    expect((await stage.ledger.account('tea'))?.coolDownUntil).toEqual(noon.plus({ seconds: 8 }));
  });

  test('of which Amazon says that its token was revoked pauses it at once', async () => {
    const stage = await openStage({ accounts: [{ name: 'tea' }, { name: 'toys' }] });

    await meet(stage, 'revoked');

    expect(await pausedOf(stage)).toEqual(['tea']);
    expect((await stage.ledger.account('tea'))?.paused?.reason).toContain('authorise');
    expect(stage.logged.map(({ event }) => event)).toContain('account-paused');
  });

  test('of which Amazon says that its client is wrong pauses every account of the application', async () => {
    const stage = await openStage({ accounts: accountsOf(6) });

    await meet(stage, 'bad-client', 'account-0');

    expect(await pausedOf(stage)).toEqual(['account-0', 'account-2', 'account-4']);
  });

  test('that passes by itself pauses nobody, however long it lasts', async () => {
    const stage = await openStage();

    await failFor(stage, 600, 'token-unavailable');

    expect(await pausedOf(stage)).toEqual([]);
  });

  test('that Amazon denies pauses it after a quarter of an hour, not before', async () => {
    const stage = await openStage();

    await failFor(stage, 14, 'denied');
    const early = await pausedOf(stage);
    await failFor(stage, 10, 'denied');

    expect(early).toEqual([]);
    expect(await pausedOf(stage)).toEqual(['tea']);
  });

  test('that many accounts have at once is an outage, and pauses nobody', async () => {
    const stage = await openStage({ accounts: accountsOf(6) });

    await failFor(stage, 120, 'denied', ['account-0', 'account-1', 'account-2']);

    expect(await pausedOf(stage)).toEqual([]);
  });

  test('is not excused by what others had long ago', async () => {
    const stage = await openStage({ accounts: accountsOf(4) });
    for (const name of ['account-1', 'account-2', 'account-3']) await meet(stage, 'token-unavailable', name);
    stage.pass({ days: 2 });

    await failFor(stage, 30, 'denied', ['account-0']);

    expect(await pausedOf(stage)).toEqual(['account-0']);
  });

  test("of last week is no part of today's", async () => {
    const stage = await openStage();
    for (let failure = 0; failure < 8; failure += 1) {
      await meet(stage, 'token-unavailable');
      stage.pass({ hours: 20 });
    }

    await meet(stage, 'denied');

    expect(await pausedOf(stage)).toEqual([]);
    expect((await stage.ledger.account('tea'))?.failures).toBe(1);
  });

  test('with requests is not hidden by orders that can be read', async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(scheduled()));
    stage.amazon.looks(...Array.from({ length: 100 }, () => denied));
    for (let minute = 0; minute < 40; minute += 1) {
      stage.amazon.pages(page([anOrder({ orderId: B })])).orders({ kind: 'order', facts: anOrder({ orderId: B }) });
      await given(
        stage.ledger,
        planned({ kind: 'waiting', reason: 'not-shipped', lookAt: stage.now() }, { orderId: B }),
      );
      await stage.discover();
      await stage.schedule(B);
      stage.passTo((await stage.ledger.read(A))?.nextLookAt ?? stage.now());
      await stage.send(A);
      stage.pass({ minutes: 1 });
    }

    expect(await pausedOf(stage)).toEqual(['tea']);
  });
});

describe('an order that Amazon denies', () => {
  const withOther = async () => {
    const stage = await openStage();
    await given(stage.ledger, planned(scheduled(), { orderId: B }));
    return stage;
  };

  test.each([
    ['gone', gone],
    ['offered', { kind: 'offered' } as const],
  ])('is the trouble when another one is answered: %s', async (_name, outcome) => {
    const stage = await withOther();
    stage.amazon.looks(outcome);

    expect(await meet(stage, 'denied')).toEqual({ kind: 'order' });
    expect(stage.amazon.calls.looked).toEqual([B]);
    expect((await stage.ledger.account('tea'))?.failures).toBe(0);
  });

  test.each([
    ['is denied too', denied],
    ['is not answered', { kind: 'no-answer', cause: 'timeout' } as const],
    ['has to wait', throttled],
  ])('is not the trouble when another one %s', async (_name, outcome) => {
    const stage = await withOther();
    stage.amazon.looks(outcome);

    expect((await meet(stage, 'denied')).kind).toBe('account');
  });

  test('is not the trouble when there is no other one to tell', async () => {
    const stage = await openStage();

    expect((await meet(stage, 'denied')).kind).toBe('account');
  });

  test('costs no control call when the token is the trouble', async () => {
    const stage = await withOther();

    await meet(stage, 'token-unavailable');

    expect(stage.amazon.calls.looked).toEqual([]);
  });
});
