import { expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import pg from 'pg';
import { play, type Scenario } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

interface CheckDocument {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly kind: string;
    readonly detail: string;
    readonly remedy: string | null;
  }[];
}

test.concurrent('a sound installation passes beside a running worker, and nobody is asked', async () => {
  await play({ settings: { ...(await freshDatabase()), SEND_MODE: 'dry-run' } }, async (scenario) => {
    for (const account of ['north', 'europe']) scenario.addDueOrders(2, account);
    const worker = await scenario.startedWorker();
    await scenario.until('the orders are read', () => worker.logged('would-ask').length === 4);
    const { code, document } = await check(scenario);
    expect(document.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect({ code, ok: document.ok, posts: scenario.posts }).toEqual({ code: 0, ok: true, posts: 0 });
    const names = document.checks.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'configuration',
        'queue',
        'ledger',
        'ledger: rights',
        'ledger: connections',
        'clock',
        'clock: ledger',
      ]),
    );
    for (const account of ['north', 'europe']) {
      for (const what of ['token', 'role', 'region', 'marketplaces']) expect(names).toContain(`${account}: ${what}`);
    }
    // What the worker read a moment ago is not read again.
    expect(scenario.truth.accounts.every(({ throttled }) => throttled === 0)).toBe(true);
  });
});

testOnRedis('whatever is broken is told at once, each with what to do, and nothing hides anything else', async () => {
  await withRedis(async (redis) => {
    const settings = {
      DATABASE_URL: 'postgres://nobody:hidden-password@127.0.0.1:9/none',
      REDIS_URL: redis.url,
      LWA_SECRET_ROTATED_ON: DateTime.utc().minus({ days: 181 }).toISODate(),
    };
    await play({ settings }, async (scenario) => {
      const { faults } = scenario.simulator;
      faults.add({ kind: 'token-refused', error: 'revoked', account: 'north' });
      faults.add({ kind: 'forbidden', text: 'denied', account: 'europe' });
      const { code, document, said } = await check(scenario);
      expect({ code, ok: document.ok, posts: scenario.posts }).toEqual({ code: 1, ok: false, posts: 0 });
      const wrong = document.checks.filter(({ ok }) => !ok);
      expect(wrong.map(({ name }) => name).toSorted()).toEqual([
        'europe: client secret',
        'europe: role',
        'ledger',
        'north: token',
        'queue',
      ]);
      expect(wrong.every(({ remedy }) => remedy !== null && remedy.length > 10)).toBe(true);
      expect(said).not.toContain('hidden-password');

      const { code: ofLines, stdout } = await scenario.askonce('check');
      expect(ofLines).toBe(1);
      expect(stdout.split('\n').filter((line) => line.startsWith('FAILED '))).toHaveLength(wrong.length);
    });
  });
});

test.concurrent('an Amazon that never answers does not hold it up for ever', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    await scenario.askonce('migrate');
    scenario.simulator.faults.add({ kind: 'hang', operations: ['token', 'getSolicitationActions', 'searchOrders'] });
    const { document } = await check(scenario);
    expect(document.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['europe: token', 'north: token']);
  });
});

test.concurrent('a marketplace whose orders Amazon does not tell is named', async () => {
  await play({ settings: await freshDatabase() }, async (scenario) => {
    scenario.simulator.faults.add({
      kind: 'forbidden',
      text: 'denied',
      operations: ['searchOrders'],
      account: 'north',
    });
    const { document } = await check(scenario);
    expect(document.checks.filter(({ ok }) => !ok)).toMatchObject([
      {
        name: 'north: marketplaces',
        detail: expect.stringMatching(/US, CA/),
        remedy: expect.stringContaining('MARKETPLACES'),
      },
    ]);
  });
});

test.concurrent('a database user without rights, and one without connections, is told which', async () => {
  const { DATABASE_URL } = await freshDatabase();
  await play({ settings: { DATABASE_URL } }, async (scenario) => {
    await scenario.askonce('migrate');
    const url = new URL(DATABASE_URL);
    const name = `reader_${url.pathname.slice(1)}`;
    await sql(
      DATABASE_URL,
      `CREATE ROLE ${name} LOGIN PASSWORD 'reader' CONNECTION LIMIT 8; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`,
    );
    url.username = name;
    url.password = 'reader';
    await scenario.configure({ DATABASE_URL: url.href });
    const { document } = await check(scenario);
    const wrong = document.checks.filter(({ ok }) => !ok);
    expect(wrong.map((one) => one.name)).toEqual(['ledger: rights', 'ledger: connections']);
    expect(wrong[0]?.detail).toMatch(/read and write .*review_request.*nor create the schema "bullmq"/);
  });
});

async function check(scenario: Scenario): Promise<{ code: number | null; document: CheckDocument; said: string }> {
  const { code, stdout, stderr } = await scenario.askonce('check', '--json');
  return { code, document: JSON.parse(stdout), said: stdout + stderr };
}

async function sql(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
