import { openMemoryLedger } from '../support/memory-ledger.js';
import { ledgerModel } from './model/ledger-model.js';

ledgerModel('in memory', 1000, async () => ({
  async fresh() {
    const ledger = openMemoryLedger();
    return { ledger, suppress: async (orderId) => ledger.suppress(orderId), close: () => ledger.close() };
  },
  async stop() {},
}));
