import { describe, expect, test } from '@jest/globals';
import { noFilters, type OrderFilters } from '../../src/policy/asking-rules.js';
import type { OrderFacts } from '../../src/policy/order.js';
import { A, B, C } from '../ledger/planned.js';
import { aMerchantOrder, anOrder, aPackage, aRule, at, planningRules } from '../support/builders.js';
import { noon, openStage, type Stage, type StageOptions } from '../support/steps.js';
import { answerLost, page } from '../support/steps-amazon.js';

const delivered = { promisedFrom: at('2026-03-09T12:00:00Z'), promisedBy: at('2026-03-09T12:00:00Z') };
const tea = anOrder({ orderId: A, ...delivered });
const cup = anOrder({ orderId: B, ...delivered, items: [{ sku: 'CUP-1', asin: 'B000000002' }] });

const filtered = (filters: Partial<OrderFilters>) => planningRules({ filters: { ...noFilters, ...filters } });
const waiting = (askAfterDays: number) => planningRules({ rule: aRule({ askAfterDays }) });

/** Orders that discovery has read and planned with the account's rules, which were noted. */
async function discovered(orders: readonly OrderFacts[], options: StageOptions = {}): Promise<Stage> {
  const stage = await openStage(options);
  await stage.replan();
  stage.amazon.pages(page(orders));
  await stage.discover();
  return stage;
}

const stateOf = async ({ ledger }: Stage, orderId: string) => (await ledger.read(orderId))?.state;
const replanned = ({ logged }: Stage) => logged.filter(({ event }) => event === 'replanned').map(({ facts }) => facts);

describe('the same rules', () => {
  test('plan nothing anew, and read no order', async () => {
    let reads = 0;
    const stage = await discovered([tea, cup], {
      ledger: (ledger) => ({
        plannedOrders: (account) => {
          reads += 1;
          return ledger.plannedOrders(account);
        },
      }),
    });
    const before = await stage.ledger.read(A);
    reads = 0;

    stage.reconfigure({ rules: planningRules() });
    await stage.replan();

    expect(reads).toBe(0);
    expect(await stage.ledger.read(A)).toEqual(before);
  });

  test('change no plan, should they be applied all the same', async () => {
    const underWay = aMerchantOrder({ orderId: C, packages: [aPackage({ status: 'IN_TRANSIT' })] });
    const stage = await discovered([tea, cup, underWay]);
    const before = await Promise.all([A, B, C].map((orderId) => stage.ledger.read(orderId)));
    await stage.ledger.notePlannedWith('tea', 'other rules');
    stage.pass({ days: 1 });

    await stage.replan();

    expect(await Promise.all([A, B, C].map((orderId) => stage.ledger.read(orderId)))).toEqual(before);
    expect(replanned(stage)).toEqual([{ account: 'tea', orders: 3, changed: 0 }]);
  });
});

