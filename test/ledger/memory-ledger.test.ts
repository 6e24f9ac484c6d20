import { openMemoryLedger } from '../support/memory-ledger.js';
import { ledgerContract } from './ledger-contract.js';

ledgerContract('in memory', async () => ({
  async fresh() {
    const ledger = openMemoryLedger();
    return { ledger, suppress: async (orderId) => ledger.suppress(orderId), close: () => ledger.close() };
  },
  async stop() {},
}));
