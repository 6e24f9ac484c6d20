import { ledgerContract } from './ledger-contract.js';
import { openTestDatabase } from './test-database.js';

ledgerContract('on Postgres', async () => {
  const database = await openTestDatabase();
  return {
    async fresh() {
      const { ledger, query } = await database.fresh();
      return {
        ledger,
        suppress: async (orderId) => {
          await query("INSERT INTO suppression VALUES ($1, 'anna', 'asked by phone', now())", [orderId]);
        },
        close: () => ledger.close(),
      };
    },
    stop: database.stop,
  };
});
