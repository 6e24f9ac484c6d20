import { expect } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { testPostgres } from '../support/postgres.js';
import { play } from '../support/scenario.js';
import { testOnRedis, withRedis } from '../support/scenario-databases.js';

/** Two seconds where the machine is quiet; a connection that is silent stays so for much longer. */
const PROMPTLY_MS = 20_000;

testOnRedis(
  'a worker whose Redis is silent, then away, and then its Postgres too, is scraped promptly and says so',
  async () => {
    const postgres = await testPostgres();
    await withRedis(async (redis) => {
      const settings = { DATABASE_URL: (await postgres.freshDatabase()).url, REDIS_URL: redis.url };
      await play({ settings }, async (scenario) => {
        scenario.addDueOrders(3);
        const worker = await scenario.startedWorker();
        await scenario.untilAccepted(3);
        const { url } = await worker.waitForLog('http-listening');
        const scrape = async () => {
          const begun = performance.now();
          const answer = await fetch(`${url}/metrics`);
          const text = await answer.text();
          expect(answer.status).toBe(200);
          expect(performance.now() - begun).toBeLessThan(PROMPTLY_MS);
          expect(text).toContain('askonce_asks_total{account="north",outcome="accepted"} 3');
          return text;
        };
        const says = (line: string) => eventually(async () => expect(await scrape()).toContain(`${line}\n`));

        await says('askonce_ledger_up 1');
        await says('askonce_queue_up 1');
        redis.pause();
        await says('askonce_queue_up 0');
        await redis.stop();
        await says('askonce_queue_up 0');
        await says('askonce_ledger_up 1');
        await redis.start();
        await says('askonce_queue_up 1');
        await postgres.stop();
        await says('askonce_ledger_up 0');
      });
    });
  },
);
