import { describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import type { AmazonGateway, OrdersPage } from '../../../src/amazon/gateway.js';
import { accountChecks } from '../../../src/cli/checks/account-check.js';
import type { AccountGround } from '../../../src/cli/checks/account-ground.js';
import type { LookOutcome } from '../../../src/policy/outcome.js';
import type { StepAccount } from '../../../src/steps/step.js';

const now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
const call = { status: null, requestId: null, durationMs: 1, rateLimit: null, amazonTime: now, said: null };
const denied = { kind: 'account-trouble', trouble: 'denied' } as const;
const page: OrdersPage = { kind: 'page', orders: [], unreadable: [], nextToken: null, readThrough: null };

interface Words {
  readonly look?: LookOutcome;
  readonly search?: (marketplaceIds: readonly string[]) => OrdersPage;
}

function anAccount(
  region: string,
  { look = { kind: 'rejected', status: 404 }, search = () => page }: Words,
): StepAccount {
  const gateway: AmazonGateway = {
    prepare: async () => ({ kind: 'ready' }),
    look: async () => ({ outcome: look, call }),
    ask: async () => {
      throw new Error('a check asked');
    },
    searchOrders: async ({ marketplaceIds }) => ({ outcome: search(marketplaceIds), call }),
    getOrder: async () => ({ outcome: { kind: 'not-found' }, call }),
  };
  const marketplaceIds = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2'];
  return { name: 'tea', region, marketplaceIds, gateway } as unknown as StepAccount;
}

function ground(elsewhere: AccountGround['elsewhere'] = null): AccountGround {
  return { ledger: null, clock: { now: () => now }, seen: new Map(), elsewhere, hearAmazon: () => {} };
}

async function failures(account: StepAccount, on: AccountGround) {
  const checks = await accountChecks(account, on);
  return checks
    .filter(({ kind }) => kind === 'failed')
    .map(({ name, detail, remedy }) => `${name}: ${detail}; ${remedy}`);
}

describe('an account that Amazon denies', () => {
  test('is told its region where another one answers', async () => {
    const on = ground((_account, region) => anAccount(region, region === 'eu' ? {} : { look: denied }));

    expect(await failures(anAccount('na', { look: denied }), on)).toEqual([
      expect.stringContaining('tea: role: denied'),
      'tea: region: the token is of eu, not of na; set SP_API_REGION=eu and the MARKETPLACES of that region',
    ]);
  });

  test('in every region alike is told that the region is not known', async () => {
    const on = ground((_account, region) => anAccount(region, { look: denied }));
    const checks = await accountChecks(anAccount('na', { look: denied }), on);

    expect(checks.find(({ name }) => name === 'tea: region')).toMatchObject({ kind: 'note' });
  });

  test('behind an endpoint that stands for every region is not tried elsewhere', async () => {
    const checks = await accountChecks(anAccount('na', { look: denied }), ground());

    expect(checks.find(({ name }) => name === 'tea: region')).toMatchObject({
      kind: 'note',
      detail: expect.stringContaining('SP_API_ENDPOINT'),
    });
  });
});

test('of marketplaces that are refused together, those that are refused alone are named', async () => {
  const search = (ids: readonly string[]): OrdersPage =>
    ids.includes('A2EUQ1WTGCTBG2') ? { kind: 'no-answer', cause: 'rejected' } : page;

  expect(await failures(anAccount('na', { search }), ground())).toEqual([
    expect.stringMatching(/^tea: marketplaces: Amazon refuses to tell orders of CA; /),
  ]);
});
