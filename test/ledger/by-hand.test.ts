import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { mayMove, openStates, type State, states } from '../../src/policy/review-request.js';
import {
  A,
  accepted,
  anAttempt,
  B,
  claimed,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
  tea,
  toys,
} from './planned.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

// The code is not the only one who can write into the database: a script, a console, another version of askonce.
describe('somebody with psql', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let query: Awaited<ReturnType<TestDatabase['fresh']>>['query'];

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database?.stop());
  beforeEach(async () => {
    ({ ledger, query } = await database.fresh());
    await ledger.registerAccounts([tea, toys], noon);
  });
  afterEach(() => ledger?.close());

  /** Everything a row may need in any state, so that a refusal is about the move and nothing else. */
  const columns: Readonly<Record<string, string>> = {
    order_id: `'${A}'`,
    account: "'tea'",
    marketplace_id: "'A1PA6795UKMFR9'",
    reason: "'a-reason'",
    ask_at: "'2026-03-12T12:00Z'",
    opens_at: "'2026-03-10T12:00Z'",
    closes_at: "'2026-04-04T11:00Z'",
    claim_id: "'00000000-0000-4000-8000-000000000001'",
    claimed_by: "'worker-1'",
    lease_until: "'2026-03-20T12:02Z'",
    intent_at: "'2026-03-20T12:00Z'",
    posts: '1',
    doubts: '1',
    facts_at: "'2026-03-19T12:00Z'",
    first_seen_at: "'2026-03-19T12:00Z'",
    changed_at: "'2026-03-19T12:00Z'",
  };
  const columnsIn = (state: State, others: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    state: `'${state}'`,
    next_look_at: openStates.some((open) => open === state) ? "'2026-03-20T12:00Z'" : 'NULL',
    sent_at: state === 'sent' ? "'2026-03-20T12:00Z'" : 'NULL',
    known_by: state === 'sent' ? "'accepted'" : 'NULL',
    ...others,
  });
  const insert = (values: Readonly<Record<string, string>>) =>
    query(`INSERT INTO review_request (${Object.keys(values)}) VALUES (${Object.values(values)})`);
  const update = (values: Readonly<Record<string, string>>) =>
    query(
      `UPDATE review_request SET ${Object.entries(values).map(([name, value]) => `${name} = ${value}`)} WHERE order_id = '${A}'`,
    );
  /** The shortest allowed way into each state. */
  const ways: Readonly<Record<State, readonly State[]>> = {
    waiting: ['waiting'],
    scheduled: ['scheduled'],
    sending: ['scheduled', 'sending'],
    unknown: ['scheduled', 'unknown'],
    sent: ['scheduled', 'sending', 'sent'],
    refused: ['scheduled', 'sending', 'refused'],
    skipped: ['skipped'],
    expired: ['expired'],
  };
  const rowIn = async (state: State, others: Readonly<Record<string, string>> = {}) => {
    const [begin, ...way] = ways[state];
    if (begin === undefined) throw new Error('every way begins somewhere');
    await insert({ ...columns, ...columnsIn(begin), ...(begin === state && others) });
    const newClaim = "'00000000-0000-4000-8000-000000000002'";
    for (const next of way) {
      await update({
        ...columnsIn(next),
        ...(next === 'sending' && { claim_id: newClaim }),
        ...(next === state && others),
      });
    }
  };
  const moveTo = (state: State) =>
    update({ ...columnsIn(state), ...(state === 'sending' && { claim_id: "'00000000-0000-4000-8000-000000000003'" }) });

  const pairs = states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const));

  describe('cannot move an order', () => {
    test.each(pairs.filter(([from, to]) => !mayMove(from, to)))('from %s to %s', async (from, to) => {
      await rowIn(from, from === 'skipped' ? { reason: "'unreadable-order'" } : {});

      await expect(moveTo(to)).rejects.toThrow(/review request 302-0000001-0000001/);
    });
  });

  describe('can move an order, as the code can,', () => {
    test.each(pairs.filter(([from, to]) => mayMove(from, to)))('from %s to %s', async (from, to) => {
      await rowIn(from, from === 'skipped' ? { reason: "'unreadable-order'" } : {});

      await expect(moveTo(to)).resolves.toMatchObject({ rowCount: 1 });
    });
  });

  test.each(states.filter((state) => !['waiting', 'scheduled', 'skipped', 'expired'].includes(state)))(
    'cannot begin an order as %s',
    async (state) => {
      await expect(insert({ ...columns, ...columnsIn(state) })).rejects.toThrow(`cannot begin as ${state}`);
    },
  );

  test('cannot make up a state', async () => {
    await expect(insert({ ...columns, ...columnsIn('waiting'), state: "'paused'" })).rejects.toThrow();
  });

  test.each(['sent', 'refused', 'expired', 'skipped'] as const)(
    'cannot change anything of an order that is %s',
    async (state) => {
      await rowIn(state);

      await expect(update({ skus: "'{another}'" })).rejects.toThrow(`it is final (${state}) and does not change`);
    },
  );

  test('cannot undo a skip that is for good by giving it another reason', async () => {
    await rowIn('skipped', { reason: "'suppressed'" });

    await expect(update({ reason: "'unreadable-order'" })).rejects.toThrow('it is final');
  });

  test('cannot write a second row for an order', async () => {
    await given(ledger);

    await expect(insert({ ...columns, ...columnsIn('scheduled'), account: "'toys'" })).rejects.toThrow(/duplicate key/);
  });

  test('cannot give an order another id', async () => {
    await given(ledger);

    await expect(update({ order_id: `'${B}'` })).rejects.toThrow('the order id never changes');
  });

  test.each([
    ['sending without a claim', 'sending', { claim_id: 'NULL' }],
    ['sending without a lease', 'sending', { lease_until: 'NULL' }],
    ['sending without the time of the intent', 'sending', { intent_at: 'NULL' }],
    ['sending without a window', 'sending', { closes_at: 'NULL' }],
    ['scheduled without a time to ask', 'scheduled', { ask_at: 'NULL' }],
    ['scheduled without a marketplace', 'scheduled', { marketplace_id: 'NULL' }],
    ['scheduled without a next look', 'scheduled', { next_look_at: 'NULL' }],
    ['waiting without a reason', 'waiting', { reason: 'NULL' }],
    ['expired with a next look', 'expired', { next_look_at: "'2026-03-20T12:00Z'" }],
    ['sent without proof', 'sent', { known_by: 'NULL' }],
    ['sent without its time', 'sent', { sent_at: 'NULL' }],
    ['sent without a POST', 'sent', { posts: '0' }],
    ['sent by hearsay', 'sent', { known_by: "'hearsay'" }],
    ['proven but not sent', 'refused', { sent_at: "'2026-03-20T12:00Z'", known_by: "'accepted'" }],
    ['unknown without a doubt', 'unknown', { doubts: '0' }],
    ['with a window that closes before it opens', 'scheduled', { closes_at: "'2026-03-10T11:59Z'" }],
    ['with a negative count of POSTs', 'scheduled', { posts: '-1' }],
  ] as const)('cannot make an order %s', async (_name, state, wrong) => {
    await expect(rowIn(state, wrong)).rejects.toThrow();
  });

  test('cannot take a doubt off the record', async () => {
    await inDoubt(ledger);

    await expect(update({ doubts: '0' })).rejects.toThrow();
    await expect(update({ ...columnsIn('scheduled'), doubts: '0' })).rejects.toThrow('a doubt stays on record');
  });

  test('cannot doubt an order that we never asked', async () => {
    await given(ledger);

    await expect(update({ ...columnsIn('unknown'), doubts: '1' })).rejects.toThrow('no earlier request of ours');
  });

  test('cannot claim an order again under an old claim', async () => {
    await given(ledger);
    const claim = await claimed(ledger);
    await update(columnsIn('scheduled'));

    await expect(update({ ...columnsIn('sending'), claim_id: `'${claim.id}'` })).rejects.toThrow(
      'every claim is a new one',
    );
  });

  test.each([
    ['claim', { claim_id: "'00000000-0000-4000-8000-000000000009'" }],
    ['lease', { lease_until: "'2026-03-20T13:00Z'" }],
    ['intent', { intent_at: "'2026-03-20T13:00Z'" }],
    ['claim by none', { claim_id: 'NULL' }],
  ])('cannot replace a claim under way: its %s', async (_name, other) => {
    await given(ledger);
    await claimed(ledger);

    await expect(update(other)).rejects.toThrow('a claim under way is not replaced');
  });

  test.each([
    ['edit an attempt', "UPDATE attempt SET outcome = 'accepted'"],
    ['delete an attempt', 'DELETE FROM attempt'],
    ['empty the attempts', 'TRUNCATE attempt'],
    ['empty the attempts by emptying the orders', 'TRUNCATE review_request CASCADE'],
    ['empty the orders', 'TRUNCATE review_request'],
    [
      'make up a kind of attempt',
      "INSERT INTO attempt (order_id, account, at, kind, outcome) VALUES ('x', 'tea', now(), 'guess', 'sent')",
    ],
    ['pause an account without saying why', 'UPDATE selling_partner SET paused_at = now()'],
    ['stop the pace', "INSERT INTO usage_plan VALUES ('tea', 'getOrder', now(), 0)"],
  ])('cannot %s', async (_name, sql) => {
    await given(ledger);
    await claimed(ledger);

    await expect(query(sql)).rejects.toThrow();
    expect((await query('SELECT FROM attempt')).rowCount).toBe(2);
  });

  test('cannot delete an order that is open', async () => {
    await given(ledger);
    await given(ledger, planned(scheduled(), { orderId: B }));
    await claimed(ledger, B);

    await expect(query('DELETE FROM review_request WHERE order_id = $1', [A])).rejects.toThrow('stays on record');
    await expect(query('DELETE FROM review_request')).rejects.toThrow('stays on record');
  });

  test('cannot delete the proof of a request until sixty days after its window', async () => {
    const closedDaysAgo = (days: number) => ({
      opens_at: "'2020-01-01'",
      closes_at: `now() - interval '${days} days'`,
    });
    await rowIn('sent', closedDaysAgo(59));
    await expect(query('DELETE FROM review_request')).rejects.toThrow('stays on record');

    await insert({ ...columns, ...columnsIn('expired'), order_id: `'${B}'`, ...closedDaysAgo(61) });
    await expect(query('DELETE FROM review_request WHERE order_id = $1', [B])).resolves.toMatchObject({ rowCount: 1 });
  });

  test('cannot delete a skipped order for a year', async () => {
    await given(ledger, planned(skipped('cancelled')));

    await expect(query('DELETE FROM review_request')).rejects.toThrow('stays on record');
  });

  test('sees the same instants as the code, whatever zone the server is set to', async () => {
    await given(ledger);
    await ledger.record(await claimed(ledger), accepted, anAttempt({ kind: 'answer' }), noon);

    const { rows } = await query(
      `SELECT to_char(sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') AS sent,
        to_char(ask_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI') AS ask FROM review_request`,
    );

    expect(rows).toEqual([{ sent: '2026-03-20T12:00', ask: '2026-03-12T12:00' }]);
  });
});
