import pg from 'pg';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import { testPostgres } from '../support/postgres.js';
import { ledgerContract } from './ledger-contract.js';

ledgerContract('on Postgres', async () => {
  const server = await testPostgres();
  return {
    async fresh() {
      const { url, drop } = await server.freshDatabase();
      const somebody = new pg.Client({ connectionString: url });
      await somebody.connect();
      // Nothing may depend on the zone that somebody's server is set to.
      await somebody.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET timezone = 'America/New_York'`);
      await applyMigrations(url);
      const ledger = openPrismaLedger(url, { connections: 10, onConnectionLost: () => {} });
      return {
        ledger,
        async suppress(orderId) {
          await somebody.query("INSERT INTO suppression VALUES ($1, 'anna', 'asked by phone', now())", [orderId]);
        },
        async close() {
          await ledger.close();
          await somebody.end();
          await drop();
        },
      };
    },
    stop: server.stop,
  };
});
