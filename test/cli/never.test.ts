import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { packageRoot } from '../../src/package-root.js';
import { anAccount } from '../config/folder.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

const A = '302-0000001-0000001';
const B = '302-0000002-0000002';
const C = '302-0000003-0000003';

/** Ten seconds for 100,000 ids is the promise, start included; here on whatever machine this is. */
const LONGEST_MS = 100_000;

const MAIN = pathToFileURL(join(packageRoot, 'dist', 'src', 'cli', 'main.js')).href;
const RUN = `const { main } = await import('${MAIN}'); await main(['node', 'askonce', ...process.argv.slice(1)]);`;

describe('askonce never', () => {
  let postgres: TestPostgres;
  let somebody: pg.Client;
  let folder: string;

  beforeAll(async () => {
    postgres = await testPostgres();
    const { url } = await postgres.freshDatabase();
    await applyMigrations(url);
    somebody = new pg.Client({ connectionString: url });
    await somebody.connect();
    folder = await mkdtemp(join(tmpdir(), 'askonce-never-'));
    await mkdir(join(folder, 'accounts'));
    await keep('.env', `DATABASE_URL=${url}\n`);
    await keep(
      'accounts/tea.env',
      Object.entries(anAccount)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
  });
  afterAll(async () => {
    await somebody?.end();
    await postgres?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => somebody.query('DELETE FROM suppression'));

  const keep = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

  async function never(...args: string[]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', 'never', ...args], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out, err, status };
  }

  async function suppressions() {
    const { rows } = await somebody.query('SELECT order_id, added_by, because FROM suppression ORDER BY order_id');
    return rows;
  }

  /** So many orders in the ledger, from the first on; the first is sent already. */
  async function givenOrders(count: number) {
    await somebody.query(
      `INSERT INTO review_request (order_id, account, marketplace_id, state, ask_at, opens_at, closes_at, next_look_at,
          facts_at, first_seen_at, changed_at)
        SELECT ${idOf('n')}, 'tea', 'A1PA6795UKMFR9', 'scheduled', now(), now(), now() + interval '20 days', now(),
          now(), now(), now()
        FROM generate_series(0, $1::int - 1) AS n`,
      [count],
    );
    await somebody.query(`UPDATE review_request SET state = 'sending', claim_id = gen_random_uuid(), claimed_by = 'w',
        lease_until = now(), intent_at = now(), posts = 1 WHERE order_id = ${idOf('0')}`);
    await somebody.query(`UPDATE review_request SET state = 'sent', next_look_at = NULL, sent_at = now(),
        known_by = 'accepted' WHERE order_id = ${idOf('0')}`);
  }
  const idOf = (number: string) => `'303-0000000-' || lpad((${number})::text, 7, '0')`;
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `303-0000000-${String(n).padStart(7, '0')}`);

  test('suppresses the orders it is given, and keeps who said so and why', async () => {
    const first = await never(A, B, '--because', 'asked by phone');
    const second = await never(B, C, '--json');

    expect(first).toEqual({ out: 'Suppressed 2 orders.\n', err: '', status: 0 });
    expect(second).toMatchObject({ err: '', status: 0 });
    expect(JSON.parse(second.out)).toEqual({ added: 1, already: 1, heldBack: 0, asked: 0, bad: [] });
    const by = userInfo().username;
    expect(await suppressions()).toEqual([
      { order_id: A, added_by: by, because: 'asked by phone' },
      { order_id: B, added_by: by, because: 'asked by phone' },
      { order_id: C, added_by: by, because: 'by hand' },
    ]);
  });

  test('takes a list from Excel, names its bad lines and keeps the good ones', async () => {
    const lines = ['Name\tAmazon Order ID', `Tee für zwei\t${A}`, 'x\t302 1', `\t${B}`, '"x'];
    await keep('asked.csv', Buffer.from(`\ufeff${lines.join('\r\n')}`, 'utf16le'));
    const problems = ['not an order id: "302 1"', 'a quote is opened and not closed'];

    const { out, err, status } = await never('--file', 'asked.csv', '--because', 'asked-elsewhere', '--json');

    expect(status).toBe(1);
    expect(err).toBe(`line 3: ${problems[0]}\nline 5: ${problems[1]}\n`);
    expect(JSON.parse(out)).toEqual({
      added: 2,
      already: 0,
      heldBack: 0,
      asked: 0,
      bad: [
        { line: 3, problem: problems[0] },
        { line: 5, problem: problems[1] },
      ],
    });
    expect((await suppressions()).map(({ because }) => because)).toEqual(['asked-elsewhere', 'asked-elsewhere']);
  });

  test('names the first twenty bad lines, and how many more there are', async () => {
    await keep('mostly-bad.txt', [A, ...Array.from({ length: 1030 }, () => 'no id')].join('\n'));

    const { out, err, status } = await never('--file', 'mostly-bad.txt');

    const named = Array.from({ length: 20 }, (_, index) => `line ${index + 2}: not an order id: "no id"\n`);
    expect({ out, err, status }).toEqual({
      out: 'Suppressed 1 order.\n',
      err: `${named.join('')}and 1,010 more\n`,
      status: 1,
    });
  });

  test.each([
    ['neither orders nor a file', [], 'Name the orders'],
    ['both', [A, '--file', 'empty.txt'], 'Name the orders'],
    ['a file that is missing', ['--file', 'missing.csv'], 'The file missing.csv does not exist.'],
    ['a folder', ['--file', 'accounts'], 'accounts is a folder.'],
    ['a file without an order', ['--file', 'empty.txt'], 'There is no order id.'],
    ['no order id at all', ['30'], 'order 1: not an order id: "30"\nThere is no order id.'],
    ['a reason that says nothing', [A, '--because', ' '], 'It says nothing.'],
  ])('given %s changes nothing and says what is wrong', async (_name, args, message) => {
    await keep('empty.txt', '# nothing yet\n\n');

    const { out, err, status } = await never(...args);

    expect({ out, status }).toEqual({ out: '', status: 2 });
    expect(err).toContain(message);
    expect(await suppressions()).toEqual([]);
  });

  test('takes 100,000 ids in seconds, holds back those that wait, and says the same again when asked again', async () => {
    await givenOrders(5000);
    await keep('many.txt', ids(100_000).join('\n'));

    const begun = performance.now();
    const first = await never('--file', 'many.txt');
    const took = performance.now() - begun;
    const second = await never('--file', 'many.txt');

    expect(first).toEqual({
      out: 'Suppressed 100,000 orders; 4,999 of them were waiting in the ledger; 1 was asked before and stays so.\n',
      err: '',
      status: 0,
    });
    expect(second.out).toBe('Suppressed 0 orders (100,000 were already); 1 was asked before and stays so.\n');
    expect(took).toBeLessThan(LONGEST_MS);
    const { rows } = await somebody.query(`SELECT state, reason, count(*)::int AS orders,
        (SELECT count(*)::int FROM attempt a WHERE a.outcome = r.state) AS attempts
      FROM review_request r GROUP BY state, reason ORDER BY state`);
    expect(rows).toEqual([
      { state: 'sent', reason: null, orders: 1, attempts: 0 },
      { state: 'skipped', reason: 'suppressed', orders: 4999, attempts: 4999 },
    ]);
  });
});
