import { ledgerModel } from './model/ledger-model.js';
import { noon } from './planned.js';
import { openTestDatabase } from './test-database.js';

ledgerModel('on Postgres', 40, async () => {
  const database = await openTestDatabase();
  return {
    async fresh() {
      const { ledger } = await database.fresh();
      return {
        ledger,
        suppress: async (orderId) => void (await ledger.suppress([orderId], 'anna', 'asked by phone', noon)),
        close: () => ledger.close(),
      };
    },
    stop: database.stop,
  };
});
