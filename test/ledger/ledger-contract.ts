import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { WholeLedger } from '../../src/ledger/whole-ledger.js';
import { eventually } from '../support/eventually.js';
import { accountsContract } from './contract/accounts.js';
import { alarmsContract } from './contract/alarms.js';
import { capsContract } from './contract/caps.js';
import { orderListContract } from './contract/order-list.js';
import { overviewContract } from './contract/overview.js';
import { paceContract } from './contract/pace.js';
import { pagesContract } from './contract/pages.js';
import { replanningContract } from './contract/replanning.js';
import { reportsContract } from './contract/reports.js';
import { sendingContract } from './contract/sending.js';
import { settlingContract } from './contract/settling.js';
import { suppressionsContract } from './contract/suppressions.js';
import { sweepingContract } from './contract/sweeping.js';
import { noon, tea, toys } from './planned.js';

export interface LedgerUnderTest {
  readonly ledger: WholeLedger;
  /** Says "never" about an order. */
  suppress(orderId: string): Promise<void>;
  close(): Promise<void>;
}

/** The ledger of the test that runs: empty but for the accounts `tea` and `toys`. */
export type OpenLedger = () => LedgerUnderTest;

export interface Ledgers {
  fresh(): Promise<LedgerUnderTest>;
  stop(): Promise<void>;
}

/** What every ledger keeps, whatever it is built on. */
export function ledgerContract(name: string, openLedgers: () => Promise<Ledgers>): void {
  describe(`the ledger ${name}`, () => {
    let ledgers: Ledgers;
    let current: LedgerUnderTest;
    const open: OpenLedger = () => current;

    beforeAll(async () => {
      ledgers = await openLedgers();
    });
    afterAll(() => ledgers?.stop());
    beforeEach(async () => {
      current = await ledgers.fresh();
      await current.ledger.registerAccounts([tea, toys], noon);
    });
    afterEach(() => current?.close());

    test('tells a time that goes on', async () => {
      const { ledger } = open();
      const first = await ledger.time();
      await eventually(async () => expect((await ledger.time()) > first).toBe(true));
      expect(first.zoneName).toBe('UTC');
    });

    pagesContract(open);
    sweepingContract(open);
    sendingContract(open);
    capsContract(open);
    settlingContract(open);
    replanningContract(open);
    paceContract(open);
    accountsContract(open);
    suppressionsContract(open);
    reportsContract(open);
    overviewContract(open);
    orderListContract(open);
    alarmsContract(open);
  });
}
