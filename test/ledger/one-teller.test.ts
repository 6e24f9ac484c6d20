import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { alarmNames } from '../../src/policy/alarm.js';
import { noon } from './planned.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.stop());

test('of eight who wait for the same alarm, because somebody is just writing it, at most one tells it', async () => {
  const { ledger, query } = await database.fresh();
  const judged = { names: new Set(alarmNames), subject: 'here', silentBefore: noon };
  await ledger.noteAlarms([{ name: 'feed-silent', account: 'tea', subject: null, text: 'silent' }], judged, noon);
  await query('BEGIN');
  await query('UPDATE alarm SET seen_at = seen_at');

  const taking = Array.from({ length: 8 }, () => ledger.takeMessage(noon, noon.plus({ minutes: 1 }), noon));
  await Promise.race([Promise.all(taking), settled(query)]);
  await query('COMMIT');

  const taken = [...(await Promise.all(taking)), await ledger.takeMessage(noon, noon.plus({ minutes: 1 }), noon)];
  expect(taken.filter((message) => message !== null)).toHaveLength(1);
  await ledger.close();
});

/** Until all of them wait for the row. */
async function settled(query: (sql: string) => Promise<{ rows: { waiting: number }[] }>): Promise<void> {
  for (;;) {
    const { rows } = await query(
      "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE alarm%'",
    );
    if ((rows[0]?.waiting ?? 0) >= 8) return;
  }
}
