import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import pg from 'pg';
import { systemClock } from '../../src/clock.js';
import { openWakeUps } from '../../src/queue/bullmq-wake-ups.js';
import { eventually } from '../support/eventually.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

let server: TestPostgres;

beforeAll(async () => {
  server = await testPostgres();
}, 30_000);
afterAll(() => server.stop());

test('a kill -9 of the Postgres server only interrupts: wake-ups that were waiting ring, and new ones can be rung', async () => {
  const { url } = await server.freshDatabase();
  const wakeUps = await openWakeUps(
    { kind: 'postgres', url },
    { clock: systemClock, onError: () => {}, lookEveryMs: 200 },
  );
  const heard: string[] = [];
  let sweeps = 0;
  await wakeUps.listen(
    {
      send: async (order) => void heard.push(order) as undefined,
      sweep: async () => {
        sweeps += 1;
      },
    },
    { onError: () => {} },
  );
  await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 300 }]);
  await wakeUps.ring([{ verb: 'send', orderId: 'before', at: DateTime.utc().plus(1_500) }]);
  await eventually(() => expect(sweeps).toBeGreaterThan(1));

  process.kill(await serverPid(url), 'SIGKILL');

  await eventually(() => wakeUps.ping(), { within: 15_000 });
  await eventually(() => wakeUps.ring([{ verb: 'send', orderId: 'after', at: DateTime.utc() }]), { within: 15_000 });
  await eventually(() => expect(heard.sort()).toEqual(['after', 'before']), { within: 15_000 });
  const before = sweeps;
  await eventually(() => expect(sweeps).toBeGreaterThan(before + 2), { within: 15_000 });
  await wakeUps.close();
}, 60_000);

async function serverPid(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  await client.end();
  return Number((await readFile(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}