describe('changed rules', () => {
  test('move exactly the orders they are about, and say how many', async () => {
    const stage = await discovered([tea, cup]);
    const before = await stage.ledger.read(A);

    stage.reconfigure({
      rules: planningRules({ rule: aRule({ askAfterDaysFor: [{ pattern: 'CUP-*', days: 21 }] }) }),
    });
    await stage.replan();

    expect(await stage.ledger.read(A)).toEqual(before);
    expect(await stage.ledger.read(B)).toMatchObject({
      state: 'scheduled',
      askAt: at('2026-03-30T12:00:00Z'),
      nextLookAt: at('2026-03-30T12:00:00Z'),
    });
    expect(replanned(stage)).toEqual([{ account: 'tea', orders: 2, changed: 1 }]);
  });

  test('hold for an order whose wake-up has been handed out: it is not asked', async () => {
    const stage = await discovered([tea, cup]);
    await stage.sweep();

    stage.reconfigure({ rules: filtered({ exceptSkus: ['CUP-*'] }) });
    await stage.replan();
    await stage.run(noon.plus({ hours: 1 }));

    expect(stage.amazon.calls.asked).toEqual([A]);
    expect(await stage.ledger.read(B)).toMatchObject({ state: 'skipped', reason: 'except-skus', posts: 0 });
  });

  test('hold for an order that was in doubt meanwhile, when it comes back and may be asked', async () => {
    const stage = await discovered([cup]);
    stage.amazon.asks(answerLost);
    await stage.run(noon.plus({ hours: 1 }));

    stage.reconfigure({ rules: filtered({ exceptSkus: ['CUP-*'] }) });
    await stage.replan();
    stage.amazon.orders({ kind: 'order', facts: cup });
    await stage.run(noon.plus({ days: 2 }));

    expect(stage.amazon.calls.asked).toEqual([B]);
    expect(await stage.ledger.read(B)).toMatchObject({ state: 'skipped', reason: 'except-skus' });
  });

  test('hold for such an order although Amazon does not let it be read at first', async () => {
    const stage = await discovered([cup]);
    stage.amazon.asks(answerLost);
    await stage.run(noon.plus({ hours: 1 }));

    stage.reconfigure({ rules: filtered({ exceptSkus: ['CUP-*'] }) });
    await stage.replan();
    stage.amazon.orders({ kind: 'no-answer', cause: 'timeout' }, { kind: 'order', facts: cup });
    await stage.run(noon.plus({ days: 2 }));

    expect(stage.amazon.calls).toMatchObject({ asked: [B], orders: [B, B] });
    expect(await stage.ledger.read(B)).toMatchObject({ state: 'skipped', reason: 'except-skus' });
  });

  test('that exclude an order and are taken back let it be asked', async () => {
    const stage = await discovered([tea, cup]);
    stage.reconfigure({ rules: filtered({ exceptSkus: ['CUP-*'] }) });
    await stage.replan();
    await stage.run(noon.plus({ hours: 1 }));

    stage.reconfigure({ rules: planningRules() });
    await stage.replan();
    await stage.run(noon.plus({ hours: 2 }));

    expect(stage.amazon.calls.asked).toEqual([A, B]);
    expect(await stateOf(stage, B)).toBe('sent');
  });

  test('that come back too late for an order leave it unasked, and say so', async () => {
    const stage = await discovered([cup], { accounts: [{ name: 'tea', rules: filtered({ onlySkus: ['TEA-*'] }) }] });
    stage.passTo(at('2026-04-08T11:00:00Z'));

    stage.reconfigure({ rules: planningRules() });
    await stage.replan();

    expect(await stage.ledger.read(B)).toMatchObject({ state: 'expired', reason: 'window-closed' });
  });

  test('of one account leave the orders of another alone', async () => {
    const stage = await openStage({ accounts: [{ name: 'tea' }, { name: 'toys' }] });
    stage.amazonOf('toys').pages(page([tea]));
    await stage.discover('toys');
    const before = await stage.ledger.read(A);

    stage.reconfigure({ rules: waiting(14) });
    await stage.replan();

    expect(await stage.ledger.read(A)).toEqual(before);
  });

  test('hold for orders that discovery reads afterwards, too', async () => {
    const stage = await discovered([tea]);
    stage.reconfigure({ rules: filtered({ exceptSkus: ['CUP-*'] }) });
    await stage.replan();

    stage.amazon.pages(page([tea, cup]));
    await stage.discover();

    expect(await Promise.all([stateOf(stage, A), stateOf(stage, B)])).toEqual(['scheduled', 'skipped']);
  });
});

describe('a pass that is interrupted', () => {
  /** A ledger that answers one order at a time and fails once at what it is told. */
  const breaking = (what: 'reading' | 'writing' | 'noting'): StageOptions => {
    let broken = true;
    const once = (now: string) => {
      if (now !== what || !broken) return;
      broken = false;
      throw new Error('killed');
    };
    return {
      accounts: [{ name: 'tea' }],
      ledger: (ledger) => ({
        async *plannedOrders(account) {
          for await (const batch of ledger.plannedOrders(account)) {
            for (const [index, order] of batch.entries()) {
              if (index > 0) once('reading');
              yield [order];
            }
          }
        },
        recordReplans: async (plans, now) => {
          if (plans.length > 0) once('writing');
          return ledger.recordReplans(plans, now);
        },
        notePlannedWith: async (account, fingerprint) => {
          once('noting');
          return ledger.notePlannedWith(account, fingerprint);
        },
      }),
    };
  };

  test.each(['reading', 'writing', 'noting'] as const)('while %s begins again at the next start', async (what) => {
    const stage = await openStage(breaking(what));
    stage.amazon.pages(page([tea, cup]));
    await stage.discover();
    stage.reconfigure({ rules: waiting(14) });

    await expect(stage.replan()).rejects.toThrow('killed');
    const noted = await stage.ledger.plannedWith('tea');
    await stage.replan();

    expect(noted).toBeNull();
    expect(await stage.ledger.plannedWith('tea')).not.toBeNull();
    for (const orderId of [A, B]) {
      expect(await stage.ledger.read(orderId)).toMatchObject({ askAt: at('2026-03-23T12:00:00Z') });
    }
  });

  test('by a ledger that fails in reading and writing at once fails once', async () => {
    const stage = await openStage({
      ledger: (ledger) => ({
        async *plannedOrders(account) {
          yield* ledger.plannedOrders(account);
          throw new Error('cannot be read');
        },
        recordReplans: () => Promise.reject(new Error('cannot be written')),
      }),
    });
    stage.amazon.pages(page([tea]));
    await stage.discover();

    await expect(stage.replan()).rejects.toThrow('cannot be');
  });
});
