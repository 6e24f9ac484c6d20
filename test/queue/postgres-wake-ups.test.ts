import pg from 'pg';
import { testPostgres } from '../support/postgres.js';
import { wakeUpsContract } from './wake-ups-contract.js';

wakeUpsContract('Postgres', async () => {
  const server = await testPostgres();
  return {
    async fresh() {
      const { url } = await server.freshDatabase();
      const name = new URL(url).pathname.slice(1);
      const elsewhere = new URL(url);
      elsewhere.pathname = '/postgres';
      const run = async (sql: string, database = elsewhere.href) => {
        const client = new pg.Client({ connectionString: database });
        await client.connect();
        try {
          return await client.query(sql);
        } finally {
          await client.end();
        }
      };
      return {
        address: { kind: 'postgres', url },
        wipe: async () => void (await run('DROP SCHEMA bullmq CASCADE', url)),
        goAway: async () => {
          await run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
          await run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
        },
        comeBack: async () => void (await run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)),
        connections: async () => (await run(`SELECT FROM pg_stat_activity WHERE datname = '${name}'`)).rowCount ?? 0,
      };
    },
    stop: server.stop,
  };
});
